package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"stscan/internal/doctor"
)

func inkOfState(s doctor.State) ink {
	switch s {
	case doctor.StateFailure:
		return red
	case doctor.StateWarning:
		return yellow
	case doctor.StateUnknown:
		return violet
	}
	return green
}

// showDoctorText prints a line a check, and below it what to do.
func showDoctorText(w io.Writer, colour bool, r doctorResult) error {
	p := page{w: bufio.NewWriter(w), colour: colour}
	for _, f := range r.Findings {
		p.put(inkOfState(f.State), "%-8s", f.State)
		p.put(plain, "  %-14s  ", f.Check)
		if f.About != "" {
			p.put(bold, "%s", shortened(f.About))
			p.put(plain, ": ")
		}
		p.line(plain, "%s", shortened(f.Seen))
		if f.Do != "" {
			p.wrapped(faint, strings.Repeat(" ", 26)+"-> ", f.Do)
		}
	}
	p.end()
	p.line(inkOfState(r.State), "%s", r.summary())
	return p.w.Flush()
}

// summary says in one line whether this machine can scan.
func (r doctorResult) summary() string {
	verdict := "this machine can scan"
	switch {
	case r.Failures > 0:
		verdict = "this machine cannot scan as it is"
	case r.Unknown > 0:
		verdict = "nothing speaks against a scan, as far as could be told"
	}
	took := time.Duration(r.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
	return fmt.Sprintf("%s: failures %d, warnings %d, unknown %d, in order %d (%s)",
		verdict, r.Failures, r.Warnings, r.Unknown, len(r.Findings)-r.Failures-r.Warnings-r.Unknown, took)
}

// showDoctorJSON prints one line.
func showDoctorJSON(w io.Writer, r doctorResult) error {
	var line bytes.Buffer
	if err := writeJSON(&line, r); err != nil {
		return err
	}
	_, err := w.Write(printable(line.Bytes()))
	return err
}
