//go:build e2e && linux

package e2e

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"text/template"
	"time"
)

const (
	// startLimit bounds the start of a daemon, on a machine that is busy with other tests.
	startLimit = 30 * time.Second
	// pollEvery is how often is looked whether a daemon has come up.
	pollEvery = 20 * time.Millisecond
	// shownLog bounds what is shown of a daemon's log when the test fails.
	shownLog = 4 << 10
)

// start starts a daemon in the foreground and shows the end of its log if the
// test fails. The namespace ends it.
func (w world) start(t *testing.T, name, program string, args ...string) {
	t.Helper()
	file, err := os.Create(filepath.Join(w.dir, name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = file, file
	if _, err := cmd.StdinPipe(); err != nil { // open for ever: openssl s_server ends at the end of its input
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v; deploy/e2e/install.sh installs it", name, err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			showEnd(t, file.Name())
		}
		file.Close()
	})
}

func showEnd(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Log(err)
		return
	}
	t.Logf("end of %s:\n%s", filepath.Base(file), text[max(0, len(text)-shownLog):])
}

// await waits until ready is true.
func await(t *testing.T, what string, ready func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	again := time.NewTicker(pollEvery)
	defer again.Stop()
	for !ready(ctx) {
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("%s is not ready after %v", what, startLimit)
		}
	}
}

// awaitListener waits until somebody accepts connections at address.
func awaitListener(t *testing.T, address string) {
	t.Helper()
	var d net.Dialer
	await(t, address, func(ctx context.Context) bool {
		conn, err := d.DialContext(ctx, "tcp", address)
		if err != nil {
			return false
		}
		conn.Close()
		return true
	})
}

// render writes a template of deploy/e2e, filled in, to a file.
func render(t *testing.T, name, to string, values any) {
	t.Helper()
	tmpl, err := template.ParseFiles(filepath.Join("..", "..", "deploy", "e2e", name+".tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := tmpl.Execute(&text, values); err != nil {
		t.Fatal(err)
	}
	write(t, to, text.Bytes())
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
