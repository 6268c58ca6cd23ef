package observe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// headerTime is what a client may take for its request: those who scrape are
	// near.
	headerTime = 10 * time.Second
	// closeTime is given to answers under way when the run ends.
	closeTime = time.Second
)

// Address reads HOST:PORT as it is given by flag: the host is an address or
// localhost, and without one it is this machine's loopback.
func Address(given string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(given)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%q: want ADDRESS:PORT, such as 127.0.0.1:9090, or :PORT", given)
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	at, err := netip.ParseAddrPort(net.JoinHostPort(host, port))
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%q: want ADDRESS:PORT, such as 127.0.0.1:9090, or :PORT", given)
	}
	return at, nil
}

// Server answers over HTTP: the metrics of a run at /metrics, and the profiles
// of this process at /debug/pprof/.
type Server struct {
	listener net.Listener
	http     *http.Server
	ended    sync.WaitGroup
}

// Listen takes the port. Whoever comes before Serve waits.
func Listen(at netip.AddrPort) (*Server, error) {
	l, err := net.Listen("tcp", at.String())
	if err != nil {
		return nil, err
	}
	return &Server{listener: l}, nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Serve answers from now on; state is read anew for each scrape, and may be
// called by several goroutines at once.
func (s *Server) Serve(state func() State) {
	s.http = &http.Server{Handler: handler(state), ReadHeaderTimeout: headerTime}
	s.ended.Go(func() {
		_ = s.http.Serve(s.listener) // ends with Close; before, a client's error is the client's
	})
}

// Close gives the port back, and waits a moment for answers under way.
func (s *Server) Close() error {
	if s.http == nil {
		return s.listener.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) { // a long profile
		err = s.http.Close()
	}
	s.ended.Wait()
	return err
}

func handler(state func() State) http.Handler {
	registry := prometheus.NewRegistry() // not the default one, which anybody may add to
	registry.MustRegister(
		&collector{metrics: described(), state: state},
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// collector hands the metrics of one State to Prometheus' library.
type collector struct {
	metrics []description
	state   func() State
}

type description struct {
	Metric
	desc *prometheus.Desc
}

func described() []description {
	var out []description
	for _, m := range Metrics() {
		out = append(out, description{m, prometheus.NewDesc(m.Name, m.Help, m.Labels, nil)})
	}
	return out
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	for _, m := range c.metrics {
		to <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	state := c.state()
	for _, m := range c.metrics {
		kind := prometheus.GaugeValue
		if m.Counter {
			kind = prometheus.CounterValue
		}
		m.read(state, func(value float64, labels ...string) {
			one, err := prometheus.NewConstMetric(m.desc, kind, value, labels...)
			if err != nil {
				one = prometheus.NewInvalidMetric(m.desc, err)
			}
			to <- one
		})
	}
}
