package main

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"stscan/analysis/research/duck"
)

// Formats of an answer.
const (
	formatTable   = "table"
	formatCSV     = "csv"
	formatJSON    = "json"
	formatParquet = "parquet"
	formatTeX     = "tex" // of metrics
)

// queryFlags are the flags of query.
type queryFlags struct {
	open           duck.Options
	format, output string
	explainColumns bool
}

func newQueryCommand() *cobra.Command {
	var f queryFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "query SNAPSHOT... SQL",
		Short: "Ask snapshots a question in SQL",
		Long: `Run one SQL statement of DuckDB over one or several snapshots, and print the
answer. It reads only: nothing is written but the answer, and no other file and
no server is opened.

Tables: domains, mx and certs (the evidence; a session or certificate stands
once), verdicts (ruleset rfc, or --ruleset) and verdicts_deployed (where scan
classify wrote it), names (one row a name, with the populations of the report as
true or false), findings and mx_hosts (one row a finding or MX host of a name),
snapshots (one row a manifest). With several snapshots every table has the rows
of all; column snapshot tells them apart, and series is another name of verdicts.

@FILE reads the SQL from a file, - from standard input.`,
		Example: `  scan query data/snapshot=2026-11-22 "select status, count(*) as names from verdicts group by all order by names desc"
  scan query --format parquet -o broken.parquet data/snapshot=2026-11-22 @broken.sql
  scan query --explain-columns data/snapshot=2026-11-22`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if asJSON {
				f.format = formatJSON
			}
			return runQuery(cmd, args, f)
		},
	}
	registerOpen(cmd, &f.open)
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", formatTable, "table, csv, json (one array, a row a line) or parquet")
	flags.StringVarP(&f.output, "output", "o", "", "file to write the answer to (default: standard output)")
	flags.BoolVar(&f.explainColumns, "explain-columns", false, "print the columns of the answer, or without SQL of all tables, and what they mean")
	flags.BoolVar(&asJSON, "json", false, "the same as --format json")
	return cmd
}

// registerOpen adds the flags that say how snapshots are opened.
func registerOpen(cmd *cobra.Command, o *duck.Options) {
	registerRuleset(cmd, &o.Ruleset)
	cmd.Flags().BoolVar(&o.Partial, "partial", false, "take snapshots that are not complete, too")
	cmd.Flags().StringVar(&o.Memory, "memory", "1GiB", "memory for DuckDB before it spills to the temporary folder")
	cmd.Flags().IntVar(&o.Threads, "threads", 0, "threads of DuckDB (default: one a CPU)")
}

func runQuery(cmd *cobra.Command, args []string, f queryFlags) error {
	if err := checkRuleset(f.open.Ruleset); err != nil {
		return err
	}
	if formats := []string{formatTable, formatCSV, formatJSON, formatParquet}; !slices.Contains(formats, f.format) {
		return usagef("--format %q: want one of %s", f.format, strings.Join(formats, ", "))
	}
	dirs, sql, err := splitQuery(args, f.explainColumns, cmd.InOrStdin())
	if err != nil {
		return err
	}
	if f.format == formatParquet && f.output == "" && isTerminal(cmd.OutOrStdout()) {
		return usagef("Parquet is not for a terminal: give -o FILE")
	}
	if err := checkOutput(f.output, dirs); err != nil {
		return err
	}
	f.open.Together = true
	db, err := duck.Open(cmd.Context(), dirs, f.open)
	if err != nil {
		return duckError(err)
	}
	err = answer(cmd, db, sql, f)
	return errors.Join(err, db.Close())
}

func answer(cmd *cobra.Command, db *duck.DB, sql string, f queryFlags) error {
	if f.explainColumns {
		return explainColumns(cmd.Context(), db, sql, cmd.OutOrStdout())
	}
	return writeTo(f.output, cmd.OutOrStdout(), func(w io.Writer) error {
		if f.format == formatParquet {
			return queryParquet(cmd.Context(), db, sql, w)
		}
		rows, err := db.Query(cmd.Context(), sql)
		if err != nil {
			return duckError(err)
		}
		err = writeRows(w, f.format, rows)
		return errors.Join(err, rows.Close())
	})
}

func queryParquet(ctx context.Context, db *duck.DB, sql string, w io.Writer) error {
	name, err := db.Parquet(ctx, sql)
	if err != nil {
		return duckError(err)
	}
	file, err := os.Open(name)
	if err != nil {
		return failf("%v", err)
	}
	defer file.Close()
	if _, err := io.Copy(w, file); err != nil {
		return failf("%w", err)
	}
	return nil
}

// duckError tells what the user can mend from a failure of ours.
func duckError(err error) error {
	var input *duck.InputError
	if errors.As(err, &input) || errors.Is(err, duck.ErrNoDuckDB) {
		return usagef("%v", err)
	}
	return failf("%w", err)
}

// splitQuery tells the snapshots from the SQL behind them.
func splitQuery(args []string, sqlOptional bool, stdin io.Reader) (dirs []string, sql string, err error) {
	const want = "want snapshot folders, then one SQL statement"
	if len(args) == 0 {
		return nil, "", usagef("query: %s", want)
	}
	dirs, last := args[:len(args)-1], args[len(args)-1]
	info, statErr := os.Stat(last)
	switch {
	case statErr == nil && info.IsDir() && sqlOptional:
		return args, "", nil
	case statErr == nil && info.IsDir():
		return nil, "", usagef("query: %s: the last argument is a folder, %s", want, last)
	case statErr == nil:
		return nil, "", usagef("query: %s is a file: @%s reads the SQL from it", last, last)
	case len(dirs) == 0 && strings.ContainsRune(last, os.PathSeparator) && !strings.ContainsAny(last, " \n"):
		return nil, "", usagef("query: %s: there is no such snapshot, and no SQL follows", last)
	case len(dirs) == 0:
		return nil, "", usagef("query: %s: no snapshot stands before the SQL", want)
	}
	for _, dir := range dirs {
		if _, err := os.Stat(dir); err != nil && strings.ContainsAny(dir, " \n(*") {
			return nil, "", usagef("query: %s, in one argument: %q is no folder", want, dir)
		}
	}
	sql, err = readSQL(last, stdin)
	return dirs, sql, err
}

// readSQL is the statement itself, or what @FILE or - hold.
func readSQL(arg string, stdin io.Reader) (string, error) {
	var text []byte
	var err error
	name, isFile := strings.CutPrefix(arg, "@")
	switch {
	case isFile:
		text, err = os.ReadFile(name)
	case arg == "-":
		text, err = io.ReadAll(stdin)
	default:
		return arg, nil
	}
	if err != nil {
		return "", usagef("query: the SQL could not be read: %v", err)
	}
	return string(text), nil
}
