package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stscan/analysis"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

// imc25Deployed are the domains of the preset with an MTA-STS record; they begin
// its lists.
const imc25Deployed = 68_030

var errEnough = errors.New("enough names")

// imc25Names are the first n names of a list of preset imc25 for which want holds.
func imc25Names(t *testing.T, scale, n int, want func(name string) bool) string {
	t.Helper()
	var list strings.Builder
	err := lab.Names("imc25", 1, scale, func(name string) error {
		if n--; n < 0 {
			return errEnough
		}
		if want(name) {
			list.WriteString(name + "\n")
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	return list.String()
}

// Every cell of the population, met once: its verdict is its truth.
func TestIMC25EveryCell(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: "imc25", Seed: 1})
		defer world.Close()
		met := map[*lab.Scenario]bool{}
		list := imc25Names(t, 1, imc25Deployed+1, func(name string) bool {
			s := world.Scenario(name)
			seen := met[s]
			met[s] = true
			return !seen
		})
		result, err := inMemory(t, world, out, list, nil)
		if err != nil {
			t.Fatal(err)
		}
		const unmet = 2 // of the three cells without MTA-STS
		if cells := len(world.Scenarios()); result.Rows != cells-unmet {
			t.Errorf("%d rows for %d cells", result.Rows, cells)
		}
		expectTruth(t, world, result.Snapshot)
		expectAdoptions(t, world, result.Snapshot)
		expectGoodConduct(t, world)
		expectLenientTruth(t, world, out, result.Snapshot)
	})
}

// expectLenientTruth judges a snapshot by ruleset deployed, too.
func expectLenientTruth(t *testing.T, world *lab.World, out, dir string) {
	t.Helper()
	roots := filepath.Join(out, "roots.pem")
	if err := os.WriteFile(roots, world.RootsPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, "", "classify", "--ruleset", analysis.RulesetDeployed, "--roots", roots, dir); code != exitDone {
		t.Fatalf("classify: exit %d, %s", code, stderr)
	}
	for v, err := range sinks.ReadVerdicts(dir, analysis.RulesetDeployed) {
		if err != nil {
			t.Fatal(err)
		}
		s := world.Scenario(v.Domain)
		want := s.Truth
		if s.Deployed != nil {
			want = *s.Deployed
		}
		if v.Status != want.Status || v.Delivery != want.Delivery || !slices.Equal(v.Codes, want.Codes) {
			t.Errorf("%s (%s): %s %s %v, want %+v", v.Domain, s.Name, v.Status, v.Delivery, v.Codes, want)
		}
	}
}

// imc25Metric is a published count, and which rows of the verdicts it counts. It
// is made of so many stretches of the population, each of which is to scale
// within less than one.
type imc25Metric struct {
	name      string
	published int
	stretches int
	counts    func(v analysis.Verdict) bool
}

func anyCode(codes ...taxonomy.Code) func(analysis.Verdict) bool {
	return func(v analysis.Verdict) bool {
		return slices.ContainsFunc(codes, func(c taxonomy.Code) bool { return slices.Contains(v.Codes, c) })
	}
}

func statusIs(statuses ...taxonomy.Status) func(analysis.Verdict) bool {
	return func(v analysis.Verdict) bool { return slices.Contains(statuses, v.Status) }
}

// policyManager is the class of the policy host by what it is an alias of: a
// short list is too short to count the domains of each.
func policyManager(class string) func(analysis.Verdict) bool {
	return func(v analysis.Verdict) bool {
		switch {
		case len(v.PolicyCNAME) == 0:
			return class == "self"
		case strings.HasSuffix(v.PolicyCNAME[0], "-web.test"):
			return class == "unclassified"
		}
		return class == "third"
	}
}

// mailManager is the class of the MX hosts, likewise.
func mailManager(class string) func(analysis.Verdict) bool {
	return func(v analysis.Verdict) bool {
		switch {
		case len(v.MX) == 0:
			return false
		case strings.HasSuffix(v.MX[0].Host, "."+v.Domain):
			return class == "self"
		case strings.Contains(v.MX[0].Host, ".box"):
			return class == "unclassified"
		}
		return class == "third"
	}
}

func policyProvider(label string) func(analysis.Verdict) bool {
	return func(v analysis.Verdict) bool { return v.PolicyProvider != nil && *v.PolicyProvider == label }
}

func tldIs(tld string) func(analysis.Verdict) bool {
	return func(v analysis.Verdict) bool { return v.TLD == tld }
}

func allOf(conditions ...func(analysis.Verdict) bool) func(analysis.Verdict) bool {
	return func(v analysis.Verdict) bool {
		return !slices.ContainsFunc(conditions, func(is func(analysis.Verdict) bool) bool { return !is(v) })
	}
}

func imc25Metrics() []imc25Metric {
	self, third, neither := policyManager("self"), policyManager("third"), policyManager("unclassified")
	retrieval := statusIs(taxonomy.StatusBrokenRetrieval, taxonomy.StatusBrokenSyntax)
	tls := anyCode(taxonomy.PtlsCertNameMismatch, taxonomy.PtlsCertSelfSigned, taxonomy.PtlsCertExpired, taxonomy.PtlsNoCertForName)
	http := anyCode(taxonomy.Phttp404, taxonomy.Phttp403, taxonomy.Phttp5xx)
	badCert := anyCode(taxonomy.MxcertNameMismatch, taxonomy.MxcertSelfSigned, taxonomy.MxcertExpired)
	return []imc25Metric{
		{"table 1, com", 53_800, 1, tldIs("com")},
		{"table 1, net", 6_183, 1, tldIs("net")},
		{"table 1, org", 7_355, 1, tldIs("org")},
		{"table 1, se", 692, 1, tldIs("se")},
		{"figure 4, any", 20_144, 1, func(v analysis.Verdict) bool {
			return slices.ContainsFunc(v.Findings, func(f analysis.Finding) bool { return f.Class == taxonomy.ClassError })
		}},
		{"figure 4, retrieval", 17_184, 1, retrieval},
		{"figure 4, record", 331, 1, statusIs(taxonomy.StatusBrokenRecord)},
		{"record, bad id", 203, 1, anyCode(taxonomy.RecBadIDChars)},
		{"figure 5, self", 9_538, 1, allOf(self, retrieval)},
		{"figure 5, self, tls", 8_871, 1, allOf(self, tls)},
		{"self, name mismatch", 8_385, 1, allOf(self, anyCode(taxonomy.PtlsCertNameMismatch))},
		{"figure 5, self, http", 377, 1, allOf(self, http)},
		{"figure 5, self, syntax", 55, 1, allOf(self, statusIs(taxonomy.StatusBrokenSyntax))},
		{"figure 5, third", 1_443, 1, allOf(third, retrieval)},
		{"figure 5, third, tls", 1_113, 1, allOf(third, tls)},
		{"third, no certificate", 463, 1, allOf(third, anyCode(taxonomy.PtlsNoCertForName))},
		{"figure 5, third, http", 215, 1, allOf(third, http)},
		{"unclassified", 6_203, 1, allOf(neither, retrieval)},
		{"404", 873, 3, anyCode(taxonomy.Phttp404)},
		{"figure 6, self", 1_046, 3, allOf(mailManager("self"), badCert)},
		{"figure 6, third", 397, 1, allOf(mailManager("third"), badCert)},
		{"figure 8, typo", 63, 1, anyCode(taxonomy.CauseTypo)},
		{"figure 8, 3ld+", 730, 1, anyCode(taxonomy.Cause3LDPlus)},
		{"figure 8, domain", 1_023, 1, anyCode(taxonomy.CauseDomain)},
		{"figure 10, different", 640, 1, allOf(third, mailManager("third"), policyProvider("north-sts.test"), statusIs(taxonomy.StatusBrokenMatch))},
		{"table 2, Tutanota", 7_614, 1, policyProvider("tutanota")},
		{"table 2, DMARCReport", 7_293, 1, policyProvider("dmarcreport")},
		{"table 2, PowerDMARC", 3_753, 1, policyProvider("powerdmarc")},
		{"table 2, EasyDMARC", 2_222, 1, policyProvider("easydmarc")},
		{"table 2, Mailhardener", 1_558, 1, policyProvider("mailhardener")},
		{"table 2, URIports", 1_100, 1, policyProvider("uriports")},
		{"table 2, Sendmarc", 805, 1, policyProvider("sendmarc")},
		{"table 2, OnDMARC", 451, 1, policyProvider("ondmarc")},
	}
}

// Who counts the rows of a scan gets the published numbers, divided by the scale.
func TestIMC25CountsOfARun(t *testing.T) {
	const scale = 100
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: "imc25", Seed: 1})
		defer world.Close()
		list := imc25Names(t, scale, (imc25Deployed+scale/2)/scale, func(string) bool { return true })
		result, err := inMemory(t, world, out, list, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows := verdicts(t, result.Snapshot)
		if len(rows) != 680 {
			t.Fatalf("%d rows, want 680", len(rows))
		}
		for _, m := range imc25Metrics() {
			n := 0
			for _, v := range rows {
				if m.counts(v) {
					n++
				}
			}
			if d := n*scale - m.published; d <= -m.stretches*scale || d >= m.stretches*scale {
				t.Errorf("%s: %d rows for %d domains", m.name, n, m.published)
			}
		}
		expectTruth(t, world, result.Snapshot)
	})
}
