package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"stscan/internal/observe"
)

// While a scan runs its metrics can be scraped, and every one that is documented
// and has a value by then is among them; when it ends, so does the server.
func TestMetricsOfARun(t *testing.T) {
	world := quickWorld(t)
	args := runArgs(t, world, t.TempDir(), listFile(t, names(1000)), "--metrics-addr", "localhost:0", "--smtp-rate", "3", "--grace", "0s")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	logged, stderr := io.Pipe()
	exit := make(chan int)
	go func() {
		code := execute(ctx, args, strings.NewReader(""), io.Discard, stderr)
		stderr.Close()
		exit <- code
	}()
	url := ""
	lines := bufio.NewScanner(logged)
	for url == "" && lines.Scan() {
		if found := regexp.MustCompile(`url=(\S+)`).FindStringSubmatch(lines.Text()); found != nil {
			url = found[1]
		}
	}
	go io.Copy(io.Discard, logged)
	var body string
	for value(body, `stscan_rows`) == 0 || value(body, `stscan_contacts_total{contact="smtp"}`) < 2 || value(body, `stscan_waiting{budget="smtp-rate"}`) == 0 {
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("status %d, %v", response.StatusCode, err)
		}
		body = string(text)
	}
	mayBeAbsent := map[string]bool{"stscan_left_seconds": true, "stscan_first_failure_total": true, "stscan_inconclusive_total": true, "stscan_failures_total": true}
	for _, m := range observe.Metrics() {
		if !mayBeAbsent[m.Name] && !regexp.MustCompile(`(?m)^`+m.Name+`[{ ]`).MatchString(body) {
			t.Errorf("%s is not served", m.Name)
		}
	}
	if value(body, "stscan_names") < 990 || value(body, `stscan_resolver_answers_total{resolver="`+world.Resolver().String()+`"}`) == 0 {
		t.Errorf("%.3000s", body)
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	if code := <-exit; code != exitPartial {
		t.Errorf("exit %d", code)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("metrics are served after the end")
	}
}

// value is the value of a metric with its labels; 0 if it is not served.
func value(body, metric string) float64 {
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(metric) + ` (\S+)$`).FindStringSubmatch(body)
	if found == nil {
		return 0
	}
	v, _ := strconv.ParseFloat(found[1], 64)
	return v
}

func TestMetricsAddressIsWrong(t *testing.T) {
	list := listFile(t, "example.com\n")
	args := func(at string) []string {
		return []string{"run", "--out", t.TempDir(), "--contact", "mailto:me@example.org", "--resolver", "127.0.0.1:1", "--metrics-addr", at, list}
	}
	for _, at := range []string{"9090", "example.com:9090", ":99999"} {
		if code, _, stderr := command(t, "", args(at)...); code != exitUsage || !strings.HasPrefix(stderr, "scan: --metrics-addr ") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit %d, %q", at, code, stderr)
		}
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	code, _, stderr := command(t, "", args(taken.Addr().String())...)
	if code != exitFailure || !strings.Contains(stderr, "choose another port") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("taken: exit %d, %q", code, stderr)
	}
}
