//go:build cgo && !noduckdb

package duck

import (
	"fmt"
	"strings"
	"testing"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/sinks"
)

// ofTLDs counts deployments by TLD, as a user's own file would.
func ofTLDs() research.Metric {
	return research.Metric{
		ID: "own", File: "own.sql", Axes: []string{"tld"}, Parameters: []string{"strict_rfc"}, Notes: []string{"a note"},
		SQL: "SELECT tld, count(*) FILTER (rec) AS n, count(*) FILTER (in_mx) AS total, count(*) FILTER (inconclusive_record) AS unknown, 1.5 AS extra FROM names GROUP BY tld ORDER BY tld",
	}
}

func fewNames(t *testing.T) string {
	badRecord := named("b.org", func(v *analysis.Verdict) { v.RecordPresent, v.RecordValid = ptr(true), ptr(false) })
	return snapshot(t, t.TempDir(), sinks.Manifest{}, "s",
		[]name{named("a.com"), named("b.com", enforced), named("c.com", enforced), named("d.com")}, []name{badRecord, named("u.se", untold)})
}

func TestRun(t *testing.T) {
	db := open(t, Options{}, fewNames(t))
	r, err := db.Run(t.Context(), ofTLDs(), research.DefaultThresholds())
	if err != nil {
		t.Fatal(err)
	}
	// Of no name with MX there is no share, which is not the same as zero.
	if got, want := fmt.Sprint(r.Rows), "[[com 2 4 0.5 0 1.5] [org 1 1 1 0 1.5] [se 0 0 <nil> 1 1.5]]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := fmt.Sprint(r.Columns), "[{tld  text} {n  count} {total  count} {share  share} {unknown  count} {extra  float}]"; got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
	if r.Names != 5 || r.Unknown != 1 || r.Params["strict_rfc"] != "false" || len(r.Params) != 1 || r.Elapsed <= 0 || len(r.Notes) != 1 {
		t.Errorf("%+v", r)
	}

	strict := research.DefaultThresholds()
	strict.StrictRFC = true
	if r, err = db.Run(t.Context(), ofTLDs(), strict); err != nil || fmt.Sprint(r.Rows[1][:3]) != "[org 0 1]" || r.Params["strict_rfc"] != "true" {
		t.Errorf("strict: %v %v", r.Rows, err)
	}
	if r, err = db.Run(t.Context(), ofTLDs(), research.DefaultThresholds()); err != nil || fmt.Sprint(r.Rows[1][:3]) != "[org 1 1]" {
		t.Errorf("the thresholds of the call before: %v %v", r.Rows, err)
	}
}

func TestRunOfASample(t *testing.T) {
	r, err := open(t, Options{Sample: true}, fewNames(t)).Run(t.Context(), ofTLDs(), research.DefaultThresholds())
	if err != nil {
		t.Fatal(err)
	}
	// 2 of 4: 0.5 ± 0.35, by the formula of Wilson (1927) by hand.
	if got, want := fmt.Sprintf("%.2f %.2f", r.Rows[0][5], r.Rows[0][6]), "0.15 0.85"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if r.Rows[2][5] != nil || r.Columns[5].Name != "lo" || r.Columns[6].Name != "hi" {
		t.Errorf("%v %v", r.Columns, r.Rows[2])
	}
}

// What the snapshot does not hold is said, and is not zero.
func TestRunSaysWhatIsMissing(t *testing.T) {
	dir := fewNames(t)
	db := open(t, Options{}, dir)
	for need, want := range map[string]string{
		"series": "one snapshot", "ranks": "no ranks", "deployed": "ruleset deployed", "all_mx": "--probe-mx all",
		"weights": "--weights", "checks:dane": "--checks dane", "checks:tlsrpt": "",
		"column:mode": "", "column:host": "scan classify",
	} {
		m := ofTLDs()
		m.Needs = []string{need}
		r, err := db.Run(t.Context(), m, research.DefaultThresholds())
		if err != nil || !strings.Contains(r.Missing, want) || want != "" && (r.Missing == "" || len(r.Rows) > 0) || want == "" && r.Missing != "" {
			t.Errorf("%s: %q, %d rows, %v", need, r.Missing, len(r.Rows), err)
		}
	}
	weighted := open(t, Options{Weights: []Weight{{"it's", 2.5}, {"b", 1}}}, dir)
	m := ofTLDs()
	m.Needs, m.SQL = []string{"weights"}, "SELECT label, weight FROM weights ORDER BY weight"
	if r, err := weighted.Run(t.Context(), m, research.DefaultThresholds()); err != nil || fmt.Sprint(r.Rows) != "[[b 1] [it's 2.5]]" {
		t.Errorf("weights: %v %q %v", r.Rows, r.Missing, err)
	}
	m.SQL = "SELECT nothing FROM names"
	if _, err := weighted.Run(t.Context(), m, research.DefaultThresholds()); err == nil || !strings.HasPrefix(err.Error(), "own.sql: ") {
		t.Errorf("a wrong query: %v", err)
	}
}

// Every metric of ours runs, over a list in which hardly anything is deployed, too.
func TestEveryMetricRuns(t *testing.T) {
	all, err := research.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, Options{}, fewNames(t))
	for _, m := range all {
		m.Needs = nil // the query itself must be sound, whatever the snapshot holds
		if m.SQL != "" && !strings.Contains(m.SQL, "verdicts_deployed") {
			if _, err := db.Run(t.Context(), m, research.DefaultThresholds()); err != nil {
				t.Error(err)
			}
		}
	}
}

// Who judged is told by the rows: scan classify leaves the manifest alone.
func TestRunSaysWhoMadeIt(t *testing.T) {
	judgedBy := func(rules string) func(*analysis.Verdict) {
		return func(v *analysis.Verdict) { v.RulesVersion = rules }
	}
	root, tool := t.TempDir(), sinks.Manifest{Tool: sinks.Tool{Version: "1.2"}, RulesVersion: "1"}
	old := snapshot(t, root, tool, "old", []name{named("a.com", judgedBy("3"))}, []name{named("b.com", judgedBy("2"))})
	tool.StartedAt = scannedAt
	recent := snapshot(t, root, tool, "recent", []name{named("a.com", judgedBy("3"))})
	m := ofTLDs()
	m.Needs = []string{"series"}
	r, err := open(t, Options{}, old, recent).Run(t.Context(), m, research.DefaultThresholds())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.MadeBy(), "old: stscan 1.2, ruleset rfc of version 2 and 3; recent: stscan 1.2, ruleset rfc of version 3"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What was asked for is told by all of the rows, or by the manifest: of names without
// mail, of which a list may begin with thousands, DANE is never asked.
func TestChecksAskedFor(t *testing.T) {
	var names []name
	for i := range 300 {
		names = append(names, named(fmt.Sprintf("n%d.com", i), states(nil)))
	}
	root := t.TempDir()
	none := snapshot(t, root, sinks.Manifest{}, "none", names)
	one := snapshot(t, root, sinks.Manifest{}, "one", append(names, named("a.com", dane("ok", analysis.AdoptsYes))))
	said := snapshot(t, root, sinks.Manifest{Settings: map[string]string{"checks": "spf,dane"}}, "said", names)
	m := ofTLDs()
	m.Needs = []string{"checks:dane"}
	for dir, want := range map[string]bool{none: false, one: true, said: true} {
		r, err := open(t, Options{}, dir).Run(t.Context(), m, research.DefaultThresholds())
		if err != nil || (r.Missing == "") != want {
			t.Errorf("%s: missing %q, %v", dir, r.Missing, err)
		}
	}
}
