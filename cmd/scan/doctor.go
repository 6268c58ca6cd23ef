package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stscan/inputs"
	"stscan/internal/doctor"
	"stscan/pipeline"
)

// doctorFlags are the flags of `scan doctor`, as given.
type doctorFlags struct {
	networkFlags
	domains, targets []string
	signed           string
	bogus            []string
	sources          []string
	out              string
	inFlight, names  int
	timeout          time.Duration
	json             bool
}

func (f *doctorFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.SortFlags = false
	f.networkFlags.register(cmd)
	fs.Lookup("contact").Usage = "who scans: a mailto: or https: URI, sent to the policy hosts that are contacted"
	// The operators whose people wrote RFC 8461: each takes mail, and has a policy.
	fs.StringArrayVar(&f.domains, "domain", []string{"gmail.com", "outlook.com", "yahoo.com", "comcast.net"}, "domain that takes mail and has a policy, whose record, policy host and mail server are asked; repeatable")
	fs.StringArrayVar(&f.targets, "target", nil, "mail server to connect to, HOST[:PORT], in place of those of --domain; repeatable")
	fs.StringVar(&f.signed, "dnssec-signed", "com", "name that is signed: a resolver that validates says so of it")
	// Names that two operators of validating resolvers keep for this: Comcast and CZ.NIC.
	fs.StringArrayVar(&f.bogus, "dnssec-bogus", []string{"dnssec-failed.org", "rhybar.cz"}, "name that is signed wrongly on purpose: a resolver that validates refuses it; repeatable")
	fs.StringArrayVar(&f.sources, "source-address", nil, "address under which others see this machine; repeatable (default: from which it reaches the Internet)")
	fs.StringVar(&f.out, "out", "./data", "folder in which snapshots are to be kept")
	fs.IntVar(&f.inFlight, "in-flight", pipeline.DefaultInFlight, "names that the scan is to work on at once")
	fs.IntVar(&f.names, "names", 1_000_000, "names of the list that is to be scanned")
	fs.DurationVar(&f.timeout, "timeout", 20*time.Second, "time for everything; what is not known by then is said to be unknown")
	fs.BoolVar(&f.json, "json", false, "print one JSON object")
}

func newDoctorCommand() *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor [flags]",
		Short: "Can this machine scan: resolver, DNSSEC, port 25 out, IPv6, reverse DNS, limits, clock",
		Long: `Find out whether this machine can scan, and if not, what to do. It asks the
resolvers, meets a mail server of each of a few operators (greeting, EHLO,
STARTTLS, QUIT) and fetches their policies, by the same way as a scan, and looks
at the limits of the machine. One line says what was seen; below it, unless it is
in order, what to do. Nobody is contacted more than once at an address.

What is checked:

` + checkTable() + `
With --json: one object with state (the worst), failures, warnings, unknown (their
counts), examined_at, seconds, and findings, a list of check, about (a resolver, an
address, IPv4 or IPv6, a folder; empty for the machine), state, seen, do. A check
may stand there once for each resolver, address or family, and what cannot be asked of a
resolver that says nothing is left out.

States: ok; warning, a scan works and is worse for it; failure, a scan would fail
or say what is not true; unknown, could not be told. Exit code 4: a failure.`,
		Example: `  scan doctor --contact mailto:me@example.org
  scan doctor --resolver 127.0.0.1:53 --ehlo-name scanner.example.org --out /srv/scans --names 10000000
  scan doctor --json --target mx.example.net --target [2001:db8::25]:25`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd, &f) },
	}
	f.register(cmd)
	return cmd
}

// checkTable is all checks with their questions, as lines of help.
func checkTable() string {
	var b strings.Builder
	for _, d := range doctor.Checks() {
		fmt.Fprintf(&b, "  %-14s  %s\n", d.Check, d.Question)
	}
	return b.String()
}

func runDoctor(cmd *cobra.Command, f *doctorFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	servers, noResolver := f.servers()
	if e := new(exitError); errors.As(noResolver, &e) && e.code == exitUsage {
		return noResolver // that the system has none is one of the things that doctor finds
	}
	e, err := f.equipmentWith(servers, newLogger(cmd.ErrOrStderr(), "text"))
	if err != nil {
		return err
	}
	v4, v6 := sourceAddresses()
	v := vantage{v4: v4, v6: v6, noResolver: noResolver, machine: doctor.ReadMachine(f.out)}
	result, err := f.examine(cmd.Context(), e, v)
	if err != nil {
		return err
	}
	if f.json {
		err = showDoctorJSON(cmd.OutOrStdout(), result)
	} else {
		err = showDoctorText(cmd.OutOrStdout(), colours(cmd.OutOrStdout()), result)
	}
	if err != nil {
		return failf("%v", err)
	}
	if result.Failures > 0 {
		return &exitError{code: exitFound}
	}
	return nil
}

// validate checks the flags that need nothing but themselves. A contact may be
// missing: that is one of the things that doctor finds.
func (f *doctorFlags) validate() error {
	if err := f.validateGiven(); err != nil {
		return err
	}
	for flag, n := range map[string]int{"--in-flight": f.inFlight, "--names": f.names} {
		if n < 1 {
			return usagef("%s %d: want 1 or more", flag, n)
		}
	}
	if f.timeout <= 0 {
		return usagef("--timeout %s: want more than 0, such as 20s", f.timeout)
	}
	if len(f.domains) == 0 {
		return usagef("--domain: want a name, such as example.com")
	}
	for _, names := range []struct {
		flag string
		all  []string
	}{{"--domain", f.domains}, {"--dnssec-bogus", f.bogus}} {
		for i, given := range names.all {
			name, err := inputs.Normalize(given)
			if err != nil {
				return usagef("%s %q: %v", names.flag, given, err)
			}
			names.all[i] = name
		}
	}
	// The one name of which the rules of names to scan are not asked: a top-level domain will do.
	if f.signed = strings.ToLower(strings.TrimSuffix(f.signed, ".")); f.signed == "" || !visible(f.signed) {
		return usagef("--dnssec-signed %q: want a name that is signed, such as com", f.signed)
	}
	return nil
}

// parseTargets reads --target.
func (f *doctorFlags) parseTargets() ([]doctor.Target, error) {
	var all []doctor.Target
	for _, given := range f.targets {
		t, err := doctor.ParseTarget(given, f.smtpPort)
		if err == nil && t.Host != "" {
			t.Host, err = inputs.Normalize(t.Host)
		}
		if err != nil {
			return nil, usagef("--target %q: want a host or an address, with a port or without, such as mx.example.com, 192.0.2.1:25 or [2001:db8::1]:25", given)
		}
		all = append(all, t)
	}
	return all, nil
}

// parseSources reads --source-address.
func (f *doctorFlags) parseSources() ([]netip.Addr, error) {
	var all []netip.Addr
	for _, given := range f.sources {
		a, err := netip.ParseAddr(strings.Trim(given, "[]"))
		if err != nil || a.Zone() != "" {
			return nil, usagef("--source-address %q: want an address, such as 192.0.2.1", given)
		}
		all = append(all, a.Unmap())
	}
	return all, nil
}

// doctorResult is what `scan doctor --json` prints.
type doctorResult struct {
	State      doctor.State     `json:"state"` // the worst of all
	Failures   int              `json:"failures"`
	Warnings   int              `json:"warnings"`
	Unknown    int              `json:"unknown"`
	ExaminedAt time.Time        `json:"examined_at"`
	Seconds    float64          `json:"seconds"`
	Findings   []doctor.Finding `json:"findings"`
}

// examine makes all checks within the time that was given.
func (f *doctorFlags) examine(ctx context.Context, e equipment, v vantage) (doctorResult, error) {
	cfg, closeAll, err := f.config(e, v)
	if err != nil {
		return doctorResult{}, err
	}
	defer closeAll()
	began := time.Now()
	within, stop := context.WithTimeout(ctx, f.timeout)
	defer stop()
	findings := doctor.Examine(within, cfg)
	if ctx.Err() != nil {
		return doctorResult{}, &exitError{code: exitPartial, err: errors.New("stopped before everything was examined")}
	}
	r := doctorResult{ExaminedAt: began.UTC().Truncate(time.Second), Seconds: time.Since(began).Round(time.Millisecond).Seconds(), Findings: findings}
	r.count()
	return r, nil
}

func (r *doctorResult) count() {
	counts := map[doctor.State]int{}
	for _, f := range r.Findings {
		counts[f.State]++
	}
	r.Failures, r.Warnings, r.Unknown = counts[doctor.StateFailure], counts[doctor.StateWarning], counts[doctor.StateUnknown]
	byGravity := []doctor.State{doctor.StateFailure, doctor.StateUnknown, doctor.StateWarning, doctor.StateOK}
	r.State = byGravity[slices.IndexFunc(byGravity, func(s doctor.State) bool { return counts[s] > 0 })]
}
