package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"stscan/analysis"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// The command line as a person and a script give it, over real sockets.
func TestCheckOnLoopback(t *testing.T) {
	world, err := lab.ListenLoopback(t.Context(), lab.Config{Seed: 1, Assign: map[string]*lab.Scenario{
		"good.example": scenarioNamed(t, "enforce-own"), "bad.example": scenarioNamed(t, "psyn-bad-mode"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, world.RootsPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"check", "--contact", "mailto:test@example.org", "--ehlo-name", "scanner.example.org", "--resolver", world.Resolver().String(),
		"--roots", roots, "--https-port", strconv.Itoa(int(world.HTTPSPort())), "--smtp-port", strconv.Itoa(int(world.SMTPPort())), "--allow-special-addresses"}

	code, out, errs := command(t, "", append(args, "good.example", "GOOD.example.")...)
	if code != exitDone || errs != "" || strings.Count(out, "good.example: valid_enforce") != 1 || strings.Contains(out, "\x1b") {
		t.Errorf("exit %d, %q\n%s", code, errs, out)
	}
	code, out, errs = command(t, "", append(args, "--json", "good.example", "bad.example")...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != exitFound || errs != "" || len(lines) != 2 {
		t.Fatalf("exit %d, %q, %d lines", code, errs, len(lines))
	}
	var good, bad checkResult
	for i, r := range []*checkResult{&good, &bad} {
		if err := json.Unmarshal([]byte(lines[i]), r); err != nil {
			t.Fatal(err)
		}
	}
	if good.Status != taxonomy.StatusValidEnforce || good.Delivery != taxonomy.DeliveryProtected || good.Advice.TXT != "" || good.MX[0].Sessions[0].Certificate.Names[0] != "mx1.good.example" {
		t.Errorf("%s", lines[0])
	}
	if bad.FirstFailure != taxonomy.PsynBadMode || bad.TLSRPT[0] != taxonomy.ResultSTSPolicyInvalid ||
		bad.Advice.Policy != "version: STSv1\r\nmode: enforce\r\nmx: mx1.bad.example\r\nmax_age: 604800\r\n" || len(bad.Adopts) != len(analysis.Checks()) {
		t.Errorf("%s", lines[1])
	}
	for _, list := range []string{`"codes":[]`, `"findings":[]`, `"tlsrpt":[]`} {
		if !strings.Contains(lines[0], list) {
			t.Errorf("%s is missing: %s", list, lines[0])
		}
	}
}
