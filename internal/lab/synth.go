package lab

import (
	"fmt"
	"strconv"
)

// synthZones are the top-level domains of made-up names.
var synthZones = []string{"com", "net", "org", "se"}

// searchFactor bounds the search for names: that many tries for each name
// that the rarest scenario should take on average.
const searchFactor = 1000

// Names makes a list of names in which each scenario of a preset occurs
// exactly as often as its weight divided by scale says, rounded to nearest; in
// preset imc25 running sums are rounded instead, as toScale says.
// The list depends only on preset, seed and scale; emit is called for each name
// in turn, and its error ends the search.
func Names(preset string, seed uint64, scale int, emit func(name string) error) error {
	if preset == presetIMC25 && scale >= 1 {
		return imc25Names(seed, scale, emit)
	}
	m, err := presetMixture(preset)
	if err != nil {
		return err
	}
	return names(m, seed, scale, emit)
}

func names(m Mixture, seed uint64, scale int, emit func(name string) error) error {
	if scale < 1 {
		return fmt.Errorf("%w: the scale is a positive number", ErrConfig)
	}
	w, err := newWorld(Config{Mixture: m, Seed: seed}, network{first: 20})
	if err != nil {
		return err
	}
	owed := map[*Scenario]int{}
	left, rarest := 0, m.Total()
	for _, e := range m {
		n := (e.Weight + scale/2) / scale
		owed[e.Scenario] += n
		left += n
		if n > 0 {
			rarest = min(rarest, e.Weight)
		}
	}
	for try := 0; left > 0; try++ {
		if try > searchFactor*(left+m.Total()/rarest) {
			return fmt.Errorf("lab: %d names of the mixture were not found", left)
		}
		name := synthName(seed, try)
		s := w.Scenario(name)
		if owed[s] == 0 {
			continue
		}
		owed[s]--
		left--
		if err := emit(name); err != nil {
			return err
		}
	}
	return nil
}

// synthName is the n-th made-up name: one that nobody has, to be sure, in the
// zones that real lists are of.
func synthName(seed uint64, n int) string {
	h := hash(seed, "name", strconv.Itoa(n))
	const base32 = 32
	return "lab-" + strconv.FormatInt(int64(n), base32) + "-" + strconv.FormatUint(h>>44, base32) + "." +
		synthZones[h%uint64(len(synthZones))]
}
