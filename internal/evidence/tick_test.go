package evidence

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestTickOfIsTruncate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		at := time.Unix(r.Int64N(1<<33), r.Int64N(1e9)).In(time.FixedZone("", 3600))
		if got, want := TickOf(at), at.UTC().Truncate(Tick); got != want {
			t.Fatalf("tick of %v is %v, want %v", at, got, want)
		}
	}
}
