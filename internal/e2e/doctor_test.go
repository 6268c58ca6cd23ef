//go:build e2e && linux

package e2e

import (
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"testing"
)

// examine asks scan doctor about this world: Unbound validates, Knot's zones are
// signed, one of them wrongly, nginx says what time it is. What the machine
// that runs the test has to give is not this test's concern.
func (w world) examine(t *testing.T, p *pki) {
	t.Helper()
	sound := map[string]string{
		"resolver": "ok", "nxdomain": "ok", "dns_tcp": "ok", "edns": "ok", "dnssec": "ok",
		"smtp": "ok", "reputation": "ok", "starttls": "ok", "https": "ok", "certificates": "ok", "clock": "ok",
	}
	w.expectDoctor(t, p, sound, "--dnssec-bogus", "bogus.example")
	// Where a name is told to be signed wrongly, and is not, the resolver seems to let all pass.
	w.expectDoctor(t, p, map[string]string{"dnssec": "failure"}, "--dnssec-bogus", "good.example")
	// Where a name is told to be signed, and is not, it seems not to validate.
	w.expectDoctor(t, p, map[string]string{"dnssec": "warning"}, "--dnssec-signed", "unsigned.example", "--dnssec-bogus", "bogus.example")
	plain := mailHosts[slices.IndexFunc(mailHosts, func(h mailHost) bool { return h.name == "plain" })]
	w.expectDoctor(t, p, map[string]string{"smtp": "ok", "starttls": "failure"}, "--dnssec-bogus", "bogus.example", "--target", plain.address)
	w.expectDoctor(t, p, map[string]string{"smtp": "failure", "https": "ok"}, "--dnssec-bogus", "bogus.example", "--target", plain.address+":26")
}

// expectDoctor runs it, and looks for these states; exit code 4 is for a failure.
func (w world) expectDoctor(t *testing.T, p *pki, want map[string]string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), w.scan, append([]string{
		"doctor", "--json", "--resolver", resolverAddress + ":53", "--roots", p.roots(), "--allow-special-addresses", "--out", w.dir,
		"--contact", "mailto:scanner@example", "--ehlo-name", "scanner.example", "--dnssec-signed", "example",
		"--domain", "good.example", "--domain", "danegnutls.example",
	}, args...)...)
	out, err := cmd.Output()
	exit := new(exec.ExitError)
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var result struct {
		Failures int
		Findings []struct{ Check, About, State, Seen string }
	}
	if err := json.Unmarshal(out, &result); err != nil {
		t.Fatalf("scan doctor %v: %v\n%s%s", args, err, out, exit.Stderr)
	}
	const found = 4
	if code := cmd.ProcessState.ExitCode(); (code == found) != (result.Failures > 0) || code != found && code != 0 {
		t.Errorf("scan doctor %v: exit %d with %d failures", args, code, result.Failures)
	}
	told := map[string]bool{}
	for _, f := range result.Findings {
		if f.About == "IPv6" {
			continue
		}
		told[f.Check] = true
		if state, ok := want[f.Check]; ok && f.State != state {
			t.Errorf("scan doctor %v: %+v, want %s", args, f, state)
		}
	}
	for check := range want {
		if !told[check] {
			t.Errorf("scan doctor %v: nothing is said of %s", args, check)
		}
	}
}
