package main

import (
	_ "embed"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stscan/analysis"
	"stscan/inputs"
	"stscan/internal/lab"
	"stscan/pipeline"
	"stscan/pipeline/admission"
	"stscan/pipeline/controls"
	"stscan/sinks"
)

// demoNames are 10,000 real host names out of the Chrome UX Report's list of
// popular origins. Nothing is asked of them: the test internet answers.
//
//go:embed demo-names.txt
var demoNames string

// What the demo does differently from a run: everybody it meets is the test
// internet in this process, so nobody has to be spared.
const (
	demoPreset   = "demo"
	demoSeed     = 1
	demoInFlight = 2000
	// demoDNSTimeout is short: in memory an answer that is not there at once
	// never comes.
	demoDNSTimeout = time.Second
)

func newDemoCommand() *cobra.Command {
	var out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Scan 10,000 names against the built-in test internet; no network, no arguments",
		Long: `Scan a list of 10,000 real names against a test internet in memory, in which
every name has a deployment whose truth is known: live progress, a summary, a
snapshot of Parquet files, a comparison of every verdict with the truth, and the
report of the snapshot as a page to open.`,
		Example: "  scan demo\n  scan demo --out /tmp/demo",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd, out, asJSON)
		},
	}
	cmd.Flags().StringVar(&out, "out", "./data", "folder in which the snapshot is written")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the summary as JSON")
	return cmd
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, but got %q", cmd.Name(), args)
	}
	return nil
}

func runDemo(cmd *cobra.Command, out string, asJSON bool) error {
	world, err := lab.New(lab.Config{Preset: demoPreset, Seed: demoSeed})
	if err != nil {
		return failf("%v", err)
	}
	defer world.Close()
	j, err := memoryJob(world, out, strings.NewReader(demoNames))
	if err != nil {
		return err
	}
	j.network.dnsTimeout = demoDNSTimeout
	j.progress, j.stderr = progressAuto, onScreen(cmd.ErrOrStderr(), progressAuto)
	j.log = newLogger(j.stderr, "text")
	if j.named, err = freeName(out, demoPreset); err != nil {
		return err
	}
	result, err := j.run(cmd.Context())
	if err != nil {
		return err
	}
	wrong, err := compareWithTruth(world, result.Snapshot)
	if err != nil {
		return failf("%v", err)
	}
	if err := showSummary(cmd, result, asJSON); err != nil {
		return err
	}
	if !asJSON {
		w := cmd.OutOrStdout()
		fmt.Fprintf(w, "truth    %s of %s verdicts equal what is true in the test internet\n", thousands(result.Rows-len(wrong)), thousands(result.Rows))
	}
	if len(wrong) > 0 {
		return failf("%d verdicts differ from the truth, the first: %s", len(wrong), wrong[0])
	}
	said := cmd.OutOrStdout()
	if asJSON {
		said = cmd.ErrOrStderr() // standard output is one JSON value
	}
	return demoReport(cmd.Context(), said, world, result.Snapshot)
}

// memoryJob is a job against a test internet in memory.
func memoryJob(world *lab.World, out string, names io.Reader) (*job, error) {
	rules, err := analysis.NewRules(analysis.RulesConfig{Roots: world.RootsPEM()})
	if err != nil {
		return nil, failf("%v", err)
	}
	j := &job{
		out: out, lists: []inputs.List{{Name: "crux-10k", Path: "-"}}, stdin: names,
		unit: inputs.UnitName, seed: 1, probeMX: pipeline.Signalled, fetchPolicy: pipeline.Signalled, checks: analysis.Checks(),
		inFlight: demoInFlight, grace: pipeline.DefaultGrace, rules: rules,
		watched: watched{mode: controlsAuto, pauseLimit: controls.DefaultPauseLimit},
		network: worldNetwork(world),
		conduct: conduct{contact: "mailto:demo@example.org", ehloName: "scanner.example.org", limits: admission.NoLimits()},
	}
	j.settings = map[string]string{"preset": demoPreset, "roots": rules.Roots().SHA256}
	return j, nil
}

// worldNetwork is the network of a test internet in memory.
func worldNetwork(world *lab.World) network {
	return network{
		servers: []netip.AddrPort{world.Resolver()}, dialDNS: world.Dial, dial: world.Dial, ipv6: true,
		httpsPort: world.HTTPSPort(), smtpPort: world.SMTPPort(),
	}
}

// freeName is the first of demo, demo-2, … that no snapshot below out has.
func freeName(out, base string) (string, error) {
	for n := 1; ; n++ {
		name := base
		if n > 1 {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		_, err := os.Stat(sinks.Dir(out, name))
		if os.IsNotExist(err) {
			return name, nil
		}
		if err != nil {
			return "", failf("%v", err)
		}
	}
}
