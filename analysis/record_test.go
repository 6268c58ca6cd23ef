package analysis

import (
	"testing"

	"stscan/internal/evidence"
)

func TestRecordStage(t *testing.T) {
	undeployed := all(silent, noFetch)
	probe := WildcardProbe(domain)
	run(t, []expect{
		{"no data", all(undeployed, nodata(recordName, "TXT")), notDeployed, unprotected, ""},
		{"foreign", all(undeployed, txt("v=spf1 -all")), notDeployed, unprotected, "rec_foreign_txt"},
		{"foreign, by a wildcard", all(undeployed, txt("v=spf1 -all"), answer(probe, "TXT", "v=spf1 -all")),
			notDeployed, unprotected, "rec_foreign_txt rec_wildcard_suspected"},
		{"foreign, no wildcard", all(undeployed, txt("v=spf1 -all"), nxdomain(probe, "TXT")),
			notDeployed, unprotected, "rec_foreign_txt"},
		{"a claim by a wildcard is a claim", answer(probe, "TXT", "v=STSv1; id=1;"), validEnforce, protected, ""},
		{"foreign beside a record", txt("v=spf1 -all", "v=STSv1; id=1;"), validEnforce, protected, "rec_foreign_txt"},
		{"two records", txt("v=STSv1; id=1;", "v=STSv1; id=2;"), brokenRecord, policyIgnored, "rec_multiple"},
		{"no id", txt("v=STSv1;"), brokenRecord, policyIgnored, "rec_missing_id"},
		{"near miss: to a sender no record", txt("v=stsv1; id=1;"), brokenRecord, unprotected, "rec_bad_version"},
		{"near miss: policy in the TXT", txt("version: STSv1; mode: enforce"), brokenRecord, unprotected, "rec_policy_in_txt"},
		{"delegated", alias(recordName, "TXT", []string{"r.provider.example"}, "v=STSv1; id=1;"), validEnforce, protected, "rec_delegated"},
		{"dangling at another _mta-sts", nxdomain(recordName, "TXT", "_mta-sts.gone.example"),
			brokenRecord, unprotected, "rec_cname_dangling"},
		{"dangling at a known provider", alias(recordName, "TXT", []string{"example-com._mta-sts.uriports.com"}),
			brokenRecord, unprotected, "rec_cname_dangling"},
		{"dangling somewhere else", all(undeployed, nxdomain(recordName, "TXT", "parking.example")), notDeployed, unprotected, ""},
		{"an alias of itself, with NOERROR", all(undeployed, alias(recordName, "TXT", []string{recordName})),
			inconclusive, unknown, "inc_dns_servfail"},
		{"an alias loop, with NOERROR", all(undeployed, alias(recordName, "TXT", []string{"_mta-sts.loop.example", recordName})),
			inconclusive, unknown, "inc_dns_servfail"},
		{"SERVFAIL", all(undeployed, servfail(recordName, "TXT")), inconclusive, unknown, "inc_dns_servfail"},
		{"REFUSED", all(undeployed, fails(recordName, "TXT", "REFUSED", evidence.KindStatus)), inconclusive, unknown, "inc_dns_refused"},
		{"FORMERR", all(undeployed, fails(recordName, "TXT", "FORMERR", evidence.KindStatus)), inconclusive, unknown, "inc_dns_servfail"},
		{"no answer", all(undeployed, fails(recordName, "TXT", "", evidence.KindTimeout)), inconclusive, unknown, "inc_dns_timeout"},
		{"resolver refuses packets", all(undeployed, fails(recordName, "TXT", "", evidence.KindRefused)), inconclusive, unknown, "inc_resolver_down"},
		{"no route to the resolver", all(undeployed, fails(recordName, "TXT", "", evidence.KindNoRoute)), inconclusive, unknown, "inc_resolver_down"},
		{"cut, and no answer over TCP", all(undeployed, func(c *evidence.Case) {
			l := question(recordName, "TXT")
			l.Transport, l.Failure = evidence.TransportTCP, evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindTimeout}
			lookup(l)(c)
		}), inconclusive, unknown, "inc_dns_tcp_failed"},
		{"our own fault", all(undeployed, fails(recordName, "TXT", "", evidence.KindLocal)), inconclusive, unknown, "inc_local_error"},
		{"cancelled", all(undeployed, fails(recordName, "TXT", "", evidence.KindCancelled)), inconclusive, unknown, "inc_cancelled"},
		{"more records than are kept", all(undeployed, func(c *evidence.Case) {
			l := question(recordName, "TXT")
			l.RCode, l.Records, l.Total, l.Truncated = "NOERROR", []string{"x"}, 2, true
			lookup(l)(c)
		}), inconclusive, unknown, "inc_parser_limit"},
	})
}

func TestRecordColumns(t *testing.T) {
	r := newTestRules(t, nil)
	for _, tt := range []struct {
		name           string
		change         change
		present, valid *bool
		id             *string
	}{
		{"valid", txt("v=STSv1; id=abc;"), new(true), new(true), new("abc")},
		{"invalid", txt("v=STSv1; id=a-b;"), new(true), new(false), new("a-b")},
		{"near miss", txt("v=stsv1; id=1;"), new(false), new(false), nil},
		{"foreign", txt("x"), new(false), nil, nil},
		{"none", nodata(recordName, "TXT"), new(false), nil, nil},
		{"unknown", servfail(recordName, "TXT"), nil, nil, nil},
		{"bytes that are no text", txt(`v=STSv1; id=\xff;`), new(true), new(false), new(`\xff`)},
	} {
		v := Classify(deployed(tt.change), r)
		if !same(v.RecordPresent, tt.present) || !same(v.RecordValid, tt.valid) || !same(v.RecordID, tt.id) {
			t.Errorf("%s: present %v, valid %v, id %v", tt.name, show(v.RecordPresent), show(v.RecordValid), show(v.RecordID))
		}
	}
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func show[T any](p *T) any {
	if p == nil {
		return "null"
	}
	return *p
}

func TestRecordFindingPlace(t *testing.T) {
	v := Classify(deployed(txt("unrelated", "v=STSv1; id=2026-01;")), newTestRules(t, nil))
	for _, f := range v.Findings {
		if f.Code == "rec_bad_id_chars" {
			if f.Where != recordName || f.Got != "-" || f.Cite != "RFC 8461 section 3.1" {
				t.Errorf("got %q at %q, %s", f.Got, f.Where, f.Cite)
			}
			return
		}
	}
	t.Errorf("no such finding:\n%s", findingsText(v))
}
