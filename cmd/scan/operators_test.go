package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"stscan/analysis"
	"stscan/internal/lab"
)

// own stands for the name itself, a registrable domain, which is its operator
// when it runs the host.
const own = "own"

// Who operates what in the plain deployments of the lab: MX and policy host.
// "" = nobody to name.
var operatorsOf = []struct{ scenario, mx, policy string }{
	{"none-alpha", "alpha-mail.test", ""},
	{"none-beta", "beta-mail.test", ""},
	{"none-own-mx", own, ""},
	{"none-parked", "", ""},
	{"none-null-mx", "", ""},
	{"enforce-alpha", "alpha-mail.test", own},
	{"enforce-beta", "beta-mail.test", own},
	{"enforce-gamma", "gamma-mail.test", own},
	{"enforce-own", own, own},
	{"testing-alpha", "alpha-mail.test", own},
	{"none-mode-alpha", "alpha-mail.test", own},
	{"delegated-alpha", "alpha-mail.test", "alpha-sts.test"},
	{"delegated-beta", "beta-mail.test", "beta-sts.test"},
}

// Names unique to a customer fold into their operator, and a name that runs its
// hosts itself is its own.
func TestOperators(t *testing.T) {
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: demoPreset, Seed: demoSeed})
		defer world.Close()
		var list strings.Builder
		for i := range 1500 { // names that belong to no operator we know
			fmt.Fprintf(&list, "name%d.example\n", i)
		}
		result, err := inMemory(t, world, out, list.String(), func(j *job) { j.checks = nil })
		if err != nil {
			t.Fatal(err)
		}
		met := map[string]bool{}
		for _, v := range verdicts(t, result.Snapshot) {
			scenario := world.Scenario(v.Domain).Name
			for _, want := range operatorsOf {
				if want.scenario == scenario {
					met[scenario] = true
					expectOperators(t, v, want.mx, want.policy)
				}
			}
		}
		if len(met) != len(operatorsOf) {
			t.Errorf("met %d of %d scenarios: %v", len(met), len(operatorsOf), met)
		}
	})
}

func expectOperators(t *testing.T, v analysis.Verdict, mx, policy string) {
	t.Helper()
	for _, label := range []struct {
		of   string
		got  *string
		want string
	}{{"mx", v.MXProvider, mx}, {"policy", v.PolicyProvider, policy}} {
		want, got := label.want, ""
		if want == own {
			want = v.Domain
		}
		if label.got != nil {
			got = *label.got
		}
		if got != want {
			t.Errorf("%s: %s provider %q, want %q", v.Domain, label.of, got, want)
		}
	}
	signals := policy != ""
	dns := []string{"alpha-dns.test", "beta-dns.test", "gamma-dns.test", "delta-dns.test"}
	if signals && (v.DNSProvider == nil || !slices.Contains(dns, *v.DNSProvider)) || !signals && v.DNSProvider != nil {
		t.Errorf("%s: DNS provider %v", v.Domain, v.DNSProvider)
	}
}
