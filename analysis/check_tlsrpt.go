package analysis

import (
	"slices"

	"stscan/internal/evidence"
	"stscan/internal/mtasts"
)

// tlsrptCheck asks whether a domain wants reports (RFC 8460 section 3).
func tlsrptCheck() Check {
	return Check{
		Name: "tlsrpt",
		Cite: "RFC 8460 section 3",
		Doc: "SMTP TLS reporting. The details of a broken record are the code that first makes it unusable; " +
			"rpt_foreign_txt: TXT records, none of which is meant for reporting.",
		Details: []string{detailOK, detailAbsent, detailUnanswered, "rpt_foreign_txt", "rpt_multiple", "rpt_bad_version",
			"rpt_missing_rua", "rpt_bad_rua", "rpt_bad_scheme", "rpt_bad_separator", "rpt_bad_extension"},
		AskDomain: func(c *evidence.Case) []evidence.Question {
			return []evidence.Question{txtQuestion(tlsrptName(c.Domain.Target.Domain))}
		},
		Judge: judgeTLSRPT,
		Tell:  tellReceivers,
	}
}

func tlsrptName(domain string) string { return "_smtp._tls." + domain }

func judgeTLSRPT(c *evidence.Case) Adoption {
	l, ok := c.Lookup(tlsrptName(c.Domain.Target.Domain), evidence.TypeTXT)
	if !ok {
		return Adoption{}
	}
	if !l.Answered() || l.Truncated {
		return Adoption{State: AdoptsUnknown, Detail: detailUnanswered}
	}
	if l.Total == 0 {
		return Adoption{State: AdoptsNo, Detail: detailAbsent}
	}
	set := mtasts.ParseTLSRPTSet(texts(l))
	if set.Valid {
		return Adoption{State: AdoptsYes, Detail: detailOK}
	}
	for _, i := range set.Issues {
		if i.Fatal {
			return Adoption{State: AdoptsBroken, Detail: i.Code}
		}
	}
	return Adoption{State: AdoptsNo, Detail: "rpt_foreign_txt"}
}

// Bounds of Verdict.TLSRPTRUA: no domain name is longer, and who names more
// receivers has no use for them.
const (
	maxReceiver  = 253
	maxReceivers = 32
)

// tellReceivers says who gets the reports of a record in order. What is longer
// than a name can be gets none.
func tellReceivers(c *evidence.Case, a Adoption) Told {
	if a.State != AdoptsYes {
		return Told{}
	}
	l, _ := c.Lookup(tlsrptName(c.Domain.Target.Domain), evidence.TypeTXT)
	to := slices.DeleteFunc(mtasts.ParseTLSRPTSet(texts(l)).TLSRPT.Receivers(), func(s string) bool { return s == "" || len(s) > maxReceiver })
	return Told{TLSRPTRUA: to[:min(len(to), maxReceivers)]}
}
