package sinks

import (
	"iter"

	"stscan/analysis"
)

// ReadVerdicts yields the verdicts of all committed chunks of the snapshot in
// dir under a ruleset, chunk by chunk. It ends at the first error.
func ReadVerdicts(dir, ruleset string) iter.Seq2[analysis.Verdict, error] {
	return func(yield func(analysis.Verdict, error) bool) {
		m, err := ReadManifest(dir)
		if err != nil {
			yield(analysis.Verdict{}, err)
			return
		}
		committed, err := Committed(dir)
		if err != nil {
			yield(analysis.Verdict{}, err)
			return
		}
		for _, id := range committed {
			for row, err := range eachRow[VerdictRow](m.Format, VerdictPath(dir, ruleset, id, m.Format)) {
				if err != nil {
					yield(analysis.Verdict{}, err)
					return
				}
				if !yield(row.Verdict(), nil) {
					return
				}
			}
		}
	}
}
