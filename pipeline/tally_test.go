package pipeline

import (
	"context"
	"maps"
	"sync"
	"testing"

	"stscan/internal/evidence"
)

func TestTally(t *testing.T) {
	kinds := []evidence.Kind{"", evidence.KindTimeout, evidence.KindStatus, evidence.KindTimeout}
	tally := NewTally(probeFunc[int, evidence.Failure](func(_ context.Context, n int) evidence.Failure {
		return evidence.Failure{Op: evidence.OpDial, Kind: kinds[n%len(kinds)]}
	}), func(f evidence.Failure) evidence.Failure { return f })
	var all sync.WaitGroup
	for n := range 400 {
		all.Go(func() {
			if got := tally.Probe(t.Context(), n); got.Kind != kinds[n%len(kinds)] {
				t.Errorf("answer %d is %q", n, got.Kind)
			}
		})
	}
	all.Wait()
	if want := map[evidence.Kind]int64{evidence.KindTimeout: 200, evidence.KindStatus: 100}; !maps.Equal(tally.Failed(), want) {
		t.Errorf("%v, want %v", tally.Failed(), want)
	}
}
