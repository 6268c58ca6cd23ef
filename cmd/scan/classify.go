package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/spf13/cobra"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/sinks"
)

func newClassifyCommand() *cobra.Command {
	var ruleset, roots, intermediates string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "classify SNAPSHOT",
		Short: "Derive the verdicts of a snapshot again from its evidence, without network",
		Long: `Read the evidence of a snapshot and write verdicts/ruleset=R again. Every
certificate is judged at the time it was seen, so the same rules give the same
rows, however old the snapshot. Roots other than the embedded ones must be given
again.

There are two rulesets over the same evidence, each with a table of its own:

  rfc       the text of RFC 8461, a SHOULD taken as a MUST; what run writes
  deployed  the same, but for the points that widely deployed senders let pass

Where one makes a finding and the other does not, the finding is marked
contested. docs/RULESETS.md names the points and the senders.`,
		Example: "  scan classify data/snapshot=2026-11-22\n  scan classify --ruleset deployed data/snapshot=2026-11-22",
		Args:    oneSnapshot,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkRuleset(ruleset); err != nil {
				return err
			}
			rules, err := loadRules(ruleset, roots, intermediates)
			if err != nil {
				return err
			}
			if err := rootsOfSnapshot(args[0], rules); err != nil {
				return err
			}
			names, err := sinks.Reclassify(cmd.Context(), args[0], optionsFor(rules), func(c evidence.Case) analysis.Verdict {
				return analysis.Classify(c, rules)
			})
			if err != nil {
				return failf("%s: %v", args[0], err)
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), map[string]any{"snapshot": args[0], "ruleset": rules.Ruleset, "rules_version": rules.Version, "names": names})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s names judged by ruleset %s, version %s\n", thousands(names), rules.Ruleset, rules.Version)
			return nil
		},
	}
	registerRuleset(cmd, &ruleset)
	cmd.Flags().StringVar(&roots, "roots", "", "PEM file of trusted roots (default: the embedded Mozilla roots)")
	cmd.Flags().StringVar(&intermediates, "intermediates", "", "PEM file of intermediates, as for run")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return cmd
}

func registerRuleset(cmd *cobra.Command, ruleset *string) {
	cmd.Flags().StringVar(ruleset, "ruleset", analysis.RulesetRFC, "rules to judge by: "+analysis.RulesetRFC+" or "+analysis.RulesetDeployed)
}

func checkRuleset(ruleset string) error {
	if ruleset != analysis.RulesetRFC && ruleset != analysis.RulesetDeployed {
		return usagef("--ruleset %q: want %s or %s", ruleset, analysis.RulesetRFC, analysis.RulesetDeployed)
	}
	return nil
}

// rootsOfSnapshot warns off a mistake that would make every certificate of a
// test untrusted: judging by other roots than the scan did is a choice, but a
// scan with --roots wants them again.
func rootsOfSnapshot(dir string, rules *analysis.Rules) error {
	m, err := sinks.ReadManifest(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return usagef("%s is no snapshot: it has no manifest.json", dir)
	}
	if err != nil {
		return failf("%v", err)
	}
	if own := rules.Roots(); m.Roots.Name == "file" && own.Name != "file" {
		return usagef("%s was scanned with --roots (SHA-256 %.16s…); give the same file, or another on purpose", dir, m.Roots.SHA256)
	}
	return nil
}

func optionsFor(rules *analysis.Rules) sinks.Options {
	v, _ := version()
	return sinks.Options{
		Tool: "stscan " + v, Ruleset: rules.Ruleset, RulesVersion: rules.Version,
		Rules: map[string]string{
			"roots_sha256": rules.Roots().SHA256, "intermediates_sha256": rules.Intermediates().SHA256,
			"operators_version": rules.OperatorsVersion(),
		},
	}
}

func oneSnapshot(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("%s: want one snapshot folder, such as data/snapshot=2026-11-22", cmd.Name())
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
