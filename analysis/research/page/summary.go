package page

import (
	"slices"
	"strings"

	"stscan/analysis/research"
	"stscan/internal/escape"
)

// headlinesID is the metric whose rows head the page: question, n, total, share, unknown.
const headlinesID = "headlines"

// tile is one number at the head of the page.
type tile struct {
	Question, Share, Counts string
}

func tilesOf(results []research.Result) []tile {
	var out []tile
	for _, r := range results {
		if r.Metric.ID != headlinesID || r.Missing != "" {
			continue
		}
		for _, row := range r.Rows {
			if of := value(r, row, "snapshot"); of != nil && of != r.Snapshots[len(r.Snapshots)-1] {
				continue // over time: the newest heads the page
			}
			t := tile{Question: text(r, row, "question"), Share: research.Unknown}
			if share, ok := value(r, row, "share").(float64); ok {
				t.Share = research.Percent(share)
			}
			n, _ := value(r, row, "n").(int64)
			total, _ := value(r, row, "total").(int64)
			t.Counts = research.Thousands(n) + " of " + research.Thousands(total)
			if unknown, _ := value(r, row, "unknown").(int64); unknown > 0 {
				t.Counts += "; could not tell: " + research.Thousands(unknown)
			}
			out = append(out, t)
		}
	}
	return out
}

// publishedView is a value in print beside ours.
type publishedView struct {
	Where              string
	Theirs, TheirShare string
	Ours, OurShare     string // research.Unknown without a row of ours
}

func publishedOf(r research.Result) []publishedView {
	var out []publishedView
	for _, p := range r.Metric.Published {
		v := publishedView{Where: whereText(r, p), Ours: research.Unknown, OurShare: research.Unknown}
		v.Theirs, v.TheirShare = p.Beside()
		i := slices.IndexFunc(r.Rows, func(row []any) bool { return p.Of(r.Columns, row) })
		if i >= 0 {
			n, _ := value(r, r.Rows[i], "n").(int64)
			total, _ := value(r, r.Rows[i], "total").(int64)
			v.Ours, v.OurShare = research.Published{N: n, Total: total}.Beside()
		}
		out = append(out, v)
	}
	return out
}

func whereText(r research.Result, p research.Published) string {
	var parts []string
	for _, c := range r.Columns {
		if want, ok := p.Where[c.Name]; ok {
			parts = append(parts, want)
		}
	}
	return escape.String(strings.Join(parts, ", "))
}

func value(r research.Result, row []any, column string) any {
	for i, c := range r.Columns {
		if c.Name == column {
			return row[i]
		}
	}
	return nil
}

func text(r research.Result, row []any, column string) string {
	s, _ := value(r, row, column).(string)
	return escape.String(s)
}

// groupTitle is the heading of a part of the page.
func groupTitle(group string) string {
	for _, g := range [...]struct{ name, title string }{
		{"adoption", "Who adopts, and how"},
		{"failures", "What is broken, and what senders do"},
		{"hosts", "Who runs it"},
		{"reading", "How much hangs on the reading"},
		{"coverage", "What could be told"},
		{"imc25", "Ashiq, Fiebig, Chung: deployment and management of MTA-STS (IMC 2025)"},
		{"tatang21", "Tatang, Flume, Holz: first large-scale analysis (DIMVA 2021)"},
		{"dane20", "Lee et al.: the DANE ecosystem in email (USENIX Security 2020)"},
		{"dane22", "Lee et al.: DANE mismanagement in SMTP (USENIX Security 2022)"},
		{"imc15", "Durumeric et al.: Neither Snow Nor Rain Nor MITM (IMC 2015)"},
		{"ccs15", "Foster et al.: Security by Any Other Name (CCS 2015)"},
		{"surveys", "Recurring surveys"},
		{"series", "Over time"},
	} {
		if g.name == group {
			return g.title
		}
	}
	return escape.String(group)
}
