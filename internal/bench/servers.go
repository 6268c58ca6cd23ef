//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
	"time"
)

const (
	// startLimit bounds the start of a server on a busy machine; NSD reads its zone first.
	startLimit = time.Minute
	// pollEvery is how often is looked whether it is up.
	pollEvery = 50 * time.Millisecond
	// mailProcesses is how many sessions Postfix holds at once: one a process.
	mailProcesses = 60
)

// serve starts the three servers and waits until they answer. The end of the
// namespace ends them.
func (w world) serve(ctx context.Context) error {
	for _, dir := range []string{"nsd", "nginx", "postfix", "postfix/queue", "postfix/log", "postfix/data"} {
		if err := os.Mkdir(w.path(dir), 0o755); err != nil {
			return err
		}
	}
	for _, start := range []func() error{w.startNSD, w.startNginx, w.startPostfix} {
		if err := start(); err != nil {
			return err
		}
	}
	for _, port := range []int{dnsPort, httpsPort, smtpPort} {
		if err := awaitListener(ctx, fmt.Sprintf("127.0.0.1:%d", port)); err != nil {
			return fmt.Errorf("%w; its log is in %s", err, w.dir)
		}
	}
	return nil
}

func (w world) startNSD() error {
	dir := w.path("nsd")
	if err := os.Rename(w.path("test.zone"), filepath.Join(dir, "test.zone")); err != nil {
		return err
	}
	if err := give(dir, "nsd"); err != nil {
		return err
	}
	if err := render("nsd.conf", filepath.Join(dir, "nsd.conf"), map[string]any{"Dir": dir, "Port": dnsPort}); err != nil {
		return err
	}
	return w.start("nsd", "nsd", "-d", "-c", filepath.Join(dir, "nsd.conf"))
}

func (w world) startNginx() error {
	dir := w.path("nginx")
	conf := filepath.Join(dir, "nginx.conf")
	if err := render("nginx.conf", conf, map[string]any{"Dir": dir, "Port": httpsPort, "Certs": w.path("certs")}); err != nil {
		return err
	}
	return w.start("nginx", "nginx", "-p", dir, "-e", "stderr", "-c", conf)
}

func (w world) startPostfix() error {
	dir := w.path("postfix")
	if err := give(filepath.Join(dir, "data"), "postfix"); err != nil {
		return err
	}
	values := map[string]any{"Dir": dir, "Port": smtpPort, "Processes": mailProcesses, "Pair": filepath.Join(w.path("certs"), defaultHost+".pem")}
	for _, name := range []string{"main.cf", "master.cf"} {
		if err := render(name, filepath.Join(dir, name), values); err != nil {
			return err
		}
	}
	// The table of certificates by server name: postmap -F puts the files' contents in.
	err := w.write("postfix/sni", func(b *bufio.Writer) {
		for n := range w.signalling {
			host := "mx." + deploymentName(n)
			fmt.Fprintf(b, "%s %s\n", host, filepath.Join(w.path("certs"), host+".pem"))
		}
	})
	if err != nil {
		return err
	}
	if out, err := exec.Command("postmap", "-c", dir, "-F", "hash:"+filepath.Join(dir, "sni")).CombinedOutput(); err != nil {
		return fmt.Errorf("postmap: %w\n%s", err, out)
	}
	return w.start("postfix", "postfix", "-c", dir, "start-fg")
}

// start starts a server in the foreground, its words in a file.
func (w world) start(name, program string, args ...string) error {
	log, err := os.Create(w.path(name + ".log"))
	if err != nil {
		return err
	}
	defer log.Close() // the server has its own
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = log, log
	return cmd.Start()
}

func give(dir, user string) error {
	if out, err := exec.Command("chown", user, dir).CombinedOutput(); err != nil {
		return fmt.Errorf("chown: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// render fills in a template of deploy/bench.
func render(name, to string, values any) error {
	tmpl, err := template.ParseFiles(filepath.Join("deploy", "bench", name+".tmpl"))
	if err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	if err := tmpl.Execute(f, values); err != nil {
		return err
	}
	return f.Close()
}

// awaitListener waits until somebody accepts connections at address; NSD does so too.
func awaitListener(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	again := time.NewTicker(pollEvery)
	defer again.Stop()
	var d net.Dialer
	for {
		conn, err := d.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("nobody listens at %s after %v", address, startLimit)
		}
	}
}
