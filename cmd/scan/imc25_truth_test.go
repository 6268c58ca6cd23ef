//go:build cgo && !noduckdb

package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"stscan/analysis/research"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// imc25Truth is what the metrics of the paper have to give over these domains, by
// what the lab declares of each.
func imc25Truth(cells []deployer) map[string]tally {
	truth := map[string]tally{}
	for _, id := range []string{"t1", "f4", "rec", "f5", "tls", "http", "syn", "f6", "f7", "f8", "f10", "fail", "t2", "f12"} {
		truth["imc25_"+id] = tally{}
	}
	truth["policy_managers"] = tally{}
	truth["failure_layers"] = layersByManager(cells)
	for _, c := range cells {
		truth["imc25_t1"].count(c.rec(), c.tld())
		truth["imc25_t1"].count(c.rec(), "all")
		truth["imc25_f12"].count(c.adoption("tlsrpt") == "yes", "mx", c.tld())
		if !c.rec() {
			continue
		}
		truth["imc25_f12"].count(c.adoption("tlsrpt") == "yes", "mta-sts", c.tld())
		recordTruth(truth, c)
		policyTruth(truth, c)
		mailTruth(truth, c)
		matchTruth(truth, c)
	}
	// Rows of one axis have one denominator: that of all of them.
	for cause, row := range truth["imc25_rec"] {
		if cause != "any" {
			row["total"] = truth["imc25_rec"]["any"]["n"]
		}
	}
	return truth
}

func recordTruth(truth map[string]tally, c deployer) {
	truth["imc25_f4"].count(c.faulty(), "any")
	truth["imc25_f4"].count(c.status(taxonomy.StatusBrokenRecord), "record")
	truth["imc25_f4"].count(c.layer() != "", "retrieval")
	truth["imc25_f4"].count(c.bad > 0, "mx certificate")
	truth["imc25_f4"].count(c.unmatched(), "inconsistency")
	truth["imc25_f4"].count(false, "mx without tls")
	truth["imc25_rec"].count(c.status(taxonomy.StatusBrokenRecord), "any")
	for _, code := range c.s.Truth.Codes {
		if e, _ := taxonomy.Of(code); e.Layer == taxonomy.LayerRecord && e.Class == taxonomy.ClassError {
			truth["imc25_rec"].count(true, string(code))
		}
	}
}

// policyTruth is of figure 5 and what the text says of its layers.
func policyTruth(truth map[string]tally, c deployer) {
	truth["imc25_f5"].count(c.layer() != "", c.policy, "any")
	for _, layer := range []string{"dns", "tcp", "tls", "http", "syntax"} {
		truth["imc25_f5"].count(c.layer() == layer, c.policy, layer)
	}
	pools := []string{c.policy}
	if c.policy != "unclassified" {
		pools = append(pools, "self or third")
	}
	causes := map[string]string{"tls": string(c.code("ptls_")), "http": string(c.code("phttp_")), "syntax": "other"}
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
				truth[id].count(causes[layer] == cause, pool, cause)
			}
		}
	}
	for _, class := range []string{"self", "third", "unclassified"} {
		truth["policy_managers"].count(c.policy == class, "policy host", class)
		truth["policy_managers"].count(c.mail == class, "mail", class)
	}
	for _, host := range slices.Sorted(maps.Values(imc25Labels())) {
		truth["imc25_t2"].count(c.host == host, host)
	}
	for _, host := range []string{"north-sts.test", "south-sts.test", "one-roof.test"} {
		truth["imc25_t2"].count(c.host == host, host)
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
func mailTruth(truth map[string]tally, c deployer) {
	truth["imc25_f6"].count(c.bad > 0, c.mail, "any")
	for code, cause := range map[string]string{"mxcert_name_mismatch": "name mismatch", "mxcert_self_signed": "self-signed", "mxcert_expired": "expired"} {
		truth["imc25_f6"].count(c.bad > 0 && c.has(code), c.mail, cause)
	}
	for _, cause := range []string{"not yet valid", "untrusted"} { // of which the preset has none
		truth["imc25_f6"].count(false, c.mail, cause)
	}
	for _, pool := range []string{"all", c.mail} {
		truth["imc25_f7"].count(c.bad > 0 && c.bad == len(c.s.MX), pool, "all hosts")
		truth["imc25_f7"].count(c.bad > 0 && c.bad < len(c.s.MX), pool, "some hosts")
		truth["imc25_f7"].count(c.bad > 0 && c.inForce() && c.enforces(), pool, "enforce, one or more")
	}
}

// matchTruth is of figures 8 and 10 and of the expected failures.
func matchTruth(truth map[string]tally, c deployer) {
	for cause, is := range map[string]bool{
		"any": c.unmatched(), "typo": c.has("cause_typo"), "tld": c.has("cause_tld"), "3ld+": c.has("cause_3ld_plus"),
		"3ld+, mta-sts label": c.has("cause_mta_sts_label"), "domain": c.has("cause_domain"), "any, mode enforce": c.unmatched() && c.enforces(),
		"typo beyond the limit": false, "wildcard over several labels": false, // of which the preset has none
	} {
		truth["imc25_f8"].count(is, cause)
	}
	if c.policy == "third" && c.mail == "third" {
		provider := "different"
		if c.oneProvider {
			provider = "same"
		}
		truth["imc25_f10"].count(c.unmatched(), provider)
	}
	fails := c.inForce() && c.enforces() && (c.unmatched() || c.bad > 0)
	if c.faulty() {
		truth["imc25_fail"].count(fails, "misconfigured")
	}
	truth["imc25_fail"].count(fails, "all with a record")
	truth["imc25_fail"].count(fails && (c.unmatched() || c.bad == len(c.s.MX)), "all with a record, every host")
}

// layersByManager: up to the syntax of the policy the manager is that of the policy
// host, from match on that of the mail.
func layersByManager(cells []deployer) tally {
	t := tally{}
	sizes := map[string]int64{}
	for _, c := range cells {
		if !c.rec() {
			continue
		}
		sizes["policy "+c.policy]++
		sizes["mail "+c.mail]++
		if c.faulty() {
			t.put(false, c.faultLayer(), c.managerOf(c.faultLayer()))
		}
	}
	for key, row := range t {
		layer, class, _ := strings.Cut(key, " | ")
		part := "policy "
		if beyondPolicy(layer) {
			part = "mail "
		}
		row["total"] = sizes[part+class]
	}
	return t
}

func beyondPolicy(layer string) bool { return layer == "match" || strings.HasPrefix(layer, "mx ") }

func (c deployer) managerOf(layer string) string {
	if beyondPolicy(layer) {
		return c.mail
	}
	return c.policy
}

// Every metric of the paper, over a scan of its population, is what the population
// is declared to be, exactly; so is every other metric of which the lab knows.
func TestIMC25MetricsAreTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("scans two thousand names")
	}
	expectIMC25Truth(t, imc25Sample)
}

// expectIMC25Truth scans domains of preset imc25 and gives the results.
func expectIMC25Truth(t *testing.T, list func(*testing.T, *lab.World) []string) map[string]research.Result {
	t.Helper()
	out := t.TempDir()
	var snapshot string
	var cells []deployer
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: "imc25", Seed: 1})
		defer world.Close()
		domains := list(t, world)
		for _, name := range domains {
			cells = append(cells, deployerOf(world, name))
		}
		result, err := inMemory(t, world, out, strings.Join(domains, "\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		expectLenientTruth(t, world, out, result.Snapshot)
		snapshot = result.Snapshot
	})
	if t.Failed() {
		t.FailNow()
	}
	results := runMetrics(t, snapshot, research.DefaultThresholds())
	for id, want := range imc25Truth(cells) {
		got := metricRows(t, results[id])
		maps.DeleteFunc(got, func(key string, _ columns) bool { // of name servers the preset says nothing, and not which web host is whose
			return strings.HasPrefix(key, "name servers") || id == "imc25_t2" && strings.HasSuffix(key, "-web.test")
		})
		expectTally(t, id, want, got)
	}
	names := make([]declared, len(cells))
	for i, c := range cells {
		names[i] = c.declared
	}
	expectTruths(t, snapshot, names, results)
	for _, id := range []string{"imc25_f2", "imc25_f3", "imc25_f9", "imc25_disc", "imc25_sender"} {
		if r := results[id]; r.Missing == "" || len(r.Rows) > 0 {
			t.Errorf("%s: %d rows, missing %q: one unranked snapshot cannot give it", id, len(r.Rows), r.Missing)
		}
	}
	return results
}
