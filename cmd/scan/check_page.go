package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"stscan/internal/escape"
	"stscan/internal/taxonomy"
)

// ink is the colour of a text on a terminal: the parameters of an SGR sequence
// (ECMA-48 section 8.3.117); "" = that of the terminal.
type ink string

const (
	plain  ink = ""
	bold   ink = "1"
	faint  ink = "2"
	red    ink = "31"
	green  ink = "32"
	yellow ink = "33"
	violet ink = "35"
)

// inkOf is the colour of a class of findings.
func inkOf(c taxonomy.Class) ink {
	switch c {
	case taxonomy.ClassError:
		return red
	case taxonomy.ClassLint:
		return yellow
	case taxonomy.ClassInconclusive:
		return violet
	}
	return faint
}

// colours reports whether w is a terminal whose user wants colours: NO_COLOR,
// set to anything, says no, as does a terminal that is dumb.
func colours(w io.Writer) bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}

// page is a text for a person. Everything that is put on it is escaped, so that
// nothing from the network can move the cursor or change colours.
type page struct {
	w      *bufio.Writer
	colour bool
}

// put adds text to the line at hand.
func (p *page) put(i ink, format string, args ...any) {
	text := escape.String(fmt.Sprintf(format, args...))
	if p.colour && i != plain {
		text = "\x1b[" + string(i) + "m" + text + "\x1b[0m"
	}
	p.w.WriteString(text)
}

// end ends the line.
func (p *page) end() { p.w.WriteByte('\n') }

// line is a line of one colour.
func (p *page) line(i ink, format string, args ...any) {
	p.put(i, format, args...)
	p.end()
}

// headingWidth aligns what became of the steps.
const headingWidth = 14

// heading begins a step, with what became of it, if anything.
func (p *page) heading(title string, i ink, outcome string) {
	p.end()
	if outcome == "" {
		p.line(bold, "%s", title)
		return
	}
	p.put(bold, "%-*s", headingWidth, title)
	p.line(i, "%s", outcome)
}

// wrapWidth is where a long text goes on in the next line.
const wrapWidth = 96

// wrapped is a text of several lines: the first begins with lead, the others
// with as many blanks.
func (p *page) wrapped(i ink, lead, text string) {
	line := lead
	for word := range strings.FieldsSeq(text) {
		if len(line) > len(lead) && len(line)+1+len(word) > wrapWidth {
			p.line(i, "%s", line)
			line = strings.Repeat(" ", len(lead))
		}
		if len(line) > len(lead) {
			line += " "
		}
		line += word
	}
	p.line(i, "%s", line)
}
