package analysis

import (
	"strings"

	"stscan/internal/evidence"
)

// dmarcCheck asks what a domain wants done with mail that is not its own (RFC
// 7489 section 6).
func dmarcCheck() Check {
	return Check{
		Name: "dmarc",
		Cite: "RFC 7489 section 6",
		Doc: "DMARC. none, quarantine, reject: the policy; with _rua where aggregate reports are wanted, with org_ before it where " +
			"the policy is that of the organizational domain (RFC 7489 section 6.6.3). multiple: more than one record, so none counts. " +
			"syntax: a record that begins v=DMARC1 and is no list of tags. bad_policy: no policy that can be read, and no rua.",
		Details: []string{"none", "none_rua", "quarantine", "quarantine_rua", "reject", "reject_rua",
			"org_none", "org_none_rua", "org_quarantine", "org_quarantine_rua", "org_reject", "org_reject_rua",
			detailAbsent, detailMultiple, detailSyntax, "bad_policy", detailUnanswered},
		AskDomain: dmarcDiscovery().ask,
		Judge:     judgeDMARC,
	}
}

// dmarcDiscovery is the discovery of RFC 7489 section 6.6.3: records that do not
// begin with the version are dropped.
func dmarcDiscovery() discovery {
	return discovery{label: "_dmarc.", version: "DMARC1"}
}

func judgeDMARC(c *evidence.Case) Adoption { return dmarcDiscovery().judge(c, dmarcAdoption) }

// dmarcAdoption judges the tags of a record.
func dmarcAdoption(list []tag, inherited bool) Adoption {
	policy, reports := dmarcPolicy(list, inherited)
	if policy == "" {
		return Adoption{State: AdoptsBroken, Detail: "bad_policy"}
	}
	if reports {
		policy += "_rua"
	}
	return Adoption{State: AdoptsYes, Detail: policy}
}

// dmarcPolicy is the policy of a record, "" if a receiver has none to apply,
// and whether it asks for aggregate reports. The organizational domain may have
// a policy of its own for what is below it (sp, RFC 7489 section 6.3).
func dmarcPolicy(list []tag, inherited bool) (policy string, reports bool) {
	rua, _ := valueOf(list, "rua")
	for uri := range strings.SplitSeq(rua, ",") {
		scheme, rest, ok := strings.Cut(strings.Trim(uri, tagSpace), ":")
		reports = reports || ok && scheme != "" && rest != ""
	}
	policy, _ = valueOf(list, "p")
	policy, known := dmarcWord(policy)
	if sp, given := valueOf(list, "sp"); given {
		sub, ok := dmarcWord(sp)
		known = known && ok
		if inherited {
			policy = sub
		}
	}
	switch {
	case known:
		return policy, reports
	case reports: // RFC 7489 section 6.6.3, step 6: as if p=none were there
		return "none", true
	}
	return "", false
}

// dmarcWord is a policy in lower case, as the grammar does not mind case (RFC
// 5234 section 2.3).
func dmarcWord(s string) (policy string, ok bool) {
	s = strings.ToLower(s)
	return s, s == "none" || s == "quarantine" || s == "reject"
}
