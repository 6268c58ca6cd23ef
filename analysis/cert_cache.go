package analysis

import (
	"crypto/sha256"
	"sync"

	"stscan/internal/evidence"
)

// chainKey stands for a chain, as sent, and the host it was sent for. The roots
// belong to the Rules that own the cache.
type chainKey [sha256.Size]byte

func keyOf(chain []evidence.Certificate, host string) chainKey {
	buf := make([]byte, 0, 512) // enough for seven fingerprints, so it stays on the stack
	for _, c := range chain {
		buf = append(buf, c.SHA256...)
		buf = append(buf, '|')
	}
	return sha256.Sum256(append(buf, host...))
}

// generations remembers values in two generations: when the young one is full it
// becomes the old one, and the old one is forgotten. So it is bounded, and what is
// asked often stays. nil remembers nothing.
type generations[K comparable, V any] struct {
	mu         sync.Mutex
	size       int // of one generation
	young, old map[K]V
}

func newGenerations[K comparable, V any](size int) *generations[K, V] {
	return &generations[K, V]{size: max(size/2, 1), young: map[K]V{}}
}

func (g *generations[K, V]) get(k K) (V, bool) {
	if g == nil {
		var none V
		return none, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	v, ok := g.young[k]
	if !ok {
		if v, ok = g.old[k]; ok {
			g.store(k, v)
		}
	}
	return v, ok
}

func (g *generations[K, V]) put(k K, v V) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.store(k, v)
}

func (g *generations[K, V]) store(k K, v V) {
	if len(g.young) >= g.size {
		g.young, g.old = make(map[K]V, g.size), g.young
	}
	g.young[k] = v
}
