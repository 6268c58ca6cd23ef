package analysis

import (
	"crypto/sha256"
	"sync"
	"time"

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

// chainCache remembers judgements in two generations: when the young one is
// full it becomes the old one, and the old one is forgotten. So it is bounded,
// and what is asked often stays.
type chainCache struct {
	mu         sync.Mutex
	size       int // of one generation
	young, old map[chainKey]chainVerdict
}

func newChainCache(size int) *chainCache {
	return &chainCache{size: max(size/2, 1), young: map[chainKey]chainVerdict{}}
}

// get returns the judgement for k if it holds at that time.
func (c *chainCache) get(k chainKey, at time.Time) (chainVerdict, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.young[k]
	if !ok {
		if v, ok = c.old[k]; ok {
			c.store(k, v)
		}
	}
	return v, ok && v.holdsAt(at)
}

func (c *chainCache) put(k chainKey, v chainVerdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.store(k, v)
}

func (c *chainCache) store(k chainKey, v chainVerdict) {
	if len(c.young) >= c.size {
		c.young, c.old = make(map[chainKey]chainVerdict, c.size), c.young
	}
	c.young[k] = v
}
