package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/analysis"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
	"stscan/pipeline/admission"
)

// equipmentOf is what it takes to look into a world in memory.
func equipmentOf(t *testing.T, world *lab.World) equipment {
	t.Helper()
	rules, err := analysis.NewRules(analysis.RulesConfig{Roots: world.RootsPEM()})
	if err != nil {
		t.Fatal(err)
	}
	return equipment{
		network: worldNetwork(world), rules: rules,
		conduct: conduct{contact: "mailto:test@example.org", ehloName: "scanner.example.org", limits: admission.DefaultLimits()},
	}
}

// look checks the domains of a world of their own and returns what was found,
// and what was said meanwhile.
func look(t *testing.T, assign map[string]*lab.Scenario) (found map[string]checked, hints string, err error) {
	t.Helper()
	world := newWorld(t, lab.Config{Seed: 1, Assign: assign})
	defer world.Close()
	var domains []string
	for d := range assign {
		domains = append(domains, d)
	}
	slices.Sort(domains)
	found = map[string]checked{}
	var stderr bytes.Buffer
	err = checkDomains(t.Context(), equipmentOf(t, world), domains, func(r checked) error {
		found[r.verdict.Domain] = r
		return nil
	}, &stderr)
	return found, stderr.String(), err
}

// deployments are the scenarios that ok picks, each at a name of its own.
func deployments(ok func(lab.Scenario) bool) map[string]*lab.Scenario {
	out := map[string]*lab.Scenario{}
	for _, s := range lab.Scenarios() {
		if ok(s) {
			out[s.Name+".example"] = &s
		}
	}
	return out
}

// mended is the scenario after its administrator has followed the advice: the
// texts published, and the policy host set right where a step says so.
func mended(s *lab.Scenario, r checked) *lab.Scenario {
	out := *s
	if r.advice.TXT != "" {
		out.Record = lab.Record{TXT: []string{r.advice.TXT}}
	}
	text := r.advice.Policy
	switch {
	case text != "" || r.verdict.Status != taxonomy.StatusBrokenRetrieval:
	case len(s.Policy.Servers) > 0:
		text = s.Policy.Servers[0].HTTP.Body
	default: // behind a fault of the DNS: what it was is for us to say
		text = "version: STSv1\nmode: enforce\nmx: mx1.{domain}\nmax_age: 604800\n"
	}
	if text != "" {
		out.Policy = lab.PolicyHost{Servers: []lab.WebServer{{HTTP: lab.Web{Body: text}}}}
	}
	return &out
}

func valid(s taxonomy.Status) bool {
	return s == taxonomy.StatusValidEnforce || s == taxonomy.StatusValidTesting || s == taxonomy.StatusValidNone
}

// Every deployment of the lab whose record, policy host, policy or patterns are
// in trouble is valid once the advice is followed, and without an error.
func TestAdviceMends(t *testing.T) {
	broken := []taxonomy.Status{taxonomy.StatusBrokenRecord, taxonomy.StatusBrokenRetrieval, taxonomy.StatusBrokenSyntax, taxonomy.StatusBrokenMatch}
	// In two of them the MX host itself has to change too: its certificate, and its name.
	hosts := []string{"psyn-comment-expired", "psyn-mx-underscore"}
	before := deployments(func(s lab.Scenario) bool {
		return slices.Contains(broken, s.Truth.Status) && !s.Slow && !slices.Contains(hosts, s.Name)
	})
	if len(before) < 50 {
		t.Fatalf("%d scenarios in trouble: the catalogue has more", len(before))
	}
	bubble(t, func(t *testing.T) {
		found, _, err := look(t, before)
		var e *exitError
		if !errors.As(err, &e) || e.code != exitFound {
			t.Errorf("error %v, want exit code %d", err, exitFound)
		}
		after := map[string]*lab.Scenario{}
		for domain, s := range before {
			r := found[domain]
			if r.verdict.Status != s.Truth.Status {
				t.Errorf("%s: %s, want %s", domain, r.verdict.Status, s.Truth.Status)
			}
			if len(r.advice.Steps) == 0 {
				t.Errorf("%s: no step is advised", domain)
			}
			after[domain] = mended(s, r)
		}
		again, _, _ := look(t, after)
		for domain, r := range again {
			if !valid(r.verdict.Status) || r.verdict.FirstFailure != "" {
				t.Errorf("%s is %s (%s) after this advice: %+v", domain, r.verdict.Status, r.verdict.FirstFailure, found[domain].advice)
			}
			if r.advice.TXT != "" || r.advice.Policy != "" {
				t.Errorf("%s: once mended, advised again: %+v", domain, r.advice)
			}
		}
	})
}

// What works is left alone, and what only a mail server can mend is not
// answered with a text.
func TestAdviceLeavesAlone(t *testing.T) {
	others := deployments(func(s lab.Scenario) bool {
		return (valid(s.Truth.Status) || s.Truth.Status == taxonomy.StatusBrokenMX) && !s.Slow
	})
	bubble(t, func(t *testing.T) {
		found, _, _ := look(t, others)
		for domain, r := range found {
			if r.advice.TXT != "" || r.advice.Policy != "" {
				t.Errorf("%s, %s: advised %+v", domain, r.verdict.Status, r.advice)
			}
			if r.verdict.Status == taxonomy.StatusBrokenMX && len(r.advice.Steps) == 0 {
				t.Errorf("%s: broken_mx, and no step is advised", domain)
			}
		}
	})
}

// troubles are ten domains whose transcripts are kept.
func troubles() []string {
	return []string{
		"none-own-mx-broken", "rec-multiple", "rec-cname-dangling", "phost-nxdomain", "ptls-expired",
		"phttp-redirect", "psyn-bad-mode", "psyn-mx-list-in-line", "match-partial", "mxcert-self-signed",
	}
}

// The transcripts are what a person sees: -update writes them again.
func TestCheckTranscripts(t *testing.T) {
	for _, name := range troubles() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			bubble(t, func(t *testing.T) {
				found, _, _ := look(t, map[string]*lab.Scenario{"example.com": scenarioNamed(t, name)})
				r := found["example.com"]
				r.verdict.Adopts = nil // they have tests of their own
				r.advice = analysis.Mend(r.verdict, r.seen)
				if err := showText(&out, false)(r); err != nil {
					t.Fatal(err)
				}
			})
			golden := filepath.Join("testdata", "check", name+".txt")
			if *updateDocs {
				if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Errorf("the transcript has changed (-want +got):\n%s", diff)
			}
		})
	}
}

// A server that keeps silent is asked twice, and a person is told meanwhile.
func TestCheckAsksTwiceAndSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		found, hints, err := look(t, map[string]*lab.Scenario{"example.com": scenarioNamed(t, "ptcp-timeout")})
		r := found["example.com"]
		if r.reason != string(taxonomy.IncTCPTimeout) || r.verdict.Attempt != 2 || r.verdict.FirstFailure != taxonomy.PtcpTimeout {
			t.Errorf("reason %q, attempt %d, first failure %q", r.reason, r.verdict.Attempt, r.verdict.FirstFailure)
		}
		if !strings.Contains(hints, "waiting for policy host mta-sts.example.com ") {
			t.Errorf("nothing was said: %q", hints)
		}
		var e *exitError
		if !errors.As(err, &e) || e.code != exitFound || e.err != nil {
			t.Errorf("error %#v, want exit code %d alone", err, exitFound)
		}
	})
}

// What failed for a while is forgotten before it is asked again.
func TestCheckSecondLookIsFresh(t *testing.T) {
	bubble(t, func(t *testing.T) {
		found, _, err := look(t, map[string]*lab.Scenario{"example.com": scenarioNamed(t, "inc-greylisted-near")})
		r := found["example.com"]
		if r.reason != string(taxonomy.IncGreylisted) || r.verdict.Status != taxonomy.StatusValidEnforce || err != nil {
			t.Errorf("reason %q, %s, error %v", r.reason, r.verdict.Status, err)
		}
	})
}

func TestCheckExitCodes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		if _, hints, err := look(t, map[string]*lab.Scenario{
			"a.example": scenarioNamed(t, "enforce-own"), "b.example": scenarioNamed(t, "none-own-mx-broken"),
		}); err != nil || hints != "" {
			t.Errorf("without a finding of class error: %v, %q", err, hints)
		}
	})
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"check"}, "no domain"},
		{[]string{"check", "example.com"}, "--contact is required"},
		{[]string{"check", "--contact", "me", "example.com"}, "--contact"},
		{[]string{"check", "--contact", "mailto:me@example.org", "no domain"}, "not a domain name"},
		{[]string{"check", "--contact", "mailto:me@example.org", "--resolver", "x", "example.com"}, "--resolver"},
		{[]string{"check", "--contact", "mailto:me@example.org", "--resolver", "127.0.0.1:53", "--roots", "missing.pem", "example.com"}, "--roots"},
	} {
		code, out, errs := command(t, "", c.args...)
		if code != exitUsage || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("scan %s: exit %d, %q, %q; want exit %d and %q", strings.Join(c.args, " "), code, out, errs, exitUsage, c.says)
		}
	}
}

// A look that was broken off is not shown.
func TestCheckStops(t *testing.T) {
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1})
		defer world.Close()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := checkDomains(ctx, equipmentOf(t, world), []string{"example.com"}, func(checked) error {
			t.Error("half a look is shown")
			return nil
		}, io.Discard)
		var e *exitError
		if !errors.As(err, &e) || e.code != exitPartial {
			t.Errorf("error %v, want exit code %d", err, exitPartial)
		}
	})
}
