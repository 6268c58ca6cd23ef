//go:build cgo && !noduckdb

package main

import (
	"os"
	"strings"
	"testing"

	"stscan/internal/lab"
)

// paper is what the paper prints, as docs/IMC25-POPULATION.md reads it: n, and total
// where it is printed, of rows of a metric by their axes.
func paper() map[string]map[string][2]int64 {
	const all, misconfigured = imc25Deployed, 20_144
	const self, third, unclassified = 25_344, 28_591, 14_095 // policy hosts
	return map[string]map[string][2]int64{
		"imc25_t1": {"com": {53_800}, "net": {6_183}, "org": {7_355}, "se": {692}, "all": {all}},
		"imc25_f4": {"any": {misconfigured, all}, "retrieval": {17_184, all}, "record": {331, all}},
		"imc25_rec": {"any": {331, all}, "rec_bad_id_chars": {203, 331}, "rec_missing_id": {65, 331}, "rec_bad_version": {52, 331},
			"rec_bad_extension": {2, 331}},
		"imc25_f5": {
			"self | any": {9_538, self}, "self | dns": {42, self}, "self | tcp": {193, self}, "self | tls": {8_871, self},
			"self | http": {377, self}, "self | syntax": {55, self},
			"third | any": {1_443, third}, "third | dns": {0, third}, "third | tcp": {34, third}, "third | tls": {1_113, third},
			"third | http": {215, third}, "third | syntax": {81, third},
			"unclassified | any": {6_203, unclassified},
		},
		"imc25_tls":  {"self | ptls_cert_name_mismatch": {8_385, 8_871}, "third | ptls_no_cert_for_name": {463, 1_113}},
		"imc25_http": {"self or third | phttp_404": {387, 592}},
		"imc25_syn":  {"self or third | bad mx": {87, 136}, "self or third | empty body": {5, 136}},
		"imc25_f6":   {"self | any": {1_046, 23_512}, "third | any": {397, 40_683}},
		"imc25_f7": {"all | all hosts": {1_326, all}, "self | all hosts": {993, 23_512}, "third | all hosts": {149, 40_683},
			"all | enforce, one or more": {269, all}},
		"imc25_f8": {"typo": {63, all}, "3ld+": {730, all}, "3ld+, mta-sts label": {597, all}, "domain": {1_023, all},
			"any, mode enforce": {406, all}},
		"imc25_f10":  {"same": {1, 7_492}, "different": {640, 18_922}},
		"imc25_fail": {"misconfigured": {640, misconfigured}, "all with a record": {640, all}},
		"imc25_t2": {"tutanota": {7_614, all}, "dmarcreport": {7_293, all}, "powerdmarc": {3_753, all}, "easydmarc": {2_222, all},
			"mailhardener": {1_558, all}, "uriports": {1_100, all}, "sendmarc": {805, all}, "ondmarc": {451, all}},
		"headlines": {"of the names with a record have a fault that a conforming sender meets": {misconfigured, all}},
	}
}

// wholePopulation is every domain of the preset with a record, and as many without
// as make a set for the shares.
func wholePopulation(t *testing.T, _ *lab.World) []string {
	const undeployed = 2_000
	return strings.Fields(imc25Names(t, 1, imc25Deployed+undeployed, func(string) bool { return true }))
}

// All 68,030 deployments of the population, by one scan: every metric gives what the
// paper prints.
func TestIMC25WholePopulation(t *testing.T) {
	if os.Getenv(fullChaos) != "full" {
		t.Skip("scans seventy thousand names: make chaos")
	}
	results := expectIMC25Truth(t, wholePopulation)
	for id, rows := range paper() {
		got := metricRows(t, results[id])
		for key, want := range rows {
			row := got[key]
			if want[0] != row["n"] || want[1] > 0 && want[1] != row["total"] {
				t.Errorf("%s %s: %d of %d, the paper has %d of %d", id, key, row["n"], row["total"], want[0], want[1])
			}
		}
	}
}
