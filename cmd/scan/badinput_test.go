package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stscan/sinks"
)

// Bad input gets one line that says what, where and what to do, and the exit
// code of its kind; nothing is written.
func TestBadInput(t *testing.T) {
	world := quickWorld(t)
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("names.txt", "example.com\nexample.org\n")
	for _, c := range []struct {
		name string
		list string
		more []string
		code int
		says []string
	}{
		{"no such list", "missing.txt", nil, exitFailure, []string{"missing.txt", "no such file"}},
		{"a folder", t.TempDir(), nil, exitFailure, []string{"directory"}},
		{"broken gzip", write("names.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03broken"), nil, exitFailure, []string{"names.gz"}},
		{"a CSV without names", write("names.csv", "a,b\n1,2\n"), nil, exitFailure, []string{"names.csv", "domain column"}},
		{"no valid name", write("bad.txt", "not a name\n"), nil, exitFailure, []string{"bad.txt"}},
		{"no resolver answers", good, []string{"--resolver", "127.0.0.1:1"}, exitFailure, []string{"no resolver answers", "127.0.0.1:1: refused", "--resolver"}},
		{"a resolver that is none", good, []string{"--resolver", "nonsense"}, exitUsage, []string{"--resolver", "nonsense"}},
		{"roots without a certificate", good, []string{"--roots", good}, exitUsage, []string{"--roots", "no certificate"}},
		{"roots that are not there", good, []string{"--roots", "missing.pem"}, exitUsage, []string{"--roots", "missing.pem"}},
		{"a wrong line in the opt-out list", good, []string{"--opt-out", write("opt-out.txt", "example.net\nno name at all\n")}, exitUsage, []string{"opt-out.txt", "line 2"}},
		{"no contact", good, []string{"--contact", ""}, exitUsage, []string{"--contact is required"}},
		{"a contact that is none", good, []string{"--contact", "me"}, exitUsage, []string{"--contact", "mailto:"}},
		{"a contact with a line end", good, []string{"--contact", "mailto:a@b.example\r\nX: y"}, exitUsage, []string{"--contact"}},
		{"a greeting with a line end", good, []string{"--ehlo-name", "a.example\r\nMAIL FROM:<>"}, exitUsage, []string{"--ehlo-name"}},
		{"an unknown flag", good, []string{"--nonsense"}, exitUsage, []string{"--nonsense"}},
		{"an unknown check", good, []string{"--checks", "tlsrpt,nonsense"}, exitUsage, []string{"nonsense"}},
		{"a chunk of no names", good, []string{"--chunk-size", "0"}, exitUsage, []string{"--chunk-size"}},
		{"a negative rate", good, []string{"--smtp-rate", "-1"}, exitUsage, []string{"--smtp-rate"}},
		{"a wait that is none", good, []string{"--retry-after", "soon"}, exitUsage, []string{"--retry-after", "soon"}},
		{"a snapshot elsewhere", good, []string{"--snapshot", "../s"}, exitUsage, []string{"--snapshot"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := t.TempDir()
			args := runArgs(t, world, out, c.list, c.more...)
			if len(c.more) > 0 && c.more[0] == "--resolver" {
				args = withoutFlag(args, "--resolver") // repeatable: only the bad one is asked
			}
			code, _, stderr := command(t, "", args...)
			if code != c.code {
				t.Errorf("exit %d, want %d", code, c.code)
			}
			for _, want := range c.says {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q does not say %q", stderr, want)
				}
			}
			if lines := strings.Count(strings.TrimSuffix(stderr, "\n"), "\n") + 1; lines != 1 {
				t.Errorf("%d lines: %q", lines, stderr)
			}
			expectNoSnapshot(t, out)
		})
	}
}

// withoutFlag removes the first occurrence of a flag and its value.
func withoutFlag(args []string, flag string) []string {
	for i, a := range args {
		if a == flag {
			return append(args[:i:i], args[i+2:]...)
		}
	}
	return args
}

// expectNoSnapshot: at most the beginnings of one, which the next run takes up.
func expectNoSnapshot(t *testing.T, out string) {
	t.Helper()
	if _, err := sinks.ReadManifest(sinks.Dir(out, "s")); err == nil {
		t.Error("a snapshot was begun")
	}
}

// A folder that holds another scan is never written to.
func TestAnotherScan(t *testing.T) {
	world := quickWorld(t)
	out := t.TempDir()
	list := listFile(t, "example.com\nexample.org\n")
	args := runArgs(t, world, out, list)
	if code, _, stderr := command(t, "", args...); code != exitDone {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	before := verdicts(t, sinks.Dir(out, "s"))

	if code, _, stderr := command(t, "", args...); code != exitDone || !strings.Contains(stderr, "complete") {
		t.Errorf("the same scan again: exit %d, %q", code, stderr)
	}
	for name, other := range map[string][]string{
		"another list":    runArgs(t, world, out, listFile(t, "example.net\n")),
		"another setting": runArgs(t, world, out, list, "--probe-mx", "none"),
	} {
		code, _, stderr := command(t, "", other...)
		if code != exitUsage || !strings.Contains(stderr, "another scan") {
			t.Errorf("%s: exit %d, %q", name, code, stderr)
		}
	}
	foreign := filepath.Join(out, "snapshot=foreign")
	if err := os.MkdirAll(foreign, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(foreign, "thesis.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := command(t, "", runArgs(t, world, out, list, "--snapshot", "foreign")...)
	if code != exitUsage || !strings.Contains(stderr, "no snapshot") {
		t.Errorf("a foreign folder: exit %d, %q", code, stderr)
	}
	if after := verdicts(t, sinks.Dir(out, "s")); len(after) != len(before) {
		t.Errorf("%d rows, were %d", len(after), len(before))
	}
}

// Without --allow-special-addresses not one packet goes to a special-purpose
// address, whatever the zones say: the whole test internet on loopback is one.
func TestSpecialAddressesAreNotContacted(t *testing.T) {
	world := quickWorld(t)
	out := t.TempDir()
	args := runArgs(t, world, out, listFile(t, names(100)))
	for i, a := range args {
		if a == "--allow-special-addresses" {
			args = append(args[:i:i], args[i+1:]...)
			break
		}
	}
	if code, _, stderr := command(t, "", args...); code != exitDone {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	c := world.Counters()
	if len(c.Connects) > 0 || c.Questions == 0 {
		t.Errorf("%d questions, connects %v", c.Questions, c.Connects)
	}
	for _, v := range verdicts(t, sinks.Dir(out, "s")) {
		if v.Status == "valid_enforce" || v.Status == "valid_testing" {
			t.Errorf("%s is %s", v.Domain, v.Status)
		}
	}
}
