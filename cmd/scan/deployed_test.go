package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/analysis"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

// The second table over the same evidence: every verdict is the truth that the
// lab has for ruleset deployed, the two tables differ in exactly the names in
// which the lab's truths do, and what only one of them says is contested.
func TestDeployedIsTheTruth(t *testing.T) {
	assigned := everyScenario(t)
	list := names(2_000) + strings.Join(slices.Sorted(maps.Keys(assigned)), "\n") + "\n"
	strict, loose := bothTables(t, lab.Config{Preset: demoPreset, Seed: demoSeed, Assign: assigned}, list)
	expectContested(t, strict, loose)
}

// The same over the population that was published.
func TestDeployedIsTheTruthOfThePopulation(t *testing.T) {
	var list strings.Builder
	err := lab.Names("imc25", demoSeed, 100_000, func(name string) error {
		list.WriteString(name + "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	bothTables(t, lab.Config{Preset: "imc25", Seed: demoSeed}, list.String())
}

// bothTables scans a list, judges it by both rulesets, and compares the tables
// with the lab's truths.
func bothTables(t *testing.T, cfg lab.Config, list string) (strict, loose map[string]analysis.Verdict) {
	t.Helper()
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, cfg)
		defer world.Close()
		result, err := inMemory(t, world, out, list, nil)
		if err != nil {
			t.Fatal(err)
		}
		classifyAs(t, world, result.Snapshot, analysis.RulesetDeployed)
		expectWhole(t, result.Snapshot)
		strict, loose = verdictsUnder(t, result.Snapshot, analysis.RulesetRFC), verdictsUnder(t, result.Snapshot, analysis.RulesetDeployed)
		if len(strict) == 0 || len(loose) != len(strict) {
			t.Fatalf("%d rows of ruleset rfc, %d of deployed", len(strict), len(loose))
		}
		var differ, shouldDiffer []string
		for domain, v := range loose {
			if diff := cmp.Diff(world.TruthUnder(analysis.RulesetDeployed, domain), truthOf(v)); diff != "" {
				t.Errorf("%s, scenario %s (-truth +got):\n%s", domain, world.Scenario(domain).Name, diff)
			}
			if !cmp.Equal(truthOf(strict[domain]), truthOf(v)) {
				differ = append(differ, domain)
			}
			if world.Scenario(domain).Deployed != nil {
				shouldDiffer = append(shouldDiffer, domain)
			}
		}
		slices.Sort(differ)
		slices.Sort(shouldDiffer)
		if diff := cmp.Diff(shouldDiffer, differ); diff != "" {
			t.Errorf("names on which the rulesets differ (-lab +tables):\n%s", diff)
		}
	})
	return strict, loose
}

// everyScenario gives each scenario that ends in good time a name.
func everyScenario(t *testing.T) map[string]*lab.Scenario {
	t.Helper()
	assigned := map[string]*lab.Scenario{}
	for _, s := range slices.Concat(lab.Scenarios(), lab.HostileScenarios()) {
		if !s.Slow {
			assigned[s.Name+".example"] = &s
		}
	}
	return assigned
}

func classifyAs(t *testing.T, world *lab.World, dir, ruleset string) {
	t.Helper()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, world.RootsPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := command(t, "", "classify", "--ruleset", ruleset, "--roots", roots, dir); code != exitDone {
		t.Fatalf("classify: exit %d\n%s%s", code, stdout, stderr)
	}
}

func verdictsUnder(t *testing.T, dir, ruleset string) map[string]analysis.Verdict {
	t.Helper()
	all := map[string]analysis.Verdict{}
	for v, err := range sinks.ReadVerdicts(dir, ruleset) {
		if err != nil {
			t.Fatal(err)
		}
		all[v.Domain] = v
	}
	return all
}

func truthOf(v analysis.Verdict) lab.Truth {
	return lab.Truth{Status: v.Status, Delivery: v.Delivery, Codes: v.Codes}
}

// expectContested: a finding is contested where, and only where, the other
// table does not have it.
func expectContested(t *testing.T, strict, loose map[string]analysis.Verdict) {
	t.Helper()
	contested := map[taxonomy.Code]bool{}
	for domain, a := range strict {
		b := loose[domain]
		for _, pair := range [...]struct{ of, other analysis.Verdict }{{a, b}, {b, a}} {
			for _, f := range pair.of.Findings {
				alone := !slices.ContainsFunc(pair.other.Findings, func(o analysis.Finding) bool {
					return o.Code == f.Code && o.Where == f.Where && o.Got == f.Got
				})
				if f.Contested != alone {
					t.Errorf("%s: %s at %s: contested %v, made by one ruleset only %v", domain, f.Code, f.Where, f.Contested, alone)
				}
				if f.Contested {
					contested[f.Code] = true
					if f.Cite == "" {
						t.Errorf("%s: %s is contested and cites nothing", domain, f.Code)
					}
				}
			}
		}
	}
	if diff := cmp.Diff(contestedCodes(), slices.Sorted(maps.Keys(contested))); diff != "" {
		t.Errorf("codes that are contested somewhere (-want +got):\n%s", diff)
	}
}

// contestedCodes are the codes of the points of docs/RULESETS.md, and of what
// follows from them.
func contestedCodes() []taxonomy.Code {
	codes := []taxonomy.Code{
		taxonomy.PhttpContentType, taxonomy.PsynMalformedLine, taxonomy.PsynBOM, taxonomy.PsynMaxAgeOverLimit,
		taxonomy.PsynMXTrailingDot, taxonomy.PsynMXBadDomain,
		taxonomy.PsynMXEmpty, taxonomy.PsynMXEmail, taxonomy.PsynMXURL, taxonomy.PsynMXBadWildcard, taxonomy.PsynMXUnicode,
		taxonomy.RecBadSeparator, taxonomy.MxtlsVersionTooOld,
		taxonomy.MxcertAddrInconsistent,                                  // where an old version made the difference
		taxonomy.MatchNone, taxonomy.CauseDomain, taxonomy.PlintMXUnused, // of a policy that only deployed uses
	}
	slices.Sort(codes)
	return codes
}

// The document of the rulesets names every code that is contested somewhere.
func TestRulesetsDocumentNamesThePoints(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "RULESETS.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range contestedCodes() {
		if !strings.Contains(string(text), "`"+string(code)+"`") {
			t.Errorf("docs/RULESETS.md does not name %s", code)
		}
	}
}

func TestLabTruthByRuleset(t *testing.T) {
	code, rfc, stderr := command(t, "", "lab", "truth", "--preset", demoPreset, namesFile(t))
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	code, deployed, stderr := command(t, "", "lab", "truth", "--ruleset", "deployed", "--preset", demoPreset, namesFile(t))
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	if rfc == deployed || strings.Count(rfc, "\n") != strings.Count(deployed, "\n") {
		t.Errorf("%d bytes of truth by rfc, %d by deployed", len(rfc), len(deployed))
	}
	if code, _, stderr := command(t, "", "lab", "truth", "--ruleset", "lenient", namesFile(t)); code != exitUsage {
		t.Errorf("an unknown ruleset: exit %d: %s", code, stderr)
	}
}

func namesFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "names.txt")
	if err := os.WriteFile(path, []byte(names(1_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
