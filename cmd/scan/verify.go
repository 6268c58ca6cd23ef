package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"stscan/internal/escape"
	"stscan/sinks"
)

func newVerifyCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify SNAPSHOT",
		Short: "Check that a snapshot is whole: counts, digests, references, checksums, one row a name",
		Long: `Check a snapshot against its own records, without network. Exit code 0: nothing
is wrong; 4: something is, and each problem is one line.`,
		Example: "  scan verify data/snapshot=2026-11-22",
		Args:    oneSnapshot,
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := sinks.Verify(args[0])
			if err != nil {
				return failf("%v", err)
			}
			w := cmd.OutOrStdout()
			if asJSON {
				if err := writeJSON(w, report); err != nil {
					return err
				}
			} else {
				for _, p := range report.Problems {
					fmt.Fprintln(w, escape.String(p))
				}
				fmt.Fprintf(w, "%s: %s, %s rows of %s names in %s chunks, %s problems\n", args[0], report.State,
					thousands(report.Rows), thousands(report.Names), thousands(report.Chunks), thousands(len(report.Problems)))
			}
			if len(report.Problems) > 0 {
				return &exitError{code: exitFound}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}
