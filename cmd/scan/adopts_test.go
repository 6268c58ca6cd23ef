package main

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"

	"stscan/analysis"
	"stscan/internal/lab"
)

// Every name adopts what the lab says it does, DNSSEC and DANE included.
func TestAdoptionIsTheTruth(t *testing.T) {
	n := 4_000
	if testing.Short() {
		n = 1_000
	}
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Preset: demoPreset, Seed: demoSeed})
		defer world.Close()
		list := names(n) + "www.example.com\nmail.example.net\na.b.example.org\n"
		result, err := inMemory(t, world, out, list, nil)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, v := range expectAdoptions(t, world, result.Snapshot) {
			for _, a := range v.Adopts {
				seen[a.Check+" "+a.Detail]++
			}
		}
		for _, want := range []string{"spf fail", "spf multiple", "spf syntax", "dmarc reject_rua", "dmarc multiple", "bimi logo", "tlsrpt ok",
			"dnssec ok", "dnssec unsigned", "dnssec unsupported", "dnssec nxdomain", "dnssec unanswered", "dane ok", "dane published", "dane partial",
			"dane absent", "dane mx_insecure", "dane tlsa_insecure", "dane mismatch", "dane unusable"} {
			if seen[want] == 0 {
				t.Errorf("no name of the list has %s", want)
			}
		}
	})
}

// expectAdoptions holds the sibling standards of all names of a snapshot against
// the lab's truth.
func expectAdoptions(t *testing.T, world *lab.World, dir string) []analysis.Verdict {
	t.Helper()
	rows := verdicts(t, dir)
	for _, v := range rows {
		expectAdoption(t, world, v)
	}
	return rows
}

func expectAdoption(t *testing.T, world *lab.World, v analysis.Verdict) {
	t.Helper()
	organizational, err := publicsuffix.EffectiveTLDPlusOne(v.Domain)
	if err != nil || organizational == v.Domain {
		organizational = "" // a public suffix has nobody above it
	}
	var got []lab.Adoption
	for _, a := range v.Adopts {
		got = append(got, lab.Adoption{Check: a.Check, State: string(a.State), Detail: a.Detail})
	}
	slices.SortFunc(got, func(a, b lab.Adoption) int { return strings.Compare(a.Check, b.Check) })
	if want := world.Adopts(v.Domain, organizational); !slices.Equal(got, want) {
		t.Errorf("%s (scenario %s): adopts %v, want %v", v.Domain, world.Scenario(v.Domain).Name, got, want)
	}
}
