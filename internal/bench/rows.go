//go:build linux

package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// rowBatches is how often a benchmark of package sinks writes its 1,000 names.
const rowBatches = 200

// rows writes rows of 1,000 names over and over, by our writer and by parquet-go's
// alone, given the rows ready made.
func (p plan) rows(ctx context.Context, _ world, t *table) error {
	for _, share := range []string{"3%", "100%"} {
		ours, err := p.benchmark(ctx, "BenchmarkPart/format=parquet/signalling="+share)
		if err != nil {
			return err
		}
		bare, err := p.benchmark(ctx, "BenchmarkBareWriter/signalling="+share)
		if err != nil {
			return err
		}
		limit := rowsFactor * bare.figures().median()
		t.line(row{work: "Parquet rows, " + share + " signalling", cost: ours.figures(), peak: ours.peak(), target: limit})
		t.line(row{work: "  the same by a bare writer", cost: bare.figures(), peak: bare.peak()})
	}
	return nil
}

// rowsFactor times the cost of a bare writer is the target.
const rowsFactor = 1.5

func (p plan) benchmark(ctx context.Context, name string) (*series, error) {
	s := &series{units: rowBatches * 1000}
	for range p.runs {
		c, _, err := spend(ctx, filepath.Join(p.dir, "sinks.test"), "-test.run", "^$", "-test.bench", "^"+name+"$",
			"-test.benchtime", fmt.Sprintf("%dx", rowBatches))
		if err != nil {
			return nil, err
		}
		s.add(c)
	}
	return s, nil
}
