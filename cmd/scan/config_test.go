package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stscan/sinks"
)

func configFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scan.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Flags go before the environment, that before the file, that before defaults;
// what is in force stands in the manifest.
func TestConfigPrecedence(t *testing.T) {
	world := quickWorld(t)
	out := t.TempDir()
	config := configFile(t, `# polite
contact = "https://file.example/"
dns-rate = 401        # flag and environment have it, too
https-rate = 402.5    # the environment has it, too
smtp-rate = 403
per-net-rate = 0
resolver = ["`+world.Resolver().String()+`"]
allow-special-addresses = true
retry-after = 0
"chunk-size" = "50"
`)
	t.Setenv("STSCAN_DNS_RATE", "301")
	t.Setenv("STSCAN_HTTPS_RATE", "302")
	t.Setenv("STSCAN_CHECKS", "none")
	args := runArgs(t, world, out, listFile(t, names(20)))
	var kept []string
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "--contact", "--resolver", "--retry-after", "--chunk-size":
			i++
		case "--allow-special-addresses":
		default:
			kept = append(kept, args[i])
		}
	}
	code, _, stderr := command(t, "", append(kept, "--config", config, "--dns-rate", "201")...)
	if code != exitDone {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	m, err := sinks.ReadManifest(sinks.Dir(out, "s"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"dns-rate": "201", "https-rate": "302", "smtp-rate": "403", "per-net-rate": "0", "per-host-rate": "1", "contact": "https://file.example/",
		"resolver": world.Resolver().String(), "chunk-size": "50", "allow-special-addresses": "true", "checks": "",
	} {
		if got := m.Settings[name]; got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if _, ok := m.Settings["config"]; ok {
		t.Error("the file's name stands in the manifest")
	}
}

// A fault names file, line and key, or the variable, in one line.
func TestConfigErrors(t *testing.T) {
	list := listFile(t, "example.com\n")
	for _, c := range []struct{ text, want string }{
		{"contact = \"mailto:a@example.org\"\ndns-rat = 5\n", `line 2: no setting is called "dns-rat"`},
		{"\n\n[network]\ndns-rate = 5\n", `line 3: no setting is called "network`},
		{"dns-rate = 5\ndns-rate = 6\n", "line 2: "},
		{"dns-rate = \n", "line 1: "},
		{"dns-rate = \"fast\"\n", `line 1: dns-rate: "fast"`},
		{"contact = \"mailto:a@example.org\"\ngrace = 10\n", `line 2: grace: "10"`},
		{"json = true\n", `line 1: no setting is called "json"`},
		{"config = \"other.toml\"\n", `line 1: no setting is called "config"`},
		{"\ncontact = true\n", "line 2: contact: true, where a string is wanted"},
		{"\nformat = [\"parquet\"]\n", "line 2: format: a list"},
		{"contact = 2026-11-23\n", "line 1: contact: want a string"},
		{"contact = \"mailto:a@example.org\"\n\nformat = \"xml\"\n", `line 3: --format "xml": want one of`},
		{"contact = \"nobody\"\n", `line 1: --contact "nobody"`},
		{strings.Repeat("# long\n", maxConfig/7+1), "is no file of settings"},
	} {
		config := configFile(t, c.text)
		code, _, stderr := command(t, "", "run", "--config", config, list)
		wantCode := exitFailure
		if strings.Contains(c.want, "--") {
			wantCode = exitUsage
		}
		if code != wantCode || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, config) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%.60q: exit %d, %q, want %q", c.text, code, stderr, c.want)
		}
	}
	if code, _, stderr := command(t, "", "run", "--config", filepath.Join(t.TempDir(), "gone.toml"), list); code != exitFailure || !strings.Contains(stderr, "gone.toml") {
		t.Errorf("no file: exit %d, %q", code, stderr)
	}
	t.Setenv("STSCAN_DNS_RATE", "fast")
	if code, _, stderr := command(t, "", "run", list); code != exitUsage || !strings.HasPrefix(stderr, `scan: STSCAN_DNS_RATE: "fast"`) {
		t.Errorf("a wrong variable: exit %d, %q", code, stderr)
	}
	t.Setenv("STSCAN_DNS_RATE", "-1")
	if code, _, stderr := command(t, "", "run", "--contact", "mailto:a@example.org", list); code != exitUsage || !strings.HasPrefix(stderr, "scan: STSCAN_DNS_RATE: --dns-rate") {
		t.Errorf("a negative variable: exit %d, %q", code, stderr)
	}
}
