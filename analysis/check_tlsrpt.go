package analysis

import (
	"stscan/internal/evidence"
	"stscan/internal/mtasts"
)

// tlsrptCheck asks whether a domain wants reports (RFC 8460 section 3).
func tlsrptCheck() Check {
	return Check{
		Name: "tlsrpt",
		Cite: "RFC 8460 section 3",
		Doc: "SMTP TLS reporting. Details: absent, ok, unanswered, rpt_foreign_txt, or the first code that makes the record " +
			"unusable (rpt_multiple, rpt_bad_version, rpt_missing_rua, rpt_bad_rua, rpt_bad_scheme, rpt_bad_separator, rpt_bad_extension).",
		AskDomain: func(domain string) []evidence.Question {
			return []evidence.Question{{Name: tlsrptName(domain), Type: evidence.TypeTXT}}
		},
		Judge: judgeTLSRPT,
	}
}

func tlsrptName(domain string) string { return "_smtp._tls." + domain }

func judgeTLSRPT(c *evidence.Case) Adoption {
	l, ok := c.Lookup(tlsrptName(c.Domain.Target.Domain), evidence.TypeTXT)
	if !ok {
		return Adoption{}
	}
	if !l.Answered() || l.Truncated {
		return Adoption{State: AdoptsUnknown, Detail: "unanswered"}
	}
	if l.Total == 0 {
		return Adoption{State: AdoptsNo, Detail: "absent"}
	}
	set := mtasts.ParseTLSRPTSet(texts(l))
	if set.Valid {
		return Adoption{State: AdoptsYes, Detail: "ok"}
	}
	for _, i := range set.Issues {
		if i.Fatal {
			return Adoption{State: AdoptsBroken, Detail: i.Code}
		}
	}
	return Adoption{State: AdoptsNo, Detail: "rpt_foreign_txt"}
}
