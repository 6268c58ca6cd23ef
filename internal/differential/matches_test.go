package differential

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stscan/internal/mtasts"
)

// pair is an mx pattern and the name of an MX host.
type pair struct{ pattern, host string }

// ourMatch is the strict reading: what is no pattern matches nothing. Match by
// itself lets an underscore pass.
func ourMatch(in pair) ours {
	bad := slices.ContainsFunc(mtasts.ParsePattern(in.pattern), func(i mtasts.Issue) bool { return i.Fatal })
	if !bad && mtasts.Match(in.pattern, in.host) {
		return ours{opinion: opinion{accept: true}}
	}
	// Match gives no reasons. The one issue stands for all; classes look at the pair.
	return ours{issues: []mtasts.Issue{{Code: "no match", Fatal: true}}}
}

func matches() subject[pair] {
	return subject[pair]{
		ours: ourMatch,
		others: []parser[pair]{
			{name: mox, ask: moxMatch},
			{name: goMTASTS, ask: goMTASTSMatch},
		},
		classes: matchClasses(),
	}
}

func TestMatches(t *testing.T) {
	var inputs []pair
	for _, c := range corpus(t, "matches.txt") {
		inputs = append(inputs, pair{c[0], c[1]})
	}
	inputs = append(inputs,
		pair{"*.example.com", "xn--bcher-kva.example.com"},
		pair{"*.a.example", "xn--bcher-kva-and-a-long-one.a.example"},
		pair{"*.xn--bcher-kva.example", "mail.xn--bcher-kva.example"})
	seeds := inputs
	pieces := []string{"*", "*.", ".", "..", "-", "--", "_", "a.", "xn--", "xn--bcher-kva.", "A", "1.2.3.4", "é", " "}
	inputs = append(inputs, examples(rapid.Custom(func(t *rapid.T) pair {
		in := rapid.SampledFrom(seeds).Draw(t, "seed")
		if rapid.Bool().Draw(t, "host of the pattern") {
			in.host = strings.Replace(in.pattern, "*", "mx", 1)
		}
		if rapid.Bool().Draw(t, "pattern") {
			in.pattern = mutate(t, in.pattern, pieces)
		}
		if rapid.Bool().Draw(t, "host") {
			in.host = mutate(t, in.host, pieces)
		}
		// A pattern is what stands in one line of a policy, without blanks around it.
		in.pattern = strings.Trim(strings.NewReplacer("\n", "", "\r", "").Replace(in.pattern), " \t")
		return in
	}))...)
	matches().check(t, inputs)
}

func TestMatchClasses(t *testing.T) { matches().checkClasses(t) }
