package main

import (
	"fmt"
	"strings"

	"stscan/internal/evidence"
	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// linesShown of a policy, and of the others as many that have issues: real ones
// have a dozen lines.
const linesShown = 40

// served is the body to show: that of the last answer with status 200.
func (t *text) served() (f *evidence.PolicyFetch) {
	for i := range t.seen.Domain.Fetches {
		if fetch := &t.seen.Domain.Fetches[i]; fetch.Status == 200 {
			f = fetch
		}
	}
	return f
}

func (t *text) policy() {
	f, v := t.served(), &t.verdict
	if f == nil {
		return
	}
	if v.PolicyFetched != nil && *v.PolicyFetched {
		i, word := outcome(v.PolicyValid, "valid", "cannot be used")
		t.heading("Policy", i, word)
	} else {
		t.heading("Policy", faint, "what was served, though senders do not read it")
	}
	t.policyText(string(f.Body))
}

// policyText shows the lines with their numbers, and the issues below theirs.
func (t *text) policyText(body string) {
	byLine := map[int][]mtasts.Issue{}
	for _, i := range mtasts.ParsePolicy([]byte(body)).Issues {
		line := policyExcerpt("", body, i).line
		byLine[line] = append(byLine[line], i)
	}
	n, beyond := 0, 0
	for line := range strings.Lines(body) {
		n++
		if n > linesShown && len(byLine[n]) > 0 {
			beyond++
		}
		if n <= linesShown || len(byLine[n]) > 0 && beyond <= linesShown {
			t.policyLine(n, strings.TrimRight(line, "\r\n"))
			t.policyIssues(body, byLine[n])
		}
	}
	t.policyIssues(body, byLine[n+1])
	if n > linesShown {
		t.line(faint, "  ... of %d lines, the first %d are shown, and %d of the others that have issues", n, linesShown, min(beyond, linesShown))
	}
}

// gutter is the width of what stands before the text of a policy's line.
const gutter = "       "

func (t *text) policyLine(n int, line string) {
	at := excerpt{text: line}
	shown, _ := at.marked()
	t.put(faint, "  %3d  ", n)
	t.line(plain, "%s", shown)
}

// policyIssues marks what is amiss in the line above.
func (t *text) policyIssues(body string, issues []mtasts.Issue) {
	for _, i := range issues {
		e := entryOf(i)
		mark := "^"
		if at := policyExcerpt("", body, i); at.text != "" && at.at <= excerptBefore {
			_, mark = at.marked()
		}
		t.line(inkOf(e.Class), "%s%s %s", gutter, mark, issueText(i, e))
	}
}

func issueText(i mtasts.Issue, e taxonomy.Entry) string {
	return fmt.Sprintf("%s [%s]", e.Text, i.Code)
}
