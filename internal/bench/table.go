//go:build linux

package main

import (
	"fmt"
	"io"
)

// table is printed line by line, as the figures come.
type table struct{ out io.Writer }

// row is one line of it. What is zero is none.
type row struct {
	work     string
	cost     figures // CPU-seconds for 1,000
	queries  float64 // a name
	peak     int64   // bytes
	target   float64
	multiple figures // of what a bare client of the standard library takes
	allowed  float64 // by the target, of that
}

func (t *table) head() {
	fmt.Fprintln(t.out, "CPU-seconds (user and system, of the process itself) per 1,000")
	fmt.Fprintf(t.out, "%-34s %8s %8s %8s %8s %9s %9s %8s %8s\n",
		"work", "median", "min", "max", "target", "queries", "peak MiB", "x bare", "allowed")
}

func (t *table) line(r row) {
	optional := func(format string, v float64) string {
		if v == 0 {
			return "-"
		}
		return fmt.Sprintf(format, v)
	}
	multiple := 0.0
	if r.multiple != nil {
		multiple = r.multiple.median()
	}
	costs := r.cost.sorted()
	fmt.Fprintf(t.out, "%-34s %8.4f %8.4f %8.4f %8s %9s %9.1f %8s %8s\n",
		r.work, costs.median(), costs[0], costs[len(costs)-1], optional("%.4f", r.target), optional("%.4f", r.queries), float64(r.peak)/(1<<20),
		optional("%.2f", multiple), optional("%.2f", r.allowed))
}

func (t *table) note(text string) { fmt.Fprintln(t.out, "  "+text) }
