package lab

import (
	"strconv"
	"strings"
)

// A name of preset imc25 holds its number: two words, chosen by the seed, and
// the number, as in riveroak00a3f1.se. The number says which cell of the
// population the domain is of, so that the world knows every name without
// a list of them, at any scale; any other name is drawn, as everywhere.
const (
	numberDigits = 6 // of base 32: room for a thousand million
	numberBase   = 32
)

// firstWords and secondWords begin the names. Read-only.
var (
	firstWords  = [...]string{"amber", "bright", "cedar", "delta", "east", "fjord", "green", "harbor", "iron", "juniper", "lake", "maple", "north", "ocean", "river", "silver"}
	secondWords = [...]string{"bakery", "clinic", "design", "energy", "farm", "garage", "hotel", "legal", "media", "optics", "print", "school", "studio", "tools", "travel", "works"}
)

// imc25TLD is one row of table 1.
type imc25TLD struct {
	name     string
	deployed int // domains with MX and MTA-STS records
	withMX   int // domains with MX records
}

// imc25TLDs is table 1.
func imc25TLDs() []imc25TLD {
	return []imc25TLD{
		{name: "com", deployed: 53_800, withMX: 73_939_004},
		{name: "net", deployed: 6_183, withMX: 6_248_969},
		{name: "org", deployed: 7_355, withMX: 5_781_423},
		{name: "se", deployed: 692, withMX: 822_449},
	}
}

// numberedName is the name with this number in a world of this seed.
func numberedName(seed uint64, n int, tld string) string {
	h := hash(seed, "imc25", strconv.Itoa(n))
	digits := strconv.FormatUint(uint64(n), numberBase)
	digits = strings.Repeat("0", numberDigits-len(digits)) + digits
	return firstWords[h%uint64(len(firstWords))] + secondWords[h>>32%uint64(len(secondWords))] + digits + "." + tld
}

// nameNumber is the number in a name that ends like a numbered one.
func nameNumber(domain string) (n int, ok bool) {
	label, _ := firstLabel(domain)
	if len(label) < numberDigits {
		return 0, false
	}
	u, err := strconv.ParseUint(label[len(label)-numberDigits:], numberBase, 32)
	return int(u), err == nil
}

// numbered is the number of a name that is numbered in this world.
func (w *World) numbered(domain string) (n int, ok bool) {
	if w.cfg.Preset != presetIMC25 {
		return 0, false
	}
	_, tld := firstLabel(domain)
	n, ok = nameNumber(domain)
	if !ok || n >= w.draw.total() || domain != numberedName(w.cfg.Seed, n, tld) {
		return 0, false
	}
	for _, t := range imc25TLDs() {
		if t.name == tld {
			return n, true
		}
	}
	return 0, false
}

// toScale is how many of the first n names a list to scale holds: n/scale,
// rounded, half up. It is used on running sums and nowhere else, so that what is
// between two of them is to scale within one name and all parts add up.
func toScale(n, scale int) int { return (n + scale/2) / scale }

// imc25Names makes the list: every scale-th number, and top-level domains by
// the running sums of table 1, spread evenly over the numbers. Nothing is kept,
// so that the whole population takes no more memory than a part of it.
func imc25Names(seed uint64, scale int, emit func(name string) error) error {
	var withMX, deployed int
	var with, without tldShares
	for _, t := range imc25TLDs() {
		withMX, deployed = withMX+t.withMX, deployed+t.deployed
		with.add(t.name, toScale(deployed, scale))
		without.add(t.name, toScale(withMX, scale)-toScale(deployed, scale))
	}
	i := 0
	for n := scale - 1 - scale/2; n < withMX; n += scale {
		at, shares := i, &with
		if n >= deployed {
			at, shares = i-with.total(), &without
		}
		if err := emit(numberedName(seed, n, shares.of(at))); err != nil {
			return err
		}
		i++
	}
	return nil
}

// tldShares say how many names of a list are below each top-level domain, and
// which.
type tldShares struct {
	names []string
	upTo  []int  // running sums
	step  uint64 // from the place of one name to that of the next, modulo the last sum
}

// add gives a top-level domain the places from the last sum to this one. Steps of
// the golden section visit each place once, and each stretch of the list evenly.
func (s *tldShares) add(name string, upTo int) {
	const golden = 0.6180339887498949
	s.names, s.upTo = append(s.names, name), append(s.upTo, upTo)
	s.step = max(uint64(golden*float64(upTo)), 1)
	for gcd(s.step, uint64(upTo)) != 1 {
		s.step++
	}
}

func (s *tldShares) total() int { return s.upTo[len(s.upTo)-1] }

// of is the top-level domain of the i-th name.
func (s *tldShares) of(i int) string {
	place := int(uint64(i) * s.step % uint64(s.total()))
	for j, n := range s.upTo {
		if place < n {
			return s.names[j]
		}
	}
	return s.names[len(s.names)-1]
}

func gcd(a, b uint64) uint64 {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}
