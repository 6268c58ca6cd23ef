package lab

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"stscan/internal/taxonomy"
)

// imc25Deployed are the domains with an MTA-STS record: table 1's total.
const imc25Deployed = 68_030

var errEnough = errors.New("enough names")

func imc25World(t *testing.T, seed uint64) *World {
	t.Helper()
	w, err := New(Config{Preset: presetIMC25, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// imc25List are the first names of a list to scale, limit at most.
func imc25List(t *testing.T, seed uint64, scale, limit int) []string {
	t.Helper()
	var list []string
	err := Names(presetIMC25, seed, scale, func(name string) error {
		if len(list) == limit {
			return errEnough
		}
		list = append(list, name)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	return list
}

// figure is a published number, and how often a domain of this deployment and
// top-level domain counts for it.
type figure struct {
	name string
	want int
	is   func(s *Scenario, tld string) bool
}

func hasCode(codes ...taxonomy.Code) func(*Scenario, string) bool {
	return func(s *Scenario, _ string) bool {
		return slices.ContainsFunc(codes, func(c taxonomy.Code) bool { return slices.Contains(s.Truth.Codes, c) })
	}
}

func hasStatus(statuses ...taxonomy.Status) func(*Scenario, string) bool {
	return func(s *Scenario, _ string) bool { return slices.Contains(statuses, s.Truth.Status) }
}

func inZone(zone string) func(*Scenario, string) bool {
	return func(s *Scenario, _ string) bool {
		return len(s.Record.CNAME) == 1 && strings.HasSuffix(s.Record.CNAME[0], zone)
	}
}

func belowTLD(want string) func(*Scenario, string) bool {
	return func(_ *Scenario, tld string) bool { return tld == want }
}

func both(conditions ...func(*Scenario, string) bool) func(*Scenario, string) bool {
	return func(s *Scenario, tld string) bool {
		for _, is := range conditions {
			if !is(s, tld) {
				return false
			}
		}
		return true
	}
}

func enforceMode(s *Scenario, _ string) bool {
	return len(s.Policy.Servers) > 0 && strings.Contains(s.Policy.Servers[0].HTTP.Body, "mode: enforce\n")
}

// imc25Figures are the numbers of the paper that no class of manager is part of.
func imc25Figures() []figure {
	badCert := hasCode(taxonomy.MxcertNameMismatch, taxonomy.MxcertSelfSigned, taxonomy.MxcertExpired)
	validPolicy := hasStatus(taxonomy.StatusBrokenMatch, taxonomy.StatusBrokenMX)
	return []figure{
		{"table 1, com", 53_800, belowTLD("com")},
		{"table 1, net", 6_183, belowTLD("net")},
		{"table 1, org", 7_355, belowTLD("org")},
		{"table 1, se", 692, belowTLD("se")},
		{"figure 4, any", 20_144, hasStatus(taxonomy.StatusBrokenRecord, taxonomy.StatusBrokenRetrieval, taxonomy.StatusBrokenSyntax,
			taxonomy.StatusBrokenMatch, taxonomy.StatusBrokenMX)},
		{"figure 4, retrieval", 17_184, hasStatus(taxonomy.StatusBrokenRetrieval, taxonomy.StatusBrokenSyntax)},
		{"record errors", 331, hasStatus(taxonomy.StatusBrokenRecord)},
		{"record, no id", 65, hasCode(taxonomy.RecMissingID)},
		{"record, bad id", 203, hasCode(taxonomy.RecBadIDChars)},
		{"record, bad version", 52, hasCode(taxonomy.RecBadVersion)},
		{"record, bad extension", 2, hasCode(taxonomy.RecBadExtension)},
		{"HTTP errors", 1_336, hasCode(taxonomy.Phttp404, taxonomy.Phttp403, taxonomy.Phttp5xx)},
		{"no certificate installed, one provider", 354, both(hasCode(taxonomy.PtlsNoCertForName), inZone(".north-sts.test"))},
		{"figure 7, enforce", 269, both(badCert, validPolicy, enforceMode)},
		{"figure 8, typo", 63, hasCode(taxonomy.CauseTypo)},
		{"figure 8, 3ld+", 730, hasCode(taxonomy.Cause3LDPlus)},
		{"figure 8, mta-sts label", 597, hasCode(taxonomy.CauseMTASTSLabel)},
		{"figure 8, domain", 1_023, hasCode(taxonomy.CauseDomain)},
		{"figure 8, enforce", 406, both(hasCode(taxonomy.MatchNone), enforceMode)},
		{"expected delivery failure", 640, both(validPolicy, enforceMode)},
		{"table 2, Tutanota", 7_614, inZone("_mta-sts.tutanota.de")},
		{"table 2, DMARCReport", 7_293, inZone(".mta-sts.dmarcinput.com")},
		{"table 2, PowerDMARC", 3_753, inZone("._mta.mta-sts.tech")},
		{"table 2, EasyDMARC", 2_222, inZone("__mta_sts.easydmarc.pro")},
		{"table 2, Mailhardener", 1_558, inZone("._mta-sts.mailhardener.com")},
		{"table 2, URIports", 1_100, inZone("._mta-sts.uriports.com")},
		{"table 2, Sendmarc", 805, inZone("._mta-sts.sdmarc.net")},
		{"table 2, OnDMARC", 451, inZone("._mta-sts.smart.ondmarc.com")},
	}
}

// At full scale the truth of the list has the published numbers.
func TestIMC25HasThePublishedNumbers(t *testing.T) {
	w := imc25World(t, 1)
	list := imc25List(t, 1, 1, imc25Deployed)
	figures := imc25Figures()
	got := make([]int, len(figures))
	seen := map[string]bool{}
	for _, name := range list {
		seen[name] = true
		s := w.Scenario(name)
		if !strings.HasPrefix(s.Name, "imc25-") || s.Truth.Status == taxonomy.StatusNotDeployed {
			t.Fatalf("%s has scenario %s", name, s.Name)
		}
		_, tld := firstLabel(name)
		for i, f := range figures {
			if f.is(s, tld) {
				got[i]++
			}
		}
	}
	if len(seen) != imc25Deployed {
		t.Errorf("%d names, want %d, each once", len(seen), imc25Deployed)
	}
	for i, f := range figures {
		if got[i] != f.want {
			t.Errorf("%s: %d, want %d", f.name, got[i], f.want)
		}
	}
	if total := imc25Mixture().Total(); total != 86_791_845 {
		t.Errorf("%d domains with MX, want 86,791,845", total)
	}
}

// A list to scale has as many names of each top-level domain, and of each cell,
// as there are, divided by the scale, give or take less than one; all of them
// together are the whole, divided and rounded.
func TestIMC25ToScale(t *testing.T) {
	w := imc25World(t, 3)
	for _, scale := range []int{997, 1_000, 5_000, 30_000_000} {
		list := imc25List(t, 3, scale, 1<<30)
		if want := (86_791_845 + scale/2) / scale; len(list) != want {
			t.Errorf("scale %d: %d names, want %d", scale, len(list), want)
		}
		cells, tlds, deployed := map[*Scenario]int{}, map[string]int{}, map[string]int{}
		for _, name := range list {
			s := w.Scenario(name)
			_, tld := firstLabel(name)
			cells[s]++
			tlds[tld]++
			if s.Truth.Status != taxonomy.StatusNotDeployed {
				deployed[tld]++
			}
		}
		for _, c := range w.cfg.Mixture {
			expectToScale(t, c.Scenario.Name, cells[c.Scenario], c.Weight, scale)
		}
		for tld, n := range map[string]int{"com": 73_939_004, "net": 6_248_969, "org": 5_781_423, "se": 822_449} {
			expectToScale(t, "with MX below "+tld, tlds[tld], n, scale)
		}
		for tld, n := range map[string]int{"com": 53_800, "net": 6_183, "org": 7_355, "se": 692} {
			expectToScale(t, "deployed below "+tld, deployed[tld], n, scale)
		}
	}
}

// Table 1 divided by a thousand, by hand: the running sums of the domains with MX
// are 73,939.004, 80,187.973, 85,969.396 and 86,791.845, those of the domains with
// MTA-STS 53.8, 59.983, 67.338 and 68.03.
func TestIMC25TableOneToScale(t *testing.T) {
	withMX, deployed := map[string]int{}, map[string]int{}
	for i, name := range imc25List(t, 1, 1_000, 1<<30) {
		_, tld := firstLabel(name)
		withMX[tld]++
		if i < 68 {
			deployed[tld]++
		}
	}
	if want := map[string]int{"com": 73_939, "net": 6_249, "org": 5_781, "se": 823}; !maps.Equal(withMX, want) {
		t.Errorf("with MX %v, want %v", withMX, want)
	}
	if want := map[string]int{"com": 54, "net": 6, "org": 7, "se": 1}; !maps.Equal(deployed, want) {
		t.Errorf("with MTA-STS %v, want %v", deployed, want)
	}
}

func expectToScale(t *testing.T, what string, got, published, scale int) {
	t.Helper()
	if d := got*scale - published; d <= -scale || d >= scale {
		t.Errorf("scale %d, %s: %d names for %d domains", scale, what, got, published)
	}
}

// Only names with a number of this world are told by it; all others are drawn.
func TestIMC25NamesOfOthers(t *testing.T) {
	w := imc25World(t, 1)
	list := imc25List(t, 1, 1, 2)
	if n, ok := w.numbered(list[1]); !ok || n != 1 {
		t.Errorf("%s: number %d, %v", list[1], n, ok)
	}
	if len(imc25List(t, 2, 1, 2)) != 2 || slices.Equal(list, imc25List(t, 2, 1, 2)) {
		t.Error("another seed gives the same names")
	}
	for _, name := range []string{
		strings.Replace(list[1], ".", ".www.", 1),
		"www." + list[1],
		"x" + list[1],
		strings.TrimSuffix(list[1], ".com") + ".example",
		numberedName(2, 1, "com"),
		numberedName(1, 86_791_845, "com"),
		"example.com", "000001.com", "com", "_.se",
	} {
		if n, ok := w.numbered(name); ok {
			t.Errorf("%s is told by number %d", name, n)
		}
		if s := w.Scenario(name); !strings.HasPrefix(s.Name, "imc25-") {
			t.Errorf("%s has scenario %s", name, s.Name)
		}
	}
	demo, err := New(Config{Preset: presetDemo, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer demo.Close()
	if _, ok := demo.numbered(list[1]); ok {
		t.Error("names have numbers in another preset")
	}
}
