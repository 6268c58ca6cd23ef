package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stscan/analysis"
	"stscan/inputs"
	"stscan/sinks"
)

func newRunCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [flags] LIST...",
		Short: "Scan lists of domains and write one snapshot; the same command again resumes",
		Long: `Read lists of domains, observe each name's MTA-STS record, policy and mail
servers, and write evidence and verdicts below --out, as Parquet or JSON lines.

A LIST is a file of plain names or of rank,domain lines, plain or as .gz, .zst
or .zip; NAME=PATH names it, - is standard input. The same command again goes on
with an unfinished snapshot.

A flag that is not given is taken from the environment (--dns-rate from
STSCAN_DNS_RATE), else from the file of --config: TOML with the names of the flags
as keys, such as dns-rate = 200. Exit codes: 0 done; 1 a fault on our side; 2 bad
usage; 3 stopped before the end.`,
		Example: `  scan run --resolver 127.0.0.1:53 --contact mailto:me@example.org tranco.csv.zip
  zcat names.gz | scan run --contact https://example.org/scan --limit 1000 -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("run: no list; name a file of domains, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			from, err := applyConfig(cmd.Flags(), f.config)
			if err != nil {
				return err
			}
			j, err := f.job(cmd, args)
			if err != nil {
				return from.explain(err)
			}
			if f.dryRun {
				return showDryRun(cmd, j, f.json)
			}
			boundMemory(f.inFlight)
			result, err := j.run(cmd.Context())
			if err != nil {
				return err
			}
			return showSummary(cmd, result, f.json)
		},
	}
	f.register(cmd)
	return cmd
}

// showSummary prints the summary; a partial snapshot has its own exit code.
func showSummary(cmd *cobra.Command, s summary, asJSON bool) error {
	if asJSON {
		if err := writeJSON(cmd.OutOrStdout(), s); err != nil {
			return err
		}
	} else {
		s.print(cmd.OutOrStdout())
		fmt.Fprintf(cmd.OutOrStdout(), "snapshot %s\n", s.Snapshot)
	}
	if s.State != stateComplete {
		return &exitError{code: exitPartial, err: fmt.Errorf("stopped before the end; the same command again goes on from here")}
	}
	return nil
}

// job turns the flags into a job, or says which of them is wrong.
func (f *runFlags) job(cmd *cobra.Command, args []string) (*job, error) {
	if err := f.validate(); err != nil {
		return nil, err
	}
	checks, err := f.selectedChecks()
	if err != nil {
		return nil, err
	}
	chunkSize, err := f.chunkNames()
	if err != nil {
		return nil, err
	}
	retryAfter, second, err := f.retry()
	if err != nil {
		return nil, err
	}
	watched, err := f.watched()
	if err != nil {
		return nil, err
	}
	stderr := onScreen(cmd.ErrOrStderr(), f.progress)
	shard, err := inputs.ParseShard(f.shard)
	if err != nil {
		return nil, usagef("--shard %v", err)
	}
	metricsAt, err := f.metricsAddr()
	if err != nil {
		return nil, err
	}
	log := newLogger(stderr, f.logFormat)
	e, err := f.equipment(log)
	if err != nil {
		return nil, err
	}
	e.conduct.limits = f.limits
	e.conduct.limits.Explicit = explicitLimits(cmd)
	j := &job{
		out: f.out, named: f.snapshot, format: sinks.Format(f.format), stdin: cmd.InOrStdin(), stderr: stderr,
		log: log, progress: f.progress, metricsAt: metricsAt,
		unit: f.unit, limit: f.limit, seed: f.seed, shard: shard, chunkSize: chunkSize,
		probeMX: f.probeMX, fetchPolicy: f.fetchPolicy, checks: checks,
		inFlight: f.inFlight, retryAfter: retryAfter, noRetry: !second, grace: f.grace, watched: watched, rules: e.rules,
		network: e.network, conduct: e.conduct, sources: e.sources,
	}
	for _, arg := range args {
		l := inputs.ParseList(arg)
		l.Format = f.listFormat
		j.lists = append(j.lists, l)
	}
	j.settings = settingsOf(cmd, j)
	return j, nil
}

// loadRules reads the PEM bundles, if any, and makes the rules.
func loadRules(ruleset, rootsFile, intermediatesFile string) (*analysis.Rules, error) {
	cfg := analysis.RulesConfig{Ruleset: ruleset}
	for _, b := range []struct {
		flag, file string
		to         *[]byte
	}{{"--roots", rootsFile, &cfg.Roots}, {"--intermediates", intermediatesFile, &cfg.Intermediates}} {
		if b.file == "" {
			continue
		}
		pem, err := os.ReadFile(b.file)
		if err != nil {
			return nil, usagef("%s: %v", b.flag, err)
		}
		one := analysis.RulesConfig{Roots: pem} // each bundle by itself, so that an error names its flag
		if _, err := analysis.NewRules(one); err != nil {
			return nil, usagef("%s %s: %v; want a PEM file of certificates", b.flag, b.file, err)
		}
		*b.to = pem
	}
	rules, err := analysis.NewRules(cfg)
	if err != nil {
		return nil, failf("%v", err)
	}
	return rules, nil
}

func validAddresses(addrs ...netip.Addr) []string {
	var out []string
	for _, a := range addrs {
		if a.IsValid() {
			out = append(out, a.String())
		}
	}
	return out
}

// settingsOf is every setting by flag name, as in force.
func settingsOf(cmd *cobra.Command, j *job) map[string]string {
	s := map[string]string{}
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		switch flag.Name {
		case "help", "json", "out", "snapshot", "progress", "log-format", "metrics-addr", "config", "dry-run":
		default:
			s[flag.Name] = flag.Value.String()
		}
	})
	s["roots"] = j.rules.Roots().SHA256
	s["intermediates"] = j.rules.Intermediates().SHA256
	s["ehlo-name"] = j.conduct.ehloName
	s["checks"] = strings.Join(namesOf(j.checks), ",")
	s["resolver"] = joinAddrPorts(j.network.servers)
	s["limit"] = strconv.Itoa(j.limit)
	return s
}

func namesOf(checks []analysis.Check) []string {
	names := []string{}
	for _, c := range checks {
		names = append(names, c.Name)
	}
	return names
}

func joinAddrPorts(servers []netip.AddrPort) string {
	var out []string
	for _, s := range servers {
		out = append(out, s.String())
	}
	return strings.Join(out, ",")
}

// explicitLimits are the names of the budget flags that were given: only these
// apply to special-purpose addresses.
func explicitLimits(cmd *cobra.Command) map[string]bool {
	given := map[string]bool{}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if strings.HasSuffix(flag.Name, "-rate") || flag.Name == "per-host-concurrency" {
			given[flag.Name] = true
		}
	})
	return given
}
