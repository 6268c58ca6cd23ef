package lab

import (
	"errors"
	"fmt"
	"sort"
)

// Weighted is one scenario of a mixture and how often it occurs, relative to
// the others. Weight 0 keeps a scenario out of the draw, though it still is
// part of the world and can be assigned to a name.
type Weighted struct {
	Scenario *Scenario
	Weight   int
}

// Mixture says how often each scenario occurs. Its order is part of the world:
// changing it gives names other scenarios.
type Mixture []Weighted

// ErrMixture is returned for a mixture in which no scenario can be drawn.
var ErrMixture = errors.New("lab: a mixture needs a scenario with a positive weight")

// Total is the sum of the weights.
func (m Mixture) Total() int {
	n := 0
	for _, w := range m {
		n += w.Weight
	}
	return n
}

// check reports a mixture that cannot be drawn from.
func (m Mixture) check() error {
	for i, w := range m {
		if w.Scenario == nil || w.Weight < 0 {
			return fmt.Errorf("lab: entry %d of the mixture: no scenario or a negative weight", i)
		}
	}
	if m.Total() == 0 {
		return ErrMixture
	}
	return nil
}

// draw picks scenarios with the frequencies of a mixture.
type draw struct {
	scenarios []*Scenario
	upTo      []uint64 // running sums of the weights
}

func newDraw(m Mixture) draw {
	var d draw
	var sum uint64
	for _, w := range m {
		if w.Weight == 0 {
			continue
		}
		sum += uint64(w.Weight)
		d.scenarios = append(d.scenarios, w.Scenario)
		d.upTo = append(d.upTo, sum)
	}
	return d
}

// total is the sum of the weights.
func (d draw) total() int {
	if len(d.upTo) == 0 {
		return 0
	}
	return int(d.upTo[len(d.upTo)-1])
}

// pick maps h, uniformly distributed, to a scenario; nil if there is none.
func (d draw) pick(h uint64) *Scenario {
	if len(d.upTo) == 0 {
		return nil
	}
	n := h % d.upTo[len(d.upTo)-1]
	i := sort.Search(len(d.upTo), func(i int) bool { return n < d.upTo[i] })
	return d.scenarios[i]
}
