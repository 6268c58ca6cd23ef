//go:build cgo && !noduckdb

package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"stscan/analysis/research"
	"stscan/internal/lab"
)

// catalogueNames are names of every scenario of the catalogue, most of several. Plain
// deployments also have names that share a registrable domain.
func catalogueNames() (assigned map[string]*lab.Scenario, names []string) {
	assigned = map[string]*lab.Scenario{}
	give := func(name string, s *lab.Scenario) {
		assigned[name] = s
		names = append(names, name)
	}
	for _, s := range mixedScenarios() {
		give(s.Name+".example", &s)
	}
	tlds := []string{"com", "net", "org"}
	for i, s := range lab.Scenarios() {
		give(s.Name+".example", &s)
		more := i % len(tlds)
		if s.For == "" {
			more = len(tlds)
			give(s.Name+".shared.example", &s)
		}
		switch {
		case s.Slow, failsFirst(&s):
			more = 0 // true of the first session alone, and others have the address
		case s.Name == "inc-dns-servfail":
			for _, below := range []string{"shared", "half", "a.dark", "b.dark"} { // see unitsTruth
				give("untold."+below+".example", &s)
			}
		case s.Name == "rec-missing-id":
			give("bad.half.example", &s)
		}
		for _, tld := range tlds[:more] {
			give(s.Name+"."+tld, &s)
		}
	}
	return assigned, names
}

func failsFirst(s *lab.Scenario) bool {
	for _, m := range s.MX {
		for _, server := range m.Servers {
			if server.FailFirst != "" {
				return true
			}
		}
	}
	return false
}

// Over names of every scenario of the catalogue, with everything in it that cannot be
// told, each metric of one snapshot is what the lab says of the names, exactly.
func TestCatalogueMetricsAreTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("scans seven hundred names")
	}
	out := t.TempDir()
	var snapshot string
	var names []declared
	assigned, domains := catalogueNames()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1, Assign: assigned})
		defer world.Close()
		var list strings.Builder
		for i, domain := range domains {
			const between = 25 // ranks: the list goes beyond 10,000, and has a name there
			d := declare(world, domain)
			d.rank = int64(between * (i + 1))
			names = append(names, d)
			fmt.Fprintf(&list, "%d,%s\n", d.rank, domain)
		}
		result, err := inMemory(t, world, out, list.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		expectTruth(t, world, result.Snapshot)
		classifyAs(t, world, result.Snapshot, lab.RulesetDeployed)
		snapshot = result.Snapshot
	})
	results := runMetrics(t, snapshot, research.DefaultThresholds())
	expectTruths(t, snapshot, names, results)
	byLayer := tally{}
	for key, row := range metricRows(t, results["failure_layers"]) {
		byLayer.row(firstAxes(key, 1))["n"] += row["n"]
	}
	want := layersTruth(names)
	for _, row := range want {
		delete(row, "total")
	}
	expectTally(t, "failure_layers, all managers", want, byLayer)
	for id, truth := range generalTruths() {
		if len(truth(names).only()) == 0 {
			t.Errorf("%s: no name of the catalogue is counted", id)
		}
	}

	strict := research.DefaultThresholds()
	strict.StrictRFC = true
	for i := range names {
		names[i].strict = true
	}
	expectTruths(t, snapshot, names, runMetrics(t, snapshot, strict))
}

// generalTruths hold for every list of names of the lab.
func generalTruths() truths {
	all := truths{}
	for _, some := range []truths{adoptionTruths(), daneTruths(), failureTruths(), hostTruths(), readingTruths(), surveyTruths()} {
		maps.Copy(all, some)
	}
	return all
}

// expectTruths holds the results of a snapshot against what the lab declares of its
// names.
func expectTruths(t *testing.T, snapshot string, names []declared, results map[string]research.Result) {
	t.Helper()
	for id, truth := range generalTruths() {
		r := results[id]
		if r.Missing != "" {
			if id != "top10k_absent" || names[0].rank != 0 {
				t.Errorf("%s: %s", id, r.Missing)
			}
			continue
		}
		want, got := truth(names), metricRows(t, r)
		switch id {
		case "max_age":
			want = thinned(want, got, 160)
		case "sts_cdf_provider":
			want = thinned(want, got, 240)
		}
		expectTally(t, id, want, got)
		expectLargestFirst(t, r)
	}
	expectTally(t, "top1m_trend", trendTruth(names, strings.TrimPrefix(filepath.Base(snapshot), "snapshot=")), metricRows(t, results["top1m_trend"]))
}
