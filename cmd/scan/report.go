package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stscan/analysis/research"
	"stscan/analysis/research/duck"
)

// reportFlags are the flags of report.
type reportFlags struct {
	open       duck.Options
	thresholds research.Thresholds
	around     bool   // tell what other thresholds would change
	overTime   bool   // metrics of one snapshot for each of several
	weights    string // file
	choice     metricChoice
	format     string
	folder     string // of the report as files; "" = print
	disclosure string // folder of the notices; "" = none
}

func newReportCommand() *cobra.Command {
	f := reportFlags{thresholds: research.DefaultThresholds()}
	var list, asJSON bool
	cmd := &cobra.Command{
		Use:   "report SNAPSHOT...",
		Short: "Compute the tables and figures of studies, and more, from snapshots",
		Long: `Compute metrics from one or several snapshots and print each as a table with its
chart: the counts beside the share, what could not be told, the thresholds in
force, and the SQL. A metric that the snapshots cannot give says what is missing.

With -o the report is a folder: report.html, one page that holds everything and
asks no network; figures/ as SVG and PDF at the width of a column; tables/ as CSV
and LaTeX; metrics.json. --disclosure writes one CSV file an operator, with the
names, the findings, the evidence and how to mend them.

Metrics are files of SQL with a header; --metrics-dir adds your own. With
several snapshots a metric is of the newest, unless it compares them, or with
--over-time of each, its charts as lines.`,
		Example: `  scan report -o report data/snapshot=2026-11-22
  scan report --list
  scan report --metric imc25_t1 data/snapshot=2026-11-22
  scan report --paper imc25 --format csv data/snapshot=2026-11-22`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if asJSON {
				f.format = formatJSON
			}
			metrics, err := f.choice.metrics()
			if err != nil {
				return err
			}
			if list {
				return listMetrics(cmd.OutOrStdout(), metrics, f.format)
			}
			return runReport(cmd, args, f, metrics)
		},
	}
	registerOpen(cmd, &f.open)
	registerThresholds(cmd.Flags(), &f.thresholds)
	flags := cmd.Flags()
	flags.StringArrayVar(&f.choice.ids, "metric", nil, "compute this metric; repeatable (default: all)")
	flags.StringVar(&f.choice.paper, "paper", "", "compute the metrics of this study in its order, what it printed beside ours: imc25, …")
	flags.StringVar(&f.choice.dir, "metrics-dir", "", "folder with more metrics, files *.sql")
	flags.StringVar(&f.weights, "weights", "", "CSV file of label,weight: how much an operator counts, such as its users")
	flags.BoolVar(&f.open.Sample, "sample", false, "the list is a sample: shares with their 95 % interval (Wilson)")
	flags.BoolVar(&f.around, "sensitivity", false, "compute each metric again with each of its thresholds at half and at twice its value, and tell what differs")
	flags.BoolVar(&f.overTime, "over-time", false, "with several snapshots, compute metrics for each of them in place of the newest")
	cmd.MarkFlagsMutuallyExclusive("sensitivity", "over-time")
	flags.StringVar(&f.format, "format", formatTable, "table, csv, json or tex (booktabs)")
	flags.StringVarP(&f.folder, "output", "o", "", "folder to write the report to; an earlier report there is replaced")
	flags.StringVar(&f.disclosure, "disclosure", "", "folder to write notices to, one CSV file an operator")
	flags.BoolVar(&list, "list", false, "list the metrics")
	flags.BoolVar(&asJSON, "json", false, "the same as --format json")
	return cmd
}

// registerThresholds adds the numbers in which studies differ.
func registerThresholds(flags *pflag.FlagSet, t *research.Thresholds) {
	flags.IntVar(&t.ThirdPartyMin, "third-party-min", t.ThirdPartyMin, "organisations that make an operator a third party")
	flags.IntVar(&t.SelfMax, "self-max", t.SelfMax, "organisations that a policy host may serve and count as one's own")
	flags.IntVar(&t.TypoMax, "typo-max", t.TypoMax, "edit distance up to which a mismatch is a typo")
	flags.IntVar(&t.Bin, "bin", t.Bin, "ranks in a bin")
	flags.IntVar(&t.Top, "top", t.Top, "rows of a table of the largest")
	flags.BoolVar(&t.StrictRFC, "strict-rfc", t.StrictRFC, "count valid records only as deployed")
}

func runReport(cmd *cobra.Command, args []string, f reportFlags, metrics []research.Metric) error {
	if len(args) == 0 {
		return usagef("report: want one snapshot folder or several, such as data/snapshot=2026-11-22")
	}
	if formats := []string{formatTable, formatCSV, formatJSON, formatTeX}; !slices.Contains(formats, f.format) {
		return usagef("--format %q: want one of %s", f.format, strings.Join(formats, ", "))
	}
	if err := errors.Join(checkRuleset(f.open.Ruleset), f.checkThresholds()); err != nil {
		return err
	}
	db, err := duck.Open(cmd.Context(), args, f.open)
	if err != nil {
		return duckError(err)
	}
	return errors.Join(f.give(cmd, db, metrics), db.Close())
}

// give computes the metrics and hands them out as the flags say.
func (f *reportFlags) give(cmd *cobra.Command, db *duck.DB, metrics []research.Metric) error {
	if f.disclosure != "" {
		if err := discloseTo(cmd, db, f.disclosure); err != nil || f.folder == "" && !f.choice.given() {
			return err
		}
	}
	results, err := f.results(cmd.Context(), db, metrics)
	if err != nil {
		return err
	}
	if f.folder != "" {
		return writeReport(cmd.Context(), cmd.OutOrStdout(), db, results, f.folder, f.open.Ruleset, f.choice.paper)
	}
	p := resultPrinter{snapshots: db.Snapshots(), ruleset: f.open.Ruleset, beside: f.choice.paper != ""}
	return writeTo("", cmd.OutOrStdout(), func(w io.Writer) error { return p.print(w, f.format, results) })
}

func (f *reportFlags) results(ctx context.Context, db *duck.DB, metrics []research.Metric) ([]research.Result, error) {
	if f.overTime && len(db.Snapshots()) > 1 {
		return f.resultsOverTime(ctx, db, metrics)
	}
	results, err := collectResults(ctx, db, metrics, f.thresholds)
	if err == nil && f.around {
		err = addSensitivity(ctx, db, results, f.thresholds)
	}
	return results, err
}

func (f *reportFlags) checkThresholds() error {
	if err := f.thresholds.Check(); err != nil {
		return usagef("--%v", err)
	}
	if f.weights == "" {
		return nil
	}
	var err error
	f.open.Weights, err = readWeights(f.weights)
	return err
}

// collectResults computes metrics, one after the other.
func collectResults(ctx context.Context, db *duck.DB, metrics []research.Metric, t research.Thresholds) ([]research.Result, error) {
	results := make([]research.Result, 0, len(metrics))
	for _, m := range metrics {
		r, err := db.Run(ctx, m, t)
		if err != nil {
			return nil, duckError(err)
		}
		results = append(results, r)
	}
	return results, nil
}

// addSensitivity notes what each result would be with other thresholds.
func addSensitivity(ctx context.Context, db *duck.DB, results []research.Result, t research.Thresholds) error {
	for i := range results {
		r := &results[i]
		if r.Missing != "" {
			continue
		}
		for _, name := range r.Metric.Parameters {
			for _, around := range t.Around(name) {
				other, err := db.Run(ctx, r.Metric, around)
				if err != nil {
					return duckError(err)
				}
				r.Notes = append(r.Notes, r.Sensitivity(name, other))
			}
		}
	}
	return nil
}
