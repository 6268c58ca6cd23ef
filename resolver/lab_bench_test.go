package resolver_test

import (
	"fmt"
	"net/netip"
	"sync/atomic"
	"testing"

	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/resolver"
)

// TXT at _mta-sts for names of which two in three have no record, over UDP on
// loopback, with the lab's half of the work in the same process.
func BenchmarkLab(b *testing.B) {
	var mixture lab.Mixture
	for _, s := range lab.Scenarios() {
		switch s.Name {
		case "none-alpha":
			mixture = append(mixture, lab.Weighted{Scenario: &s, Weight: 2})
		case "enforce-alpha":
			mixture = append(mixture, lab.Weighted{Scenario: &s, Weight: 1})
		}
	}
	world, err := lab.ListenLoopback(b.Context(), lab.Config{Seed: 1, Mixture: mixture})
	if err != nil {
		b.Fatal(err)
	}
	defer world.Close()
	r, err := resolver.New(resolver.Config{Servers: []netip.AddrPort{world.Resolver()}})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	var n atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(500) // names in flight for each core
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			q := evidence.Question{Name: fmt.Sprintf("_mta-sts.name%d.example", n.Add(1)), Type: evidence.TypeTXT}
			if l := r.Probe(b.Context(), q); !l.Answered() {
				b.Error(l.Failure)
			}
		}
	})
	b.ReportMetric(float64(r.Queries())/float64(b.N), "queries/op")
}
