package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"stscan/analysis/research"
	"stscan/analysis/research/duck"
	pages "stscan/analysis/research/page"
	"stscan/internal/taxonomy"
)

// codeExamples is how many findings the page shows of each code.
const codeExamples = 5

// writeReport writes the report as a folder, and says what is in it.
func writeReport(ctx context.Context, w io.Writer, db *duck.DB, results []research.Result, dir, ruleset, paper string) error {
	report, err := pageOf(ctx, db, ruleset, results, remarksOn(paper))
	if err != nil {
		return duckError(err)
	}
	if err := pages.Write(dir, report); errors.Is(err, pages.ErrNotOurs) {
		return usagef("%v", err)
	} else if err != nil {
		return failf("report: %v", err)
	}
	given := 0
	for _, r := range results {
		if r.Missing == "" {
			given++
		}
	}
	fmt.Fprintf(w, "report   %s: %d metrics, %d more need what these snapshots do not hold\n", filepath.Join(dir, "report.html"), given, len(results)-given)
	return nil
}

// remarksOn are what we noticed in the numbers of a paper.
func remarksOn(paper string) []pages.Remark {
	p, err := research.PaperOf(paper)
	if err != nil {
		return nil
	}
	return []pages.Remark{{Heading: "Where the numbers of the paper do not add up", Items: p.Notes}}
}

// discloseTo writes the notices, and says how many.
func discloseTo(cmd *cobra.Command, db *duck.DB, dir string) error {
	list, err := notices(cmd.Context(), db)
	if err != nil {
		return duckError(err)
	}
	files, err := pages.WriteDisclosure(dir, list)
	if errors.Is(err, pages.ErrNotOurs) {
		return usagef("--disclosure: %v", err)
	}
	if err != nil {
		return failf("--disclosure: %v", err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s findings in %d files, one an operator, in %s\n", thousands(len(list)), files, dir)
	return nil
}

// printTeX writes results as LaTeX tables.
func printTeX(w io.Writer, results []research.Result) error {
	for _, r := range results {
		if r.Missing != "" {
			fmt.Fprintf(w, "%% %s: %s\n", r.Metric.ID, whyMissing(r))
			continue
		}
		if _, err := w.Write(pages.LaTeX(r)); err != nil {
			return err
		}
	}
	return nil
}

// pageOf is the report over the snapshots that are open.
func pageOf(ctx context.Context, db *duck.DB, ruleset string, results []research.Result, remarks []pages.Remark) (pages.Report, error) {
	r := pages.Report{Title: "MTA-STS adoption", Ruleset: ruleset, Results: results, Remarks: remarks}
	for _, s := range db.Snapshots() {
		r.Snapshots = append(r.Snapshots, pageSnapshot(s))
	}
	var err error
	r.Codes, err = codeCounts(ctx, db)
	return r, err
}

func pageSnapshot(s duck.Snapshot) pages.Snapshot {
	m := s.Manifest
	out := pages.Snapshot{
		ID: s.ID, State: string(m.State), Tool: m.Tool.Version, Rules: m.RulesVersion, Names: int64(m.Names), Rows: int64(m.Counts.Rows),
		Started: m.StartedAt, Contact: m.Contact, Resolvers: m.Resolvers,
	}
	for _, in := range m.Inputs {
		out.Lists = append(out.Lists, in.Name)
	}
	if m.EndedAt != nil {
		out.Ended = *m.EndedAt
	}
	return out
}

// codeCounts is how many names have each code, with the first findings in the
// order of the names.
func codeCounts(ctx context.Context, db *duck.DB) ([]pages.CodeCount, error) {
	rows, err := db.Query(ctx, fmt.Sprintf(`
		SELECT code, names, domain, "where", got FROM (
			SELECT code, domain, "where", got,
				row_number() OVER (PARTITION BY code ORDER BY domain, "where", got) AS place,
				count(DISTINCT domain) OVER (PARTITION BY code) AS names
			FROM findings)
		WHERE place <= %d ORDER BY code, place`, codeExamples))
	if err != nil {
		return nil, err
	}
	var out []pages.CodeCount
	for row, err := range rows.All() {
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		code := taxonomy.Code(textOf(row[0]))
		if len(out) == 0 || out[len(out)-1].Code != code {
			names, _ := row[1].(int64)
			out = append(out, pages.CodeCount{Code: code, Names: names})
		}
		last := &out[len(out)-1]
		last.Examples = append(last.Examples, pages.Example{Domain: textOf(row[2]), Where: textOf(row[3]), Got: textOf(row[4])})
	}
	return out, rows.Close()
}

// notices are the findings that a sender meets, each with who runs what is broken:
// of a fault of the record the name servers' operator, of the policy its
// host's, of an MX host that host's.
func notices(ctx context.Context, db *duck.DB) ([]pages.Notice, error) {
	rows, err := db.Query(ctx, `
		SELECT CASE WHEN f.layer = 'record' THEN v.dns_provider
				WHEN starts_with(f.layer, 'policy') THEN v.policy_provider
				ELSE coalesce(list_filter(v.mx, lambda h: h.host = f."where")[1].provider, v.mx_provider) END AS operator,
			f.domain, f.code, f."where", f.got, v.scanned_at
		FROM findings AS f JOIN verdicts AS v USING (domain)
		WHERE f.class = 'error' ORDER BY f.domain, f.code, f."where"`)
	if err != nil {
		return nil, err
	}
	var out []pages.Notice
	for row, err := range rows.All() {
		if err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		n := pages.Notice{Operator: textOf(row[0]), Domain: textOf(row[1]), Code: taxonomy.Code(textOf(row[2])), Where: textOf(row[3]), Got: textOf(row[4])}
		if at, ok := row[5].(time.Time); ok {
			n.SeenAt = at.UTC().Format(time.RFC3339)
		}
		out = append(out, n)
	}
	return out, rows.Close()
}

// textOf is a value of an answer that is a string, "" for null.
func textOf(v any) string {
	s, _ := v.(string)
	return s
}
