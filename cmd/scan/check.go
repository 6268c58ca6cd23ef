package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"stscan/analysis"
	"stscan/inputs"
	"stscan/internal/taxonomy"
	"stscan/pipeline/admission"
)

func newCheckCommand() *cobra.Command {
	var f networkFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [flags] DOMAIN...",
		Short: "Look at domains for a person: what was seen, what it means, what to change",
		Long: `Look at each domain as a run does: its record, policy host, policy and mail
servers. Print what was seen at each step, every finding with its citation, what
a sender would do, what it would report (RFC 8460), and the exact record and
policy to publish.

What may pass is asked a second time at once; a run waits longer, and a server
that is slow for a while may be judged milder by it. Colours are used on a
terminal, unless NO_COLOR is set. Exit code 4: a finding of class error.`,
		Example: `  scan check --contact mailto:me@example.org example.com
  scan check --contact mailto:me@example.org --json example.com example.net`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("check: no domain; name one, such as example.com")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runCheck(cmd, &f, args, asJSON) },
	}
	cmd.Flags().SortFlags = false
	f.register(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a domain")
	return cmd
}

func runCheck(cmd *cobra.Command, f *networkFlags, args []string, asJSON bool) error {
	domains, err := domainsOf(args)
	if err != nil {
		return err
	}
	if err := f.validate(); err != nil {
		return err
	}
	log := newLogger(cmd.ErrOrStderr(), "text")
	e, err := f.equipment(log)
	if err != nil {
		return err
	}
	e.conduct.limits = admission.DefaultLimits()
	if e.network.servers, err = answering(cmd.Context(), e.network.servers, e.network.dialDNS, log); err != nil {
		return err
	}
	show := showText(cmd.OutOrStdout(), colours(cmd.OutOrStdout()))
	if asJSON {
		show = showJSON(cmd.OutOrStdout())
	}
	return checkDomains(cmd.Context(), e, domains, show, cmd.ErrOrStderr())
}

// domainsOf normalises the names, each once.
func domainsOf(args []string) ([]string, error) {
	var domains []string
	for _, arg := range args {
		d, err := inputs.Normalize(arg)
		if err != nil {
			return nil, usagef("check %q: %v", arg, err)
		}
		if !slices.Contains(domains, d) {
			domains = append(domains, d)
		}
	}
	return domains, nil
}

// checkDomains looks at one domain after the other and shows each when it is
// done. An error of class error is told by the exit code.
func checkDomains(ctx context.Context, e equipment, domains []string, show func(checked) error, stderr io.Writer) error {
	c, err := newChecker(e)
	if err != nil {
		return failf("%v", err)
	}
	defer c.close()
	stop := c.waits.watch(stderr)
	defer stop()
	found := false
	for i, domain := range domains {
		r, err := c.check(ctx, domain)
		if err != nil {
			return &exitError{code: exitPartial, err: fmt.Errorf("stopped after %d of %d domains", i, len(domains))}
		}
		if err := show(r); err != nil {
			return failf("%v", err)
		}
		found = found || slices.ContainsFunc(r.verdict.Findings, func(f analysis.Finding) bool { return f.Class == taxonomy.ClassError })
	}
	if found {
		return &exitError{code: exitFound}
	}
	return nil
}
