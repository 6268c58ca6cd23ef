package analysis

import (
	"slices"
	"testing"

	"stscan/internal/evidence"
)

// Resolvers of the tests of DNSSEC.
const (
	resolverA = "192.0.2.53:53"
	resolverB = "198.51.100.53:53"
)

// by says which resolver answered (name, type), and whether it validated.
func by(server string, ad bool, name, rrtype string, f change) change {
	return all(f, func(c *evidence.Case) {
		l, _ := c.Lookup(name, rrtype)
		l.Server, l.AD = server, ad
		lookup(l)(c)
	})
}

// withAD and withoutAD are answers of resolver A.
func withAD(name, rrtype string, records ...string) change {
	return by(resolverA, true, name, rrtype, answer(name, rrtype, records...))
}

func withoutAD(name, rrtype string, records ...string) change {
	return by(resolverA, false, name, rrtype, answer(name, rrtype, records...))
}

// unchecked is an answer with checking disabled.
func unchecked(name, rrtype string, records ...string) change {
	return func(c *evidence.Case) {
		l := question(name, rrtype)
		l.Question.CD, l.RCode, l.Records, l.Total = true, "NOERROR", records, len(records)
		lookup(l)(c)
	}
}

func validating(servers ...string) change {
	return func(c *evidence.Case) { c.Domain.Validating = servers }
}

const mx1 = "10 mx1.example.com."

func TestDNSSEC(t *testing.T) {
	const dsRecord = "1 13 2 E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
	unsigned := all(nodata(domain, "DS"), withoutAD(domain, "MX", mx1))
	runCheck(t, dnssecCheck(), []adoptionCase{
		{"signed", all(answer(domain, "DS", dsRecord), withAD(domain, "MX", mx1)), AdoptsYes, "ok"},
		{"signed, and below the cut", all(nodata(domain, "DS"), withAD(domain, "MX", mx1)), AdoptsYes, "ok"},
		{"signed, no MX", all(answer(domain, "DS", dsRecord), withAD(domain, "MX")), AdoptsYes, "ok"},
		{"unsigned", all(validating(resolverA), unsigned), AdoptsNo, "unsigned"},
		{"unsigned, shown by the control", all(unsigned, withAD("com", "DS", dsRecord)), AdoptsNo, "unsigned"},
		{"unsigned, shown by another answer", all(unsigned, withAD("_dmarc.example.com", "TXT")), AdoptsNo, "unsigned"},
		{"alias to an unsigned zone", all(validating(resolverA), answer(domain, "DS", dsRecord),
			by(resolverA, false, domain, "MX", alias(domain, "MX", []string{"a.example"}, mx1))), AdoptsNo, "unsigned"},
		{"unknown algorithm", all(validating(resolverA), withAD(domain, "DS", dsRecord), withoutAD(domain, "MX", mx1)), AdoptsBroken, "unsupported"},
		{"no such domain", all(nodata(domain, "DS"), nxdomain(domain, "MX")), AdoptsNo, "nxdomain"},
		{"bogus by its extended error", all(nodata(domain, "DS"), fails(domain, "MX", "SERVFAIL", evidence.KindStatus, 6)), AdoptsBroken, "bogus"},
		{"bogus by what is behind it", all(nodata(domain, "DS"), servfail(domain, "MX"), unchecked(domain, "MX", mx1)), AdoptsBroken, "bogus"},
		{"nobody validates", unsigned, AdoptsUnknown, "not_validating"},
		{"another resolver validates", all(validating(resolverB), unsigned), AdoptsUnknown, "not_validating"},
		{"another resolver validates this row", all(unsigned, by(resolverB, true, "com", "DS", nodata("com", "DS"))), AdoptsUnknown, "not_validating"},
		{"unanswered", all(validating(resolverA), nodata(domain, "DS"), servfail(domain, "MX")), AdoptsUnknown, "unanswered"},
		{"timeout", all(validating(resolverA), nodata(domain, "DS"), fails(domain, "MX", "", evidence.KindTimeout)), AdoptsUnknown, "unanswered"},
	})
}

// TestAskDNSSEC: the control is asked only until somebody was seen to validate,
// the unchecked answer only behind a SERVFAIL that does not say what is wrong.
func TestAskDNSSEC(t *testing.T) {
	const ds, control, cd = "example.com DS", "com DS", "example.com MX CD"
	for _, tt := range []struct {
		name   string
		change change
		ad     bool // of every answer
		want   []string
	}{
		{"validates", withoutAD(domain, "MX", mx1), true, []string{ds}},
		{"does not validate", withoutAD(domain, "MX", mx1), false, []string{ds, control}},
		{"known to validate", all(validating(resolverA), withoutAD(domain, "MX", mx1)), false, []string{ds}},
		{"secure", withAD(domain, "MX", mx1), false, []string{ds}},
		{"SERVFAIL", all(validating(resolverA), by(resolverA, false, domain, "MX", servfail(domain, "MX"))), false, []string{ds, cd}},
		{"SERVFAIL that says so", all(validating(resolverA),
			by(resolverA, false, domain, "MX", fails(domain, "MX", "SERVFAIL", evidence.KindStatus, 9))), false, []string{ds}},
	} {
		c := deployed(tt.change)
		got := asked(t, &c, dnssecCheck().AskDomain, func(evidence.Question) evidence.Lookup {
			return evidence.Lookup{RCode: "NOERROR", Server: resolverA, AD: tt.ad}
		})
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: asked %v, want %v", tt.name, got, tt.want)
		}
	}
}
