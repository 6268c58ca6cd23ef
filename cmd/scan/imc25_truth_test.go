//go:build cgo && !noduckdb

package main

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"stscan/analysis/research"
	"stscan/analysis/research/duck"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// imc25Truth is what the metrics of the paper have to give over these domains, by
// what the lab declares of each.
func imc25Truth(cells []declared) map[string]counts {
	truth := map[string]counts{}
	for _, id := range []string{"t1", "f4", "rec", "f5", "tls", "http", "syn", "f6", "f7", "f8", "f10", "fail", "t2", "f12"} {
		truth["imc25_"+id] = counts{}
	}
	truth["policy_managers"] = counts{}
	for _, c := range cells {
		truth["imc25_t1"].add(c.deployed(), c.tld)
		truth["imc25_t1"].add(c.deployed(), "all")
		truth["imc25_f12"].add(c.tlsrpt == "yes", "mx", c.tld)
		if !c.deployed() {
			continue
		}
		truth["imc25_f12"].add(c.tlsrpt == "yes", "mta-sts", c.tld)
		recordTruth(truth, c)
		policyTruth(truth, c)
		mailTruth(truth, c)
		matchTruth(truth, c)
	}
	// Rows of one axis have one denominator: that of all of them.
	spread(truth["imc25_rec"], "any", func(n, _ int64) int64 { return n })
	return truth
}

func recordTruth(truth map[string]counts, c declared) {
	truth["imc25_f4"].add(c.misconfigured(), "any")
	truth["imc25_f4"].add(c.status(taxonomy.StatusBrokenRecord), "record")
	truth["imc25_f4"].add(c.layer() != "", "retrieval")
	truth["imc25_f4"].add(c.bad > 0, "mx certificate")
	truth["imc25_f4"].add(c.unmatched(), "inconsistency")
	truth["imc25_f4"].add(false, "mx without tls")
	truth["imc25_rec"].add(c.status(taxonomy.StatusBrokenRecord), "any")
	for _, code := range c.s.Truth.Codes {
		if e, _ := taxonomy.Of(code); e.Layer == taxonomy.LayerRecord && e.Class == taxonomy.ClassError {
			truth["imc25_rec"].add(true, string(code))
		}
	}
}

// policyTruth is of figure 5 and what the text says of its layers.
func policyTruth(truth map[string]counts, c declared) {
	truth["imc25_f5"].add(c.layer() != "", c.policy, "any")
	for _, layer := range []string{"dns", "tcp", "tls", "http", "syntax"} {
		truth["imc25_f5"].add(c.layer() == layer, c.policy, layer)
	}
	pools := []string{c.policy}
	if c.policy != "unclassified" {
		pools = append(pools, "self or third")
	}
	causes := map[string]string{"tls": c.code("ptls_"), "http": c.code("phttp_"), "syntax": "other"}
	switch {
	case c.has("psyn_mx_"):
		causes["syntax"] = "bad mx"
	case c.has("psyn_empty"):
		causes["syntax"] = "empty body"
	}
	for _, pool := range pools {
		for layer, id := range map[string]string{"tls": "imc25_tls", "http": "imc25_http", "syntax": "imc25_syn"} {
			if c.layer() != layer {
				continue
			}
			for _, cause := range causesOf(layer) {
				truth[id].add(causes[layer] == cause, pool, cause)
			}
		}
	}
	for _, class := range []string{"self", "third", "unclassified"} {
		truth["policy_managers"].add(c.policy == class, "policy host", class)
		truth["policy_managers"].add(c.mail == class, "mail", class)
	}
	for _, host := range slices.Sorted(maps.Values(imc25Labels())) {
		truth["imc25_t2"].add(c.host == host, host)
	}
	for _, host := range []string{"north-sts.test", "south-sts.test", "one-roof.test"} {
		truth["imc25_t2"].add(c.host == host, host)
	}
}

// causesOf are the causes that the preset has at a layer.
func causesOf(layer string) []string {
	switch layer {
	case "tls":
		return []string{"ptls_cert_name_mismatch", "ptls_cert_expired", "ptls_cert_self_signed", "ptls_no_cert_for_name"}
	case "http":
		return []string{"phttp_404", "phttp_403", "phttp_5xx"}
	}
	return []string{"bad mx", "empty body", "other"}
}

// mailTruth is of figures 6 and 7.
func mailTruth(truth map[string]counts, c declared) {
	truth["imc25_f6"].add(c.bad > 0, c.mail, "any")
	for code, cause := range map[string]string{"mxcert_name_mismatch": "name mismatch", "mxcert_self_signed": "self-signed", "mxcert_expired": "expired"} {
		truth["imc25_f6"].add(c.bad > 0 && c.has(code), c.mail, cause)
	}
	for _, pool := range []string{"all", c.mail} {
		truth["imc25_f7"].add(c.bad > 0 && c.bad == len(c.s.MX), pool, "all hosts")
		truth["imc25_f7"].add(c.bad > 0 && c.bad < len(c.s.MX), pool, "some hosts")
		truth["imc25_f7"].add(c.bad > 0 && c.inForce() && c.enforce, pool, "enforce, one or more")
	}
}

// matchTruth is of figures 8 and 10 and of the expected failures.
func matchTruth(truth map[string]counts, c declared) {
	for cause, is := range map[string]bool{
		"any": c.unmatched(), "typo": c.has("cause_typo"), "tld": c.has("cause_tld"), "3ld+": c.has("cause_3ld_plus"),
		"3ld+, mta-sts label": c.has("cause_mta_sts_label"), "domain": c.has("cause_domain"), "any, mode enforce": c.unmatched() && c.enforce,
	} {
		truth["imc25_f8"].add(is, cause)
	}
	if c.policy == "third" && c.mail == "third" {
		provider := "different"
		if c.oneProvider {
			provider = "same"
		}
		truth["imc25_f10"].add(c.unmatched(), provider)
	}
	fails := c.inForce() && c.enforce && (c.unmatched() || c.bad > 0)
	if c.misconfigured() {
		truth["imc25_fail"].add(fails, "misconfigured")
	}
	truth["imc25_fail"].add(fails, "all with a record")
	truth["imc25_fail"].add(fails && (c.unmatched() || c.bad == len(c.s.MX)), "all with a record, every host")
}

// spread gives every row but one the denominator that follows from that one.
func spread(t counts, of string, total func(n, total int64) int64) {
	for key, c := range t {
		if key != of {
			t[key] = [2]int64{c[0], total(t[of][0], t[of][1])}
		}
	}
}

// Every metric of the paper, over a scan of its population, is what the population
// is declared to be, exactly; every other metric runs over the same snapshot.
func TestIMC25MetricsAreTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("scans two thousand names")
	}
	out := t.TempDir()
	var snapshot string
	var cells []declared
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: "imc25", Seed: 1})
		defer world.Close()
		list := ""
		for _, name := range imc25Sample(t, world) {
			list += name + "\n"
			cells = append(cells, declaredOf(world, name))
		}
		result, err := inMemory(t, world, out, list, nil)
		if err != nil {
			t.Fatal(err)
		}
		expectLenientTruth(t, world, out, result.Snapshot)
		snapshot = result.Snapshot
	})
	results := runMetrics(t, snapshot)
	for id, want := range imc25Truth(cells) {
		got := metricRows(t, results[id])
		maps.DeleteFunc(got, func(key string, _ [2]int64) bool { // of name servers the preset says nothing, and not which web host is whose
			return strings.HasPrefix(key, "name servers") || strings.HasSuffix(key, "-web.test")
		})
		expectCounts(t, id, want, got)
	}
	for _, id := range []string{"imc25_f2", "imc25_f3", "imc25_f9", "imc25_disc", "imc25_sender"} {
		if r := results[id]; r.Missing == "" || len(r.Rows) > 0 {
			t.Errorf("%s: %d rows, missing %q: one unranked snapshot cannot give it", id, len(r.Rows), r.Missing)
		}
	}
}

// runMetrics runs every metric over a snapshot and checks what holds for all.
func runMetrics(t *testing.T, snapshot string) map[string]research.Result {
	t.Helper()
	db, err := duck.Open(context.Background(), []string{snapshot}, duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all, err := research.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	results := map[string]research.Result{}
	for _, m := range all {
		r, err := db.Run(context.Background(), m, research.DefaultThresholds())
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		results[m.ID] = r
		if r.Missing == "" {
			expectSound(t, r)
		}
	}
	return results
}

// expectSound: counts are counts, no part is larger than its whole, no number is
// none, and the columns that a chart draws are there.
func expectSound(t *testing.T, r research.Result) {
	t.Helper()
	n, total, unknown := columnOf(t, r, "n"), columnOf(t, r, "total"), columnOf(t, r, "unknown")
	for _, row := range r.Rows {
		if row[total] == nil || row[n] == nil || row[unknown] == nil {
			t.Errorf("%s: a count is null: %v", r.Metric.ID, row)
			continue
		}
		a, b := row[n].(int64), row[total].(int64)
		if a < 0 || a > b || row[unknown].(int64) < 0 {
			t.Errorf("%s: %v", r.Metric.ID, row)
		}
		for _, v := range row {
			if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
				t.Errorf("%s: %v", r.Metric.ID, row)
			}
		}
	}
	if c := r.Metric.Chart; c != nil {
		for _, name := range []string{c.X, c.Y, c.Color, c.Facet} {
			if name != "" {
				columnOf(t, r, name)
			}
		}
	}
	for _, axis := range r.Metric.Axes {
		columnOf(t, r, axis)
	}
}
