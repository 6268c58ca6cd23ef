//go:build linux

package main

import (
	"fmt"
	"io"
)

// table is printed line by line, as the figures come.
type table struct{ out io.Writer }

func (t *table) head() {
	fmt.Fprintln(t.out, "CPU-seconds (user and system, of the process itself) per 1,000")
	fmt.Fprintf(t.out, "%-34s %8s %8s %8s %8s %9s %9s\n", "work", "median", "min", "max", "target", "queries", "peak MiB")
}

// line prints one row; queries and target may be 0, for none.
func (t *table) line(work string, perThousand []float64, queries float64, peak int64, target float64) {
	optional := func(format string, v float64) string {
		if v == 0 {
			return "-"
		}
		return fmt.Sprintf(format, v)
	}
	fmt.Fprintf(t.out, "%-34s %8.4f %8.4f %8.4f %8s %9s %9.1f\n", work, median(perThousand), perThousand[0], perThousand[len(perThousand)-1],
		optional("%.4f", target), optional("%.4f", queries), float64(peak)/(1<<20))
}

func (t *table) note(text string) { fmt.Fprintln(t.out, "  "+text) }
