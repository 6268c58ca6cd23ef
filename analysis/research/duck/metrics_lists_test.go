//go:build cgo && !noduckdb

package duck

import (
	"testing"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

// states are those of the sibling standards; those not named were not asked.
func states(of map[string]analysis.AdoptionState) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		v.Adopts = nil
		for _, check := range []string{"tlsrpt", "dane", "dnssec", "spf", "dmarc"} {
			if s, ok := of[check]; ok {
				v.Adopts = append(v.Adopts, analysis.Adoption{Check: check, State: s})
			}
		}
	}
}

// probed gives the name an MX host for each word of what was seen of STARTTLS.
func probed(starttls ...string) func(*analysis.Verdict) {
	seen := map[string]*bool{"works": ptr(true), "fails": ptr(false), "unknown": nil}
	return func(v *analysis.Verdict) {
		v.MX = nil
		for i, s := range starttls {
			v.MX = append(v.MX, analysis.MXVerdict{Host: string(rune('a'+i)) + ".mx." + v.Domain, StartTLS: seen[s]})
		}
	}
}

func provider(label string) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) { v.MXProvider = &label }
}

func without(status analysis.MXStatus) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) { v.MXStatus, v.MX = status, nil }
}

// listed is eight names on two lists. a to d are told in full; c could not be told
// at all but for what its zone says, d has no mail and so no DANE, and e to g each
// hold back a thing or two. h is on no list of which all its standards are known.
func listed(t *testing.T) string {
	t.Helper()
	const yes, no, broken, unknown = analysis.AdoptsYes, analysis.AdoptsNo, analysis.AdoptsBroken, analysis.AdoptsUnknown
	type of = map[string]analysis.AdoptionState
	const gov, top = "gov", "top"
	return snapshot(t, t.TempDir(), sinks.Manifest{
		Inputs: []sinks.Input{{Name: gov}, {Name: top}}, Settings: map[string]string{"probe-mx": "all"},
	}, "2026-11-22", []name{
		named("a.com", ranked(10000), deploys("enforce", taxonomy.StatusValidEnforce), provider("a.com"), probed("works"),
			states(of{"tlsrpt": yes, "dane": yes, "dnssec": yes, "spf": yes, "dmarc": yes})).on(gov),
		named("b.com", ranked(10001), deploys("testing", taxonomy.StatusBrokenMX), provider("google"), probed("fails"),
			states(of{"tlsrpt": no, "dane": no, "dnssec": yes, "spf": yes, "dmarc": yes})).on(top, gov, top),
		named("c.com", couldNotTell, provider("google"), probed("works", "unknown"),
			states(of{"tlsrpt": unknown, "dane": unknown, "dnssec": yes, "spf": yes, "dmarc": yes})).on(top),
		named("d.com", ranked(1), without(analysis.MXNone),
			states(of{"tlsrpt": no, "dnssec": no, "spf": no, "dmarc": no})).on(top),
	}, []name{
		named("e.com", ranked(20000), provider("mixed"), probed("fails", "unknown"),
			states(of{"tlsrpt": no, "dane": no, "dnssec": broken, "spf": unknown, "dmarc": yes})).on(gov),
		named("f.com", provider("f-mail.net"), probed("works"),
			states(of{"tlsrpt": broken, "dane": yes, "dnssec": yes, "spf": yes, "dmarc": unknown})).on(gov),
		named("g.com", probed("unknown"),
			states(of{"tlsrpt": no, "dane": no, "dnssec": no, "spf": no, "dmarc": no})).on(top),
		named("h.com", couldNotTell, without(analysis.MXInconclusive),
			states(of{"tlsrpt": unknown, "dnssec": unknown, "spf": unknown, "dmarc": unknown})).on(top),
	})
}

func TestMetricsOfLists(t *testing.T) {
	db := open(t, Options{Weights: []Weight{{"google", 100}, {"a.com", 10}, {"nobody.example", 1000}}}, listed(t))
	defaults, wide, short := research.DefaultThresholds(), research.DefaultThresholds(), research.DefaultThresholds()
	wide.Bin, short.Top = 20000, 1
	expect(t, db, defaults, map[string][]string{
		"adopt_by_list": {"gov 2/4 ?0 enforce=1", "top 1/3 ?1 enforce=0"}, // b in both, and once in each; d and h have no MX
		"adopt_by_rank": {"1 1/1 ?0 enforce=1", "10001 1/2 ?0 enforce=0"}, // c, f and g have no rank, d no mail
		"hardenize": {
			"gov dane 2/4 ?0", "gov dmarc 3/4 ?1", "gov dnssec 3/4 ?0", "gov mta-sts 1/4 ?0", "gov spf 3/4 ?1", "gov tlsrpt 1/4 ?0",
			"top dane 0/5 ?2", "top dmarc 2/5 ?1", "top dnssec 2/5 ?1", "top mta-sts 0/5 ?2", "top spf 2/5 ?1", "top tlsrpt 0/5 ?2",
		},
		"iv_meting": {
			"gov starttls 2/4 ?0", "gov dane 2/4 ?0", "gov dnssec 3/4 ?0", "gov spf 3/4 ?1", "gov dmarc 3/4 ?1", "gov all of these 1/4 ?1", // f: a, but for its DMARC
			"top starttls 0/3 ?2", "top dane 0/3 ?1", "top dnssec 2/3 ?0", "top spf 2/3 ?0", "top dmarc 2/3 ?0", "top all of these 0/3 ?1",
		},
		"imc15_starttls":  {"any host 3/5 ?2", "all hosts 2/5 ?2"},
		"imc15_providers": {"google 2/6 ?0", "f-mail.net 1/6 ?0", "mixed 1/6 ?0", "not known 1/6 ?1"},
		// google counts 100 by b and c, of which one is unknown; a.com counts 10.
		"ccs15_weighted": {"enforce 10/110 ?50", "mta-sts record 60/110 ?50", "tlsrpt 10/110 ?50"},
	})
	expect(t, db, wide, map[string][]string{"adopt_by_rank": {"1 2/3 ?0 enforce=1"}})
	expect(t, db, short, map[string][]string{"imc15_providers": {"google 2/6 ?0"}})
}

// What no scan can give, or not this one, says why, and has no row of zeros.
func TestMetricsThatAreMissing(t *testing.T) {
	db := open(t, Options{}, snapshot(t, t.TempDir(), sinks.Manifest{}, "2026-11-22", []name{named("a.com")}))
	for id, want := range map[string]string{
		"google_tr":      "this is seen from a mail server that receives, and a scan sends no mail",
		"imc25_sender":   "this is seen from a mail server that receives, and a scan sends no mail",
		"adopt_by_list":  "all names are of one list: scan several lists in one run to compare them",
		"adopt_by_rank":  "the list has no ranks: scan one that has, such as Tranco's",
		"ccs15_weighted": "no weights were given: --weights FILE",
		"imc15_starttls": "only the MX hosts of names that signal MTA-STS were probed: scan run --probe-mx all",
		"imc25_f2":       "one snapshot was given, and this compares several: give those of other days, too",
		"dane22_t1":      "dane was not asked for: scan run --checks dane",
	} {
		r, err := db.Run(t.Context(), metric(t, id), research.DefaultThresholds())
		if err != nil || r.Missing != want || len(r.Rows) > 0 {
			t.Errorf("%s: %v, %d rows, missing %q, want %q", id, err, len(r.Rows), r.Missing, want)
		}
	}
}

// A series in which one snapshot did not ask for a standard has no share of it there,
// not even nothing of all that is unknown.
func TestMetricsOfAnUnevenSeries(t *testing.T) {
	root := t.TempDir()
	silent := named("a.com", states(nil))
	asked := named("a.com", dane("ok", analysis.AdoptsYes))
	then := snapshot(t, root, sinks.Manifest{StartedAt: scannedAt.AddDate(0, 0, -7)}, "then", []name{silent})
	now := snapshot(t, root, sinks.Manifest{StartedAt: scannedAt}, "now", []name{asked})
	for _, c := range []struct {
		id, want  string
		snapshots []string
	}{
		{"dane20_f2", "dane was asked for in some of these snapshots only: leave the others out", []string{then, now}},
		{"dane20_t1", "", []string{then, now}}, // of the newest alone
		{"dane20_t1", "dane was not asked for: scan run --checks dane", []string{then}},
	} {
		r, err := open(t, Options{}, c.snapshots...).Run(t.Context(), metric(t, c.id), research.DefaultThresholds())
		if err != nil || r.Missing != c.want || (len(r.Rows) == 0) != (c.want != "") {
			t.Errorf("%s: %v, %d rows, missing %q, want %q", c.id, err, len(r.Rows), r.Missing, c.want)
		}
	}
}

// Records over time, with and without what was meant to be one.
func TestMetricsOfRecords(t *testing.T) {
	nearly := func(v *analysis.Verdict) { v.Codes = []taxonomy.Code{taxonomy.RecBadVersion} }
	valid := func(v *analysis.Verdict) { v.RecordPresent, v.RecordValid = ptr(true), ptr(true) }
	untoldNearly := func(v *analysis.Verdict) { couldNotTell(v); nearly(v) }
	root := t.TempDir()
	then := snapshot(t, root, sinks.Manifest{StartedAt: scannedAt.AddDate(0, 0, -21)}, "week-9", []name{
		named("a.com", valid), named("b.com"), named("c.org", couldNotTell), named("d.nl", valid),
	})
	now := snapshot(t, root, sinks.Manifest{StartedAt: scannedAt}, "week-12", []name{
		named("a.com", valid), named("b.com", nearly), named("c.org", untoldNearly), named("d.nl", valid),
		named("e.com", valid, without(analysis.MXImplicit)), named("f.com", couldNotTell), named("g.net", faulty(taxonomy.StatusBrokenRecord, taxonomy.RecMissingID)),
	})
	db := open(t, Options{}, then, now)
	strict := research.DefaultThresholds()
	strict.StrictRFC = true
	expect(t, db, research.DefaultThresholds(), map[string][]string{
		"imc25_f2":        {"week-9 com 1/2 ?0", "week-9 org 0/1 ?1", "week-12 com 2/3 ?1", "week-12 net 1/1 ?0", "week-12 org 1/1 ?0"},
		"tatang21_growth": {"growth 1/2 ?1"}, // b; of c it could not be told then
		"churn":           {"week-12 added 1/3 ?1", "week-12 removed 0/2 ?1", "week-12 kept 2/3 ?1"},
	})
	expect(t, db, strict, map[string][]string{
		"imc25_f2":        {"week-9 com 1/2 ?0", "week-9 org 0/1 ?1", "week-12 com 1/3 ?1", "week-12 net 0/1 ?0", "week-12 org 0/1 ?0"},
		"tatang21_growth": {"growth 0/2 ?1"},
	})
}
