package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stscan/analysis"
	"stscan/internal/observe"
	"stscan/pipeline"
	"stscan/pipeline/admission"
	"stscan/pipeline/controls"
	"stscan/sinks"
)

// runFlags are the flags of `scan run`, as given.
type runFlags struct {
	networkFlags
	out, snapshot, format string
	probeMX, fetchPolicy  string
	checks                string
	limits                admission.Limits
	inFlight              int
	chunkSize, retryAfter string
	limit                 int
	shard                 string
	seed                  uint64
	listFormat, unit      string
	controls              string
	pauseLimit            time.Duration
	progress, logFormat   string
	metricsAt, config     string
	grace                 time.Duration
	dryRun, json          bool
}

func (f *runFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.out, "out", "./data", "folder in which snapshots are kept")
	fs.StringVar(&f.snapshot, "snapshot", "", "snapshot to write (default: the unfinished one with the same input and settings, else today's date, UTC)")
	fs.StringVar(&f.format, "format", string(sinks.FormatParquet), "how the tables are written: "+strings.Join(formatNames(), ", ")+" (JSON lines, compressed with zstd)")
	f.networkFlags.register(cmd)
	fs.StringVar(&f.probeMX, "probe-mx", pipeline.Signalled, "whose MX hosts get a STARTTLS probe: signalled, all, none")
	fs.StringVar(&f.fetchPolicy, "fetch-policy", pipeline.Signalled, "whose policies are fetched: signalled, always")
	fs.StringVar(&f.checks, "checks", checksAll, "sibling standards asked for every name: "+strings.Join(checkNames(), ",")+", or none")
	f.registerLimits(cmd)
	fs.IntVar(&f.inFlight, "in-flight", pipeline.DefaultInFlight, "names worked on at once")
	fs.StringVar(&f.chunkSize, "chunk-size", "auto", "names in a chunk; auto: a fiftieth of the list, 500 to 20,000")
	fs.StringVar(&f.retryAfter, "retry-after", pipeline.DefaultRetryAfter.String(), "wait before the second pass over deferred names; 0: at once, off: no second pass")
	fs.IntVar(&f.limit, "limit", 0, "scan only the first N distinct valid names in input order; 0: all")
	fs.StringVar(&f.shard, "shard", "", "scan only one of n parts of the list, as i/n: 1/4 to 4/4 are the whole; a part is told by the hash of the name, and is a snapshot of its own")
	fs.Uint64Var(&f.seed, "shuffle-seed", 1, "seed of the order of the scan")
	fs.StringVar(&f.listFormat, "list-format", "", "format of the lists (default: detected)")
	fs.StringVar(&f.unit, "unit", "name", "what is scanned: name, as given in the list; registrable, the registrable domain of each")
	fs.StringVar(&f.controls, "controls", controlsAuto, "names asked throughout to tell our faults from theirs: auto, names of the list that answer; off; or NAME,…")
	fs.DurationVar(&f.pauseLimit, "pause-limit", controls.DefaultPauseLimit, "longest pause while the controls fail; the scan then goes on, and says inc_vantage_down of what it cannot tell")
	fs.StringVar(&f.progress, "progress", progressAuto, "auto: a line on a terminal, log lines elsewhere; plain: log lines; off")
	fs.StringVar(&f.logFormat, "log-format", "text", "text or json")
	fs.StringVar(&f.metricsAt, "metrics-addr", "", "serve Prometheus metrics at /metrics and profiles at /debug/pprof/ on ADDRESS:PORT; without an address on loopback only")
	fs.DurationVar(&f.grace, "grace", pipeline.DefaultGrace, "time for names in flight when told to stop")
	fs.BoolVar(&f.dryRun, "dry-run", false, "ask only the DNS, and only of a sample of 1,000 names; print what the scan would ask of whom, how long it takes and what disk it needs")
	fs.StringVar(&f.config, "config", "", "TOML file of settings, keys as the flags; flags and STSCAN_... variables go before it")
	fs.BoolVar(&f.json, "json", false, "print the summary as JSON")
}

func formatNames() []string {
	var names []string
	for _, f := range sinks.Formats() {
		names = append(names, string(f))
	}
	return names
}

// registerLimits registers the budgets. Their defaults stand in package admission, with reasons.
func (f *runFlags) registerLimits(cmd *cobra.Command) {
	fs, d := cmd.Flags(), admission.DefaultLimits()
	fs.Float64Var(&f.limits.DNSRate, "dns-rate", d.DNSRate, "DNS questions a second, repeated ones too; 0: no limit")
	fs.Float64Var(&f.limits.HTTPSRate, "https-rate", d.HTTPSRate, "policy fetches a second; 0: no limit")
	fs.Float64Var(&f.limits.SMTPRate, "smtp-rate", d.SMTPRate, "SMTP sessions a second; 0: no limit")
	fs.Float64Var(&f.limits.HostRate, "per-host-rate", d.HostRate, "contacts a second to one address; 0: no limit")
	fs.IntVar(&f.limits.HostConcurrency, "per-host-concurrency", d.HostConcurrency, "contacts at once with one address; 0: no limit")
	fs.Float64Var(&f.limits.NetRate, "per-net-rate", d.NetRate, "contacts a second to one /24 or /48; 0: no limit")
	fs.Float64Var(&f.limits.OperatorRate, "per-operator-rate", d.OperatorRate, "contacts a second to one operator; 0: no limit")
}

// checksAll is the default of --checks.
const checksAll = "all"

func checkNames() []string {
	var names []string
	for _, c := range analysis.Checks() {
		names = append(names, c.Name)
	}
	return names
}

func (f *runFlags) selectedChecks() ([]analysis.Check, error) {
	switch f.checks {
	case checksAll:
		return analysis.Checks(), nil
	case "none":
		return nil, nil
	}
	var selected []analysis.Check
	for name := range strings.SplitSeq(f.checks, ",") {
		i := slices.IndexFunc(analysis.Checks(), func(c analysis.Check) bool { return c.Name == name })
		if i < 0 {
			return nil, usagef("--checks: no check is called %q; there are %s, or none", name, strings.Join(checkNames(), ", "))
		}
		selected = append(selected, analysis.Checks()[i])
	}
	return selected, nil
}

// validate checks the flags that need nothing but themselves.
func (f *runFlags) validate() error {
	if err := f.networkFlags.validate(); err != nil {
		return err
	}
	for _, oneOf := range []struct {
		flag, value string
		allowed     []string
	}{
		{"--format", f.format, formatNames()},
		{"--probe-mx", f.probeMX, []string{pipeline.Signalled, pipeline.All, pipeline.None}},
		{"--fetch-policy", f.fetchPolicy, []string{pipeline.Signalled, pipeline.Always}},
		{"--unit", f.unit, []string{"name", "registrable"}},
		{"--progress", f.progress, []string{progressAuto, progressPlain, progressOff}},
		{"--log-format", f.logFormat, []string{"text", "json"}},
	} {
		if !slices.Contains(oneOf.allowed, oneOf.value) {
			return usagef("%s %q: want one of %s", oneOf.flag, oneOf.value, strings.Join(oneOf.allowed, ", "))
		}
	}
	for _, n := range []struct {
		flag  string
		value float64
	}{
		{"--limit", float64(f.limit)}, {"--dns-rate", f.limits.DNSRate}, {"--https-rate", f.limits.HTTPSRate}, {"--smtp-rate", f.limits.SMTPRate},
		{"--per-host-rate", f.limits.HostRate}, {"--per-host-concurrency", float64(f.limits.HostConcurrency)},
		{"--per-net-rate", f.limits.NetRate}, {"--per-operator-rate", f.limits.OperatorRate}, {"--grace", float64(f.grace)}, {"--pause-limit", float64(f.pauseLimit)},
	} {
		if n.value < 0 {
			return usagef("%s: want 0 or more", n.flag)
		}
	}
	if f.inFlight < 1 {
		return usagef("--in-flight %d: want 1 or more", f.inFlight)
	}
	return nil
}

// chunkNames is the chunk size asked for; 0 = auto.
func (f *runFlags) chunkNames() (int, error) {
	if f.chunkSize == "auto" {
		return 0, nil
	}
	n, err := strconv.Atoi(f.chunkSize)
	if err != nil || n < 1 {
		return 0, usagef("--chunk-size %q: want a number of names, 1 or more, or auto", f.chunkSize)
	}
	return n, nil
}

// metricsAddr is where metrics are served; zero: nowhere.
func (f *runFlags) metricsAddr() (netip.AddrPort, error) {
	if f.metricsAt == "" {
		return netip.AddrPort{}, nil
	}
	at, err := observe.Address(f.metricsAt)
	if err != nil {
		return at, usagef("--metrics-addr %v", err)
	}
	return at, nil
}

// retry is the wait before the second pass, and whether there is one.
func (f *runFlags) retry() (wait time.Duration, second bool, err error) {
	if f.retryAfter == "off" {
		return 0, false, nil
	}
	if f.retryAfter == "0" {
		return 0, true, nil
	}
	d, err := time.ParseDuration(f.retryAfter)
	if err != nil || d < 0 {
		return 0, false, usagef("--retry-after %q: want a duration such as 10m, 0, or off", f.retryAfter)
	}
	return d, true, nil
}

// parseResolvers reads ADDRESS[:PORT].
func parseResolvers(given []string) ([]netip.AddrPort, error) {
	const dnsPort = 53
	var out []netip.AddrPort
	for _, s := range given {
		if ap, err := netip.ParseAddrPort(s); err == nil && ap.Port() != 0 {
			out = append(out, ap)
			continue
		}
		a, err := netip.ParseAddr(strings.Trim(s, "[]"))
		if err != nil {
			return nil, usagef("--resolver %q: want an address, or address:port, such as 127.0.0.1:53 or [::1]:53", s)
		}
		out = append(out, netip.AddrPortFrom(a, dnsPort))
	}
	return out, nil
}

func usagef(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

func failf(format string, args ...any) error {
	return &exitError{code: exitFailure, err: fmt.Errorf(format, args...)}
}
