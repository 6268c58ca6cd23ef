package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"stscan/inputs"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// labFlags say which world is meant; all lab commands have them.
type labFlags struct {
	preset string
	seed   uint64
}

func (f *labFlags) register(cmd *cobra.Command) {
	presets := strings.Join(lab.Presets(), ", ")
	cmd.Flags().StringVar(&f.preset, "preset", lab.Presets()[0], "mixture of deployments: "+presets)
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, "which world: every seed gives each name another deployment")
}

// labReady is the line that says where the test internet is.
type labReady struct {
	Resolver  string `json:"resolver"`
	HTTPSPort uint16 `json:"https_port"`
	SMTPPort  uint16 `json:"smtp_port"`
	Roots     string `json:"roots"` // path of a PEM file, removed at the end
	Preset    string `json:"preset"`
	Seed      uint64 `json:"seed"`
}

// labTruth is one line of truth.
type labTruth struct {
	Domain   string            `json:"domain"`
	Status   taxonomy.Status   `json:"status"`
	Delivery taxonomy.Delivery `json:"delivery"`
	Codes    []taxonomy.Code   `json:"codes"`
	Adopts   []lab.Adoption    `json:"adopts"`
}

func newLabCommand() *cobra.Command {
	var f labFlags
	var latency time.Duration
	var loss float64
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Serve the built-in test internet on loopback, for other tools",
		Long: `Serve the built-in test internet on loopback, until interrupted.

Every name of every list has a deployment in it, drawn by a hash of the name:
the same preset and seed give the same world everywhere. When it is ready, one
JSON line says where: resolver, https_port, smtp_port, roots, preset, seed.

Presets: demo shows every deployment, a few of each; imc25 is a published
population; hostile does what it can to harm a scan. In onepercent 99 names of
100 signal nothing and publish no TXT records at all, in onepercent-txt they
publish SPF, DMARC and the like as often as real ones do; the others are the
deployments of demo.

The resolver validates: a quarter of the zones are signed, and MX hosts at which
nothing is at fault publish TLSA records, some of which match nothing. In both
presets of one percent nothing is signed, and there is no TLSA.`,
		Example: `  scan lab --preset demo --latency 20ms --loss 0.01
  scan lab truth names.txt`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg := lab.Config{Preset: f.preset, Seed: f.seed, Latency: latency, Loss: loss}
			return serveLab(cmd.Context(), cfg, cmd.OutOrStdout())
		},
	}
	f.register(cmd)
	cmd.Flags().DurationVar(&latency, "latency", 0, "round trip time of every exchange")
	cmd.Flags().Float64Var(&loss, "loss", 0, "share of DNS questions over UDP that are lost, 0 to 1")
	cmd.AddCommand(newLabTruthCommand(), newLabNamesCommand())
	return cmd
}

// serveLab serves a world until ctx is done.
func serveLab(ctx context.Context, cfg lab.Config, stdout io.Writer) error {
	world, err := lab.ListenLoopback(ctx, cfg)
	if err != nil {
		return labError(err)
	}
	defer world.Close()
	dir, err := os.MkdirTemp("", "scan-lab-")
	if err != nil {
		return &exitError{code: exitFailure, err: err}
	}
	defer os.RemoveAll(dir)
	roots := filepath.Join(dir, "roots.pem")
	if err := os.WriteFile(roots, world.RootsPEM(), 0o644); err != nil {
		return &exitError{code: exitFailure, err: err}
	}
	ready := labReady{
		Resolver: world.Resolver().String(), HTTPSPort: world.HTTPSPort(), SMTPPort: world.SMTPPort(),
		Roots: roots, Preset: cfg.Preset, Seed: cfg.Seed,
	}
	if err := json.NewEncoder(stdout).Encode(ready); err != nil {
		return &exitError{code: exitFailure, err: err}
	}
	<-ctx.Done()
	return nil
}

// labError tells a wrong word on the command line from a fault of the machine.
func labError(err error) error {
	if errors.Is(err, lab.ErrConfig) || errors.Is(err, lab.ErrPreset) {
		return &exitError{code: exitUsage, err: err}
	}
	return &exitError{code: exitFailure, err: err}
}

func newLabTruthCommand() *cobra.Command {
	var f labFlags
	var ruleset string
	cmd := &cobra.Command{
		Use:   "truth LIST",
		Short: "Print what a scan of a list has to find in the test internet",
		Long: `Print the expected result of each name of a list, after a second pass, as JSON
lines: domain, status, delivery, codes, and of the sibling standards adopts. The
order is that of the list, "-" is standard input. Lines that hold no name are
left out.`,
		Example: `  scan lab truth --preset demo names.txt
  scan lab truth --ruleset deployed names.txt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkRuleset(ruleset); err != nil {
				return err
			}
			return printTruth(cmd.Context(), f, ruleset, args[0], cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
	f.register(cmd)
	registerRuleset(cmd, &ruleset)
	return cmd
}

func printTruth(ctx context.Context, f labFlags, ruleset, list string, stdin io.Reader, stdout io.Writer) error {
	world, err := lab.New(lab.Config{Preset: f.preset, Seed: f.seed})
	if err != nil {
		return labError(err)
	}
	defer world.Close()
	out := bufio.NewWriter(stdout)
	enc := json.NewEncoder(out)
	_, err = inputs.ReadList(ctx, inputs.ParseList(list), stdin, func(e inputs.Entry) error {
		if e.Domain == "" {
			return nil
		}
		t := world.TruthUnder(ruleset, e.Domain)
		codes := t.Codes
		if codes == nil {
			codes = []taxonomy.Code{}
		}
		return enc.Encode(labTruth{e.Domain, t.Status, t.Delivery, codes, world.Adopts(e.Domain, organizationalAbove(e.Domain))})
	})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return &exitError{code: exitFailure, err: err}
	}
	return nil
}

// organizationalAbove is the organizational domain above a name, "" where it is
// one itself, or a public suffix.
func organizationalAbove(domain string) string {
	if _, above := inputs.Registrable(domain); above != domain {
		return above
	}
	return ""
}

func newLabNamesCommand() *cobra.Command {
	var f labFlags
	var scale int
	cmd := &cobra.Command{
		Use:   "names",
		Short: "Print a list made for the test internet",
		Long: `Print made-up names among which each deployment of the preset occurs exactly as
often as its count in the preset, divided by --scale, says. Preset imc25 is the
86,791,845 domains of a published study; its lists round running sums, so that
every part is to scale and all parts add up (docs/IMC25-POPULATION.md).`,
		Example: `  scan lab names --preset demo --scale 10 > names.txt
  scan lab names --preset imc25 --scale 1000 > names.txt`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if scale < 1 {
				return &exitError{code: exitUsage, err: fmt.Errorf("--scale %d: a positive number is wanted", scale)}
			}
			out := bufio.NewWriter(cmd.OutOrStdout())
			err := lab.Names(f.preset, f.seed, scale, func(name string) error {
				_, err := fmt.Fprintln(out, name)
				return err
			})
			if err != nil {
				return labError(err)
			}
			if err := out.Flush(); err != nil {
				return &exitError{code: exitFailure, err: err}
			}
			return nil
		},
	}
	f.register(cmd)
	cmd.Flags().IntVar(&scale, "scale", 1, "divide the counts of the preset by this")
	return cmd
}
