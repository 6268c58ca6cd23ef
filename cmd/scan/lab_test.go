package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// runLab runs one lab command and returns its exit code and what it printed.
func runLab(t *testing.T, ctx context.Context, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = execute(ctx, append([]string{"lab"}, args...), strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func TestLabTruthIsInTheOrderOfTheList(t *testing.T) {
	code, out, errs := runLab(t, t.Context(), "rank,domain\n1,EXAMPLE.com\n2,not a name\n3,b.example.\n4,www.example.com\n", "truth", "-")
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, errs)
	}
	world, err := lab.New(lab.Config{Preset: "demo", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	above := map[string]string{"www.example.com": "example.com"}
	for i, domain := range []string{"example.com", "b.example", "www.example.com"} {
		var got struct {
			Domain   string
			Status   taxonomy.Status
			Delivery taxonomy.Delivery
			Codes    []taxonomy.Code
			Adopts   []lab.Adoption
		}
		if i >= len(lines) {
			t.Fatalf("%d lines, want 3: %s", len(lines), out)
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		want := world.Truth(domain)
		if got.Domain != domain || got.Status != want.Status || got.Delivery != want.Delivery || len(got.Codes) != len(want.Codes) {
			t.Errorf("line %d is %s, want %s with %+v", i+1, lines[i], domain, want)
		}
		if adopts := world.Adopts(domain, above[domain]); !slices.Equal(got.Adopts, adopts) {
			t.Errorf("line %d is %s, want it to adopt %v", i+1, lines[i], adopts)
		}
		if !strings.Contains(lines[i], `"codes":[`) {
			t.Errorf("line %d: codes are no list: %s", i+1, lines[i])
		}
	}
}

func TestLabNamesAreNamesOfTheirWorld(t *testing.T) {
	code, out, errs := runLab(t, t.Context(), "", "names", "--scale", "100", "--seed", "7")
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, errs)
	}
	_, again, _ := runLab(t, t.Context(), "", "names", "--scale", "100", "--seed", "7")
	if out != again {
		t.Error("the same seed gives another list")
	}
	_, other, _ := runLab(t, t.Context(), "", "names", "--scale", "100", "--seed", "8")
	if out == other || other == "" {
		t.Error("another seed gives the same list, or none")
	}
}

func TestLabUsage(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.txt")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--preset", "nonsense"}, exitUsage, "nonsense"},
		{[]string{"truth", "--preset", "nonsense", "-"}, exitUsage, "nonsense"},
		{[]string{"names", "--scale", "0"}, exitUsage, "--scale"},
		{[]string{"--loss", "2"}, exitUsage, "loss"},
		{[]string{"truth"}, exitUsage, "arg"},
		{[]string{"truth", missing}, exitFailure, "missing.txt"},
	} {
		code, out, errs := runLab(t, t.Context(), "", c.args...)
		if code != c.code || out != "" || !strings.Contains(errs, c.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("scan lab %s: exit %d, %q, %q; want exit %d and one line with %q",
				strings.Join(c.args, " "), code, out, errs, c.code, c.says)
		}
	}
}

// readyWriter stops the lab as soon as it says that it is ready, after having
// looked at what it says.
type readyWriter struct {
	look func(line []byte)
	stop context.CancelFunc
}

func (w readyWriter) Write(b []byte) (int, error) {
	w.look(b)
	w.stop()
	return len(b), nil
}

func TestLabServesUntilInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var ready labReady
	out := readyWriter{stop: stop, look: func(line []byte) {
		if err := json.Unmarshal(line, &ready); err != nil {
			t.Errorf("%s: %v", line, err)
			return
		}
		c, err := net.Dial("tcp", ready.Resolver)
		if err != nil {
			t.Errorf("the resolver: %v", err)
			return
		}
		c.Close()
		if pem, err := os.ReadFile(ready.Roots); err != nil || !bytes.Contains(pem, []byte("BEGIN CERTIFICATE")) {
			t.Errorf("roots %q, %v", pem, err)
		}
	}}
	var errs bytes.Buffer
	if code := execute(ctx, []string{"lab", "--seed", "3"}, strings.NewReader(""), out, &errs); code != exitDone {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	if ready.Preset != "demo" || ready.Seed != 3 || ready.HTTPSPort == 0 || ready.SMTPPort == 0 {
		t.Errorf("ready line %+v", ready)
	}
	if _, err := os.Stat(ready.Roots); !os.IsNotExist(err) {
		t.Errorf("the roots file is left behind: %v", err)
	}
}
