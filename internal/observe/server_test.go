package observe

import (
	"io"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stscan/internal/evidence"
	"stscan/pipeline"
	"stscan/pipeline/admission"
	"stscan/resolver"
)

// everything is a state in which every metric has a value.
func everything() State {
	return State{
		Run: pipeline.Stats{
			Stage: pipeline.StageFirst, Names: 1000, Rows: 400, Fresh: 300, Deferred: 7, Postponed: 5, InFlight: 50, Signalled: 12,
			Status: map[string]int{"valid": 9, "not_deployed": 391}, Delivery: map[string]int{"unprotected": 400},
			FirstFailure: map[string]int{"rec_missing_id": 2}, Inconclusive: map[string]int{"inc_dns_timeout": 3},
			Held: "no resolver answers", Holds: 2, HeldFor: 90 * time.Second,
			Chunks: pipeline.ChunkStats{Total: 20, Committed: 8, RetryTotal: 2, RetryCommitted: 1, Open: 4, Dropped: 6},
		},
		Forecast: Forecast{Known: true, Left: 90 * time.Minute},
		Contacts: evidence.Contacts{Queries: 2100, Policies: 30, Sessions: 20, Repeated: 1},
		Lookups:  2000, Dropped: 11,
		Failed: map[admission.Kind]map[evidence.Kind]int64{admission.SMTP: {evidence.KindRefused: 4}},
		Gate: admission.Stats{
			Refused: map[evidence.Kind]int64{evidence.KindOptedOut: 5},
			Waiting: map[string]int64{admission.FlagSMTPRate: 13}, Waited: map[string]time.Duration{admission.FlagSMTPRate: 1500 * time.Millisecond},
		},
		Resolvers: []resolver.ServerStats{{Server: netip.MustParseAddrPort("192.0.2.1:53"), Answers: 1990, Timeouts: 10, Refused: 3, Open: 40, Window: 128, Waiting: 2, Gone: true}},
	}
}

// served is what everything looks like to who scrapes it.
const served = `stscan_chunks_committed{pass="first"} 8
stscan_chunks_committed{pass="second"} 1
stscan_chunks_dropped_total 6
stscan_chunks_open 4
stscan_chunks{pass="first"} 20
stscan_chunks{pass="second"} 2
stscan_contacts_repeated_total 1
stscan_contacts_total{contact="dns"} 2100
stscan_contacts_total{contact="https"} 30
stscan_contacts_total{contact="smtp"} 20
stscan_deferred 7
stscan_delivery_total{delivery="unprotected"} 400
stscan_dns_dropped_total 11
stscan_failures_total{contact="smtp",kind="refused"} 4
stscan_finished_total 305
stscan_first_failure_total{code="rec_missing_id"} 2
stscan_in_flight 50
stscan_inconclusive_total{code="inc_dns_timeout"} 3
stscan_left_seconds 5400
stscan_lookups_total 2000
stscan_names 1000
stscan_paused 1
stscan_paused_seconds_total 90
stscan_pauses_total 2
stscan_refused_total{reason="opted_out"} 5
stscan_resolver_answers_total{resolver="192.0.2.1:53"} 1990
stscan_resolver_gone{resolver="192.0.2.1:53"} 1
stscan_resolver_open{resolver="192.0.2.1:53"} 40
stscan_resolver_refused_total{resolver="192.0.2.1:53"} 3
stscan_resolver_timeouts_total{resolver="192.0.2.1:53"} 10
stscan_resolver_waiting{resolver="192.0.2.1:53"} 2
stscan_resolver_window{resolver="192.0.2.1:53"} 128
stscan_rows 400
stscan_signalled_total 12
stscan_stage{stage="first pass"} 1
stscan_status_total{status="not_deployed"} 391
stscan_status_total{status="valid"} 9
stscan_waited_seconds_total{budget="smtp-rate"} 1.5
stscan_waiting{budget="smtp-rate"} 13`

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func listening(t *testing.T) *Server {
	t.Helper()
	s, err := Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestServer(t *testing.T) {
	defer goleak.VerifyNone(t)
	s := listening(t)
	s.Serve(everything)
	base := "http://" + s.Addr().String()
	status, body := get(t, base+"/metrics")
	ours := regexp.MustCompile(`(?m)^stscan_.*$`).FindAllString(body, -1)
	slices.Sort(ours)
	if got := strings.Join(ours, "\n"); status != http.StatusOK || got != served {
		t.Errorf("%d\n%s\nwant\n%s", status, got, served)
	}
	for _, what := range []string{"go_memstats_heap_inuse_bytes ", "go_goroutines ", "process_resident_memory_bytes ", "process_cpu_seconds_total ",
		"# TYPE stscan_contacts_total counter", "# TYPE stscan_rows gauge"} {
		if !strings.Contains(body, what) {
			t.Errorf("no %q is served", what)
		}
	}
	for _, profile := range []string{"", "heap?debug=1", "goroutine?debug=1", "cmdline"} {
		if status, body := get(t, base+"/debug/pprof/"+profile); status != http.StatusOK || body == "" {
			t.Errorf("profile %q: %d, %d bytes", profile, status, len(body))
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	again, err := Listen(netip.MustParseAddrPort(s.Addr().String()))
	if err != nil {
		t.Fatalf("the port was not given back: %v", err)
	}
	if _, err := Listen(netip.MustParseAddrPort(s.Addr().String())); err == nil {
		t.Error("the port was taken twice")
	}
	if err := again.Close(); err != nil { // it never served
		t.Error(err)
	}
}

// What the library does not take is an error of the scrape, not a crash; what is
// not known is left out.
func TestMetricsOfOddStates(t *testing.T) {
	s := listening(t)
	defer s.Close()
	s.Serve(func() State {
		return State{Run: pipeline.Stats{Stage: "\xff"}}
	})
	if status, _ := get(t, "http://"+s.Addr().String()+"/metrics"); status != http.StatusInternalServerError {
		t.Errorf("status %d", status)
	}
	for _, m := range Metrics() {
		m.read(State{}, func(_ float64, labels ...string) {
			if m.Name == "stscan_left_seconds" {
				t.Error("a time left is told that is not known")
			}
			if len(labels) != len(m.Labels) {
				t.Errorf("%s: labels %q for %q", m.Name, labels, m.Labels)
			}
		})
	}
}

// Names as Prometheus wants them: counters end in _total, others do not; each is
// explained by a sentence.
func TestMetricNames(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Metrics() {
		if !regexp.MustCompile(`^stscan_[a-z_]+$`).MatchString(m.Name) || strings.HasSuffix(m.Name, "_total") != m.Counter || seen[m.Name] {
			t.Errorf("%s: counter %v", m.Name, m.Counter)
		}
		seen[m.Name] = true
		if !strings.HasSuffix(m.Help, ".") {
			t.Errorf("%s: help %q is no sentence", m.Name, m.Help)
		}
	}
}

func TestAddress(t *testing.T) {
	for given, want := range map[string]string{
		":9090": "127.0.0.1:9090", "localhost:1": "127.0.0.1:1", "0.0.0.0:9090": "0.0.0.0:9090", "[::1]:9090": "[::1]:9090", ":0": "127.0.0.1:0",
	} {
		if got, err := Address(given); err != nil || got.String() != want {
			t.Errorf("%s: %v %v, want %s", given, got, err, want)
		}
	}
	for _, given := range []string{"", "9090", "127.0.0.1", "example.com:9090", ":99999", ":http", "127.0.0.1:9090/metrics", "::1:9090"} {
		if got, err := Address(given); err == nil {
			t.Errorf("%q is taken for %v", given, got)
		}
	}
}
