package main

import (
	"bufio"
	"io"

	"github.com/spf13/cobra"

	"stscan/analysis"
	"stscan/internal/observe"
	"stscan/sinks"
)

// dictionary is the data dictionary: what a snapshot holds.
type dictionary struct {
	SchemaVersion int             `json:"schema_version"`
	Tables        []sinks.Table   `json:"tables"`
	Files         []sinks.File    `json:"files"`
	Values        []vocabulary    `json:"values"`
	Checks        []dictionaryFor `json:"checks"`
}

// dictionaryFor describes one check of table verdicts' column adopts.
type dictionaryFor struct {
	Check   string   `json:"check"`
	Cite    string   `json:"cite"`
	Doc     string   `json:"doc"`
	Details []string `json:"details"`
}

func newDictionary() dictionary {
	d := dictionary{SchemaVersion: sinks.SchemaVersion, Tables: sinks.Schema(), Files: sinks.Files(), Values: vocabularies()}
	for _, c := range analysis.Checks() {
		d.Checks = append(d.Checks, dictionaryFor{c.Name, c.Cite, c.Doc, c.Details})
	}
	return d
}

func newSchemaCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the data dictionary: every table, column and file of a snapshot",
		Long: `Print the data dictionary as Markdown (docs/SCHEMA.md) or JSON. Its subcommand
findings prints what every status, delivery and code means (docs/FINDINGS.md),
metrics those that a running scan serves (docs/METRICS-ENDPOINT.md), report those
that scan report computes (docs/METRICS.md).`,
		Example: "  scan schema --json\n  scan schema findings",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return printEither(cmd.OutOrStdout(), asJSON, newDictionary(), writeDictionary)
		},
	}
	findings := &cobra.Command{
		Use:   "findings",
		Short: "Print what every status, delivery and finding code means",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return printEither(cmd.OutOrStdout(), asJSON, newFindingsGuide(), writeFindingsGuide)
		},
	}
	cmd.PersistentFlags().BoolVar(&asJSON, "json", false, "print JSON instead of Markdown")
	metrics := &cobra.Command{
		Use:   "metrics",
		Short: "Print what every metric of scan run --metrics-addr means",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return printEither(cmd.OutOrStdout(), asJSON, observe.Metrics(), writeMetrics)
		},
	}
	report := &cobra.Command{
		Use:   "report",
		Short: "Print what every metric of scan report counts, and of whom",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			guide, err := newReportGuide()
			if err != nil {
				return err
			}
			return printEither(cmd.OutOrStdout(), asJSON, guide, writeReportGuide)
		},
	}
	cmd.AddCommand(findings, metrics, report)
	return cmd
}

// printEither prints v as JSON, or as the Markdown that markdown makes of it.
func printEither[T any](w io.Writer, asJSON bool, v T, markdown func(io.Writer, T)) error {
	if asJSON {
		return writeJSON(w, v)
	}
	buffered := bufio.NewWriter(w)
	markdown(buffered, v)
	if err := buffered.Flush(); err != nil {
		return failf("%v", err)
	}
	return nil
}
