//go:build cgo && !noduckdb

package duck

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

func ranked(rank int64) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) { v.Rank = rank }
}

// deploys has a valid record and policy.
func deploys(mode string, status taxonomy.Status, patterns ...string) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		v.RecordPresent, v.RecordValid, v.PolicyFetched, v.PolicyValid = ptr(true), ptr(true), ptr(true), ptr(true)
		v.Mode, v.MaxAge, v.PolicyMX, v.Status = ptr(mode), ptr(int64(604800)), patterns, status
	}
}

func hosted(host string) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) { v.MX = []analysis.MXVerdict{{Host: host}} }
}

// faulty has a record and this first failure, before any policy.
func faulty(status taxonomy.Status, code taxonomy.Code) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		v.RecordPresent, v.Status, v.FirstFailure, v.Codes = ptr(true), status, code, []taxonomy.Code{code}
	}
}

func couldNotTell(v *analysis.Verdict) {
	v.RecordPresent, v.Status = nil, taxonomy.StatusInconclusive
}

func siblings(dane string, tlsrpt, dmarc analysis.AdoptionState) func(*analysis.Verdict) {
	return func(v *analysis.Verdict) {
		v.Adopts = []analysis.Adoption{{Check: "tlsrpt", State: tlsrpt}, {Check: "dane", Detail: dane}, {Check: "dmarc", State: dmarc}}
	}
}

// series is five names, twice: what became of them is written out in the test. By
// their names the snapshots would come in the other order.
func series(t *testing.T) (older, newer string) {
	t.Helper()
	const yes, no = analysis.AdoptsYes, analysis.AdoptsNo
	root := t.TempDir()
	older = snapshot(t, root, sinks.Manifest{StartedAt: scannedAt.AddDate(0, 0, -21)}, "week-9", []name{
		named("a.com", ranked(1), deploys("testing", taxonomy.StatusValidTesting, "mx.a.com"), hosted("mx.a.com"), siblings("ok", yes, yes)),
		named("b.com", ranked(2), deploys("testing", taxonomy.StatusValidTesting, "*.old.example"), hosted("mx.old.example"), siblings("ok", no, no)),
		named("c.com", ranked(10001), faulty(taxonomy.StatusBrokenRetrieval, taxonomy.Phttp404), siblings("ok", no, no)),
		named("d.se", ranked(3), siblings("absent", no, no)),
		named("e.nl", ranked(4), faulty(taxonomy.StatusBrokenRecord, taxonomy.RecMissingID), siblings("absent", no, no)),
	})
	mismatched := func(v *analysis.Verdict) {
		v.FirstFailure, v.Codes = taxonomy.MatchNone, []taxonomy.Code{taxonomy.CauseDomain, taxonomy.MatchNone}
		v.MX[0].PolicyMatch = ptr(false)
	}
	newer = snapshot(t, root, sinks.Manifest{StartedAt: scannedAt}, "week-12", []name{
		named("a.com", ranked(1), deploys("enforce", taxonomy.StatusValidEnforce, "mx.a.com"), hosted("mx.a.com"), siblings("ok", yes, yes)),
		named("b.com", ranked(2), deploys("testing", taxonomy.StatusBrokenMatch, "*.old.example"), hosted("mx.new.example"), mismatched, siblings("partial", no, no)),
		named("c.com", ranked(10001), siblings("mismatch", no, no)),
		named("d.se", ranked(3), siblings("absent", no, no)),
		named("e.nl", ranked(4), couldNotTell, siblings("not_validating", no, no)),
	})
	return older, newer
}

// lines are the rows of a result: the axes, then n of total, what is unknown, and
// what else the metric has but share, which follows.
func lines(r research.Result) []string {
	var out []string
	for _, row := range r.Rows {
		var axes, more []string
		counts := map[string]any{}
		for i, c := range r.Columns {
			switch {
			case slices.Contains(r.Metric.Axes, c.Name):
				axes = append(axes, fmt.Sprint(row[i]))
			case slices.Contains([]string{"n", "total", "unknown"}, c.Name):
				counts[c.Name] = row[i]
			case c.Name != "share":
				more = append(more, fmt.Sprintf("%s=%v", c.Name, row[i]))
			}
		}
		text := append(axes, fmt.Sprintf("%v/%v ?%v", counts["n"], counts["total"], counts["unknown"]))
		out = append(out, strings.Join(append(text, more...), " "))
	}
	return out
}

// expect runs metrics and compares their rows, in their order, with those that
// were written down.
func expect(t *testing.T, db *DB, thresholds research.Thresholds, want map[string][]string) {
	t.Helper()
	for id, rows := range want {
		r, err := db.Run(t.Context(), metric(t, id), thresholds)
		if err != nil || r.Missing != "" {
			t.Errorf("%s: %v, missing %q", id, err, r.Missing)
			continue
		}
		if diff := cmp.Diff(rows, lines(r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}

func metric(t *testing.T, id string) research.Metric {
	t.Helper()
	all, err := research.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.ID == id {
			return m
		}
	}
	t.Fatalf("no metric %s", id)
	return research.Metric{}
}

// What needs several days, ranks or siblings, over names whose counts are told
// by hand.
func TestMetricsOfASeries(t *testing.T) {
	older, newer := series(t)
	db := open(t, Options{}, older, newer)
	expect(t, db, research.DefaultThresholds(), map[string][]string{
		"imc25_f2":        {"week-9 com 3/3 ?0", "week-9 se 0/1 ?0", "week-12 com 2/3 ?0", "week-12 se 0/1 ?0"},
		"imc25_f3":        {"1 2/3 ?0", "10001 0/1 ?0"},
		"imc25_f9":        {"week-9 1/1 ?0"},
		"imc25_disc":      {"<nil> 1/2 ?1", "phttp_404 1/1 ?0", "rec_missing_id 0/1 ?1"},
		"tatang21_growth": {"growth -1/3 ?1"},
		"churn":           {"week-12 added 0/2 ?1", "week-12 removed 1/3 ?1", "week-12 kept 2/3 ?1"},
		"mode_path":       {"absent absent 1/1 ?0", "broken absent 1/2 ?0", "broken unknown 1/2 ?1", "testing enforce 1/2 ?0", "testing testing 1/2 ?0"},
		"adopt_by_rank":   {"1 2/4 ?1 enforce=1", "10001 0/1 ?0 enforce=0"},
		"dane20_t1":       {"com 3/3 ?0", "nl 0/1 ?1", "se 0/1 ?0", "all 3/5 ?1"},
		"dane20_f3":       {"1 2/4 ?1", "10001 1/1 ?0"},
		"dane20_f4":       {"com 1/3 ?0"},
		"dane20_f7":       {"certificate mismatch 1/3 ?0", "good ok 1/3 ?0", "good partial 1/3 ?0"},
		"dane20_f8":       {"com 1/3 ?0"},
		"pillilz":         {"both 2/5 ?0", "dane only 1/5 ?0", "neither 2/5 ?1"},
		"top10k_absent":   {"mta-sts 1/4 ?1", "tlsrpt 3/4 ?0", "dmarc 3/4 ?0"},
	})
}

// A snapshot without names gives no wrong number: rows of zeros or none.
func TestMetricsOfNothing(t *testing.T) {
	root := t.TempDir()
	db := open(t, Options{}, snapshot(t, root, sinks.Manifest{}, "week-9", []name{}), snapshot(t, root, sinks.Manifest{}, "week-12", []name{}))
	all, err := research.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		r, err := db.Run(t.Context(), m, research.DefaultThresholds())
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		for _, line := range lines(r) {
			if !strings.Contains(line, "0/0 ?0") {
				t.Errorf("%s: %s", m.ID, line)
			}
		}
	}
}
