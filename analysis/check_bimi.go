package analysis

import (
	"net/url"

	"stscan/internal/evidence"
)

// bimiCheck asks whether a domain shows a logo beside its mail.
func bimiCheck() Check {
	return Check{
		Name: "bimi",
		Cite: "draft-brand-indicators-for-message-identification section 4.2",
		Doc: "BIMI, selector default. logo: a logo; certified: a logo and a certificate for it; with org_ before it where the record is " +
			"that of the organizational domain. declined: a record that says there is none. multiple: more than one record, so none counts. " +
			"syntax: no list of tags, or no location. bad_location: a location that is no https URI.",
		Details: []string{"logo", "certified", "org_logo", "org_certified", "declined", detailAbsent, detailMultiple, detailSyntax,
			"bad_location", detailUnanswered},
		AskDomain: bimiDiscovery().ask,
		Judge:     judgeBIMI,
	}
}

// bimiDiscovery is the discovery of the draft's section 7.2: records that do not
// begin with the version are dropped.
func bimiDiscovery() discovery {
	return discovery{label: "default._bimi.", version: "BIMI1"}
}

func judgeBIMI(c *evidence.Case) Adoption {
	return bimiDiscovery().judge(c, func(list []tag, _ bool) Adoption { return bimiAdoption(list) })
}

// bimiAdoption judges the tags of a record.
func bimiAdoption(list []tag) Adoption {
	logo, hasLogo := valueOf(list, "l")
	mark, _ := valueOf(list, "a")
	detail := "logo"
	switch {
	case !hasLogo:
		return Adoption{State: AdoptsBroken, Detail: detailSyntax}
	case logo == "" && mark == "":
		return Adoption{State: AdoptsNo, Detail: "declined"}
	case !isHTTPS(logo) || mark != "" && !isHTTPS(mark):
		return Adoption{State: AdoptsBroken, Detail: "bad_location"}
	case mark != "":
		detail = "certified"
	}
	return Adoption{State: AdoptsYes, Detail: detail}
}

func isHTTPS(location string) bool {
	u, err := url.Parse(location)
	return err == nil && u.Scheme == "https" && u.Host != ""
}
