package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stscan/internal/lab"
)

// The command line, over real sockets: exit codes, and the shape of the JSON.
func TestDoctorOnLoopback(t *testing.T) {
	world, err := lab.ListenLoopback(t.Context(), lab.Config{Seed: 1, Assign: doctorWorld(t, over4, over4)})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	out := t.TempDir()
	roots := filepath.Join(out, "roots.pem")
	if err := os.WriteFile(roots, world.RootsPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"doctor", "--contact", "mailto:test@example.org", "--ehlo-name", "scanner.example.org", "--resolver", world.Resolver().String(), "--roots", roots,
		"--https-port", strconv.Itoa(int(world.HTTPSPort())), "--allow-special-addresses", "--source-address", "192.0.2.1", "--out", out, "--names", "1000", "--in-flight", "100",
		"--domain", doctorDomain, "--domain", doctorOther, "--dnssec-bogus", doctorBogus}
	mail := []string{"--smtp-port", strconv.Itoa(int(world.SMTPPort()))}

	code, text, errs := command(t, "", slices.Concat(args, mail)...)
	for _, want := range []string{"\nok        dnssec          " + world.Resolver().String() + ": validates", " 2 of 2 policy hosts accepted", " IPv4: 2 of 2 mail servers accepted", ", in order "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if failed := strings.Contains("\n"+text, "\nfailure "); errs != "" || code != exitDone && !failed || code == exitDone && failed {
		t.Errorf("exit %d, %q\n%s", code, errs, text)
	}
	code, line, errs := command(t, "", slices.Concat(args, mail, []string{"--json"})...)
	expectFailures(t, code, line, errs)
	// A port at which nobody listens is as blocked as can be had on loopback.
	code, line, errs = command(t, "", slices.Concat(args, []string{"--json", "--target", "127.0.0.1:1"})...)
	f := expectFailures(t, code, line, errs, "smtp")["smtp"]
	if len(f) != 5 || f["about"] != "IPv4" || !strings.Contains(f["seen"], "port 1 (refused 1)") || !strings.Contains(f["do"], "--probe-mx none") {
		t.Errorf("%v", f)
	}
}

// expectFailures reads a line of JSON and returns the failures by their check:
// these, and whatever the limits of the machine that runs the test are.
func expectFailures(t *testing.T, code int, line, errs string, checks ...string) map[string]map[string]string {
	t.Helper()
	var r struct {
		State                       string
		Failures, Warnings, Unknown *int
		Examined                    time.Time `json:"examined_at"`
		Seconds                     *float64
		Findings                    []map[string]string
	}
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	failures, ours := map[string]map[string]string{}, 0
	for _, f := range r.Findings {
		if f["state"] != "failure" {
			continue
		}
		failures[f["check"]] = f
		if slices.Contains([]string{"open_files", "memory", "disk"}, f["check"]) {
			ours++
		} else if !slices.Contains(checks, f["check"]) {
			t.Errorf("%v", f)
		}
	}
	want := exitDone
	if len(checks)+ours > 0 {
		want = exitFound
	}
	if code != want || errs != "" || *r.Failures != len(checks)+ours || (r.State == "failure") != (want == exitFound) ||
		r.Warnings == nil || r.Unknown == nil || r.Examined.IsZero() || r.Seconds == nil || strings.Count(line, "\n") != 1 {
		t.Errorf("exit %d, %q: %s", code, errs, line)
	}
	return failures
}

func TestDoctorBadUsage(t *testing.T) {
	for _, c := range [][]string{
		{"list.csv"},
		{"--contact", "me"},
		{"--resolver", "x"},
		{"--roots", "missing.pem"},
		{"--domain", "no domain"},
		{"--dnssec-bogus", "no domain"},
		{"--dnssec-signed", "no domain"},
		{"--target", "mx.example.com:none"},
		{"--target", "not a host"},
		{"--source-address", "here"},
		{"--in-flight", "0"},
		{"--names", "0"},
		{"--timeout", "0s"},
		{"--timeout", "soon"},
	} {
		code, out, errs := command(t, "", append([]string{"doctor", "--resolver", "127.0.0.1:1"}, c...)...)
		if code != exitUsage || out != "" || !strings.Contains(errs, strings.TrimSuffix(c[0], ".csv")) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: exit %d, %q, %q", c, code, out, errs)
		}
	}
}
