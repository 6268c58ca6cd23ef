package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"stscan/internal/escape"
	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// excerpt is the line an issue is about, and its place in it.
type excerpt struct {
	file         string
	line, column int    // 1-based; the column in bytes
	text         string // the line, as it is
	at, n        int    // what to mark: bytes of text
}

// policyExcerpt finds the line of an issue in the body of a policy.
func policyExcerpt(file, body string, i mtasts.Issue) excerpt {
	start := strings.LastIndexByte(body[:i.Offset], '\n') + 1
	end := len(body)
	if n := strings.IndexByte(body[i.Offset:], '\n'); n >= 0 {
		end = i.Offset + n
	}
	e := excerpt{file: file, line: i.Line, column: i.Offset - start + 1, at: i.Offset - start, n: i.Length}
	e.text = strings.TrimSuffix(body[start:end], "\r")
	if i.Offset == len(body) && start == len(body) && start > 0 {
		e.line++ // what is missing would stand in the line behind the last
	}
	return e
}

// entryOf is the table's entry of an issue. Every code of the grammar has one.
func entryOf(i mtasts.Issue) taxonomy.Entry {
	e, _ := taxonomy.Of(taxonomy.Code(i.Code))
	return e
}

// label is how compilers call what the classes mean.
func label(c taxonomy.Class) string {
	switch c {
	case taxonomy.ClassError:
		return "error"
	case taxonomy.ClassLint:
		return "warning"
	default:
		return "note"
	}
}

// writeLintText prints the issues like a compiler, then one line of summary.
func writeLintText(w io.Writer, r lintResult, place func(mtasts.Issue) excerpt) error {
	out := bufio.NewWriter(w)
	for _, i := range r.issues {
		writeIssue(out, i, place(i))
	}
	fmt.Fprintln(out, summaryLine(r))
	return out.Flush()
}

func writeIssue(out io.Writer, i mtasts.Issue, at excerpt) {
	e := entryOf(i)
	fmt.Fprintf(out, "%s:%d:%d: %s: %s [%s]\n", escape.String(at.file), at.line, at.column, label(e.Class), e.Text, i.Code)
	if line, mark := at.marked(); line != "" {
		fmt.Fprintf(out, "    %s\n    %s\n", line, mark)
	}
	fmt.Fprintf(out, "  see: %s\n", i.Cite)
	if i.Contested {
		fmt.Fprintln(out, "  note: the strict reading refuses this; some senders let it pass")
	}
	if e.Advice != "" {
		fmt.Fprintf(out, "  mend: %s\n", e.Advice)
	}
}

// summaryLine says what the text is, and how much was found.
func summaryLine(r lintResult) string {
	errs, warnings := 0, 0
	for _, i := range r.issues {
		switch entryOf(i).Class {
		case taxonomy.ClassError:
			errs++
		case taxonomy.ClassLint:
			warnings++
		}
	}
	return fmt.Sprintf("%s; errors: %d, warnings: %d", escape.String(r.summary), errs, warnings)
}

// verdictLine says what became of a text that should be what.
func verdictLine(what string, valid, present bool, shown string) string {
	switch {
	case valid:
		return "valid " + what + ": " + shown
	case present:
		return "not a valid " + what
	default:
		return "no " + what
	}
}

// Widths of a shown line, in bytes of the text: what is marked stands within an
// ordinary terminal, with enough before it to be found.
const (
	excerptBefore = 40
	excerptWidth  = 100
)

// marked gives the line, cut and escaped, and below it a caret for the first
// character and tildes for the rest of what is marked. Without a text there is
// nothing to show.
func (e excerpt) marked() (line, mark string) {
	if e.text == "" {
		return "", ""
	}
	at := runeStart(e.text, min(e.at, len(e.text)))
	from := 0
	if at > excerptBefore {
		from = runeStart(e.text, at-excerptBefore)
	}
	to := runeEnd(e.text, min(len(e.text), from+excerptWidth))
	stop := runeEnd(e.text, min(to, e.at+e.n))
	stop = max(stop, at)
	before, marked, after := escape.String(e.text[from:at]), escape.String(e.text[at:stop]), escape.String(e.text[stop:to])
	lead, tail := "", ""
	if from > 0 {
		lead = "..."
	}
	if to < len(e.text) {
		tail = "..."
	}
	mark = strings.Repeat(" ", len(lead)+utf8.RuneCountInString(before)) + "^"
	if n := utf8.RuneCountInString(marked); n > 1 {
		mark += strings.Repeat("~", n-1)
	}
	return lead + before + marked + after + tail, mark
}

// runeStart moves i back to where a character of s begins.
func runeStart(s string, i int) int {
	for n := 0; n < utf8.UTFMax && i > 0 && i < len(s) && !utf8.RuneStart(s[i]); n++ {
		i--
	}
	return i
}

// runeEnd moves i on to where a character of s begins.
func runeEnd(s string, i int) int {
	for n := 0; n < utf8.UTFMax && i < len(s) && !utf8.RuneStart(s[i]); n++ {
		i++
	}
	return i
}
