package research

import (
	"fmt"
	"slices"
	"strings"
)

// Holdings are what the snapshots hold that a metric may need, and which not
// all have.
type Holdings struct {
	Snapshots int      // of different days
	Ranks     bool     // the list ranks its names
	Lists     int      // lists that name the domains
	Deployed  bool     // verdicts of ruleset deployed stand beside those of rfc
	Checks    []string // sibling standards that were asked for
	AllMX     bool     // the MX hosts of all names were probed, not of those that signal only
	Weights   bool     // table weights(label, weight) is there: --weights
}

// need is a word of key needs.
type need struct {
	name    string
	missing string // what to do about it
	has     func(h Holdings) bool
}

// checksNeed begins the need of one sibling standard: checks:tlsrpt.
const checksNeed = "checks:"

var needWords = []need{
	{"series", "one snapshot was given, and this compares several: give those of other days, too", func(h Holdings) bool { return h.Snapshots > 1 }},
	{"ranks", "the list has no ranks: scan one that has, such as Tranco's", func(h Holdings) bool { return h.Ranks }},
	{"lists", "all names are of one list: scan several lists in one run to compare them", func(h Holdings) bool { return h.Lists > 1 }},
	{"deployed", "there are no verdicts of ruleset deployed: scan classify --ruleset deployed SNAPSHOT", func(h Holdings) bool { return h.Deployed }},
	{"all_mx", "only the MX hosts of names that signal MTA-STS were probed: scan run --probe-mx all", func(h Holdings) bool { return h.AllMX }},
	{"weights", "no weights were given: --weights FILE", func(h Holdings) bool { return h.Weights }},
	{"inbound", "this is seen from a mail server that receives, and a scan sends no mail", func(Holdings) bool { return false }},
}

// needs reads key needs: words of needWords and checks:NAME, with commas between.
func needs(value string) ([]string, error) {
	var out []string
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		check, ok := strings.CutPrefix(part, checksNeed)
		if ok {
			if _, err := word(check); err != nil {
				return nil, err
			}
		} else if !slices.ContainsFunc(needWords, func(n need) bool { return n.name == part }) {
			return nil, fmt.Errorf("no need is called %q; there is %s and %sNAME", part, needNames(), checksNeed)
		}
		out = append(out, part)
	}
	return out, nil
}

func needNames() string {
	names := make([]string, len(needWords))
	for i, n := range needWords {
		names[i] = n.name
	}
	return strings.Join(names, ", ")
}

// Missing says in words why the snapshots cannot give a metric; "" if they can.
func (m Metric) Missing(h Holdings) string {
	for _, name := range m.Needs {
		if check, ok := strings.CutPrefix(name, checksNeed); ok {
			if !slices.Contains(h.Checks, check) {
				return fmt.Sprintf("%s was not asked for: scan run --checks %s", check, check)
			}
			continue
		}
		for _, n := range needWords {
			if n.name == name && !n.has(h) {
				return n.missing
			}
		}
	}
	return ""
}
