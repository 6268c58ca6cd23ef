package research

import (
	"fmt"
	"slices"
	"strings"
)

// Holdings are what the snapshots hold that a metric may need, and which not
// all have.
type Holdings struct {
	Snapshots  int      // of different days
	Ranks      bool     // the list ranks its names
	Lists      int      // lists that name the domains
	Deployed   bool     // verdicts of ruleset deployed stand beside those of rfc
	Checks     []string // sibling standards that were asked for
	ChecksEach []string // those of them that every snapshot asked for
	AllMX      bool     // the MX hosts of all names were probed, not of those that signal only
	Weights    bool     // table weights(label, weight) is there: --weights
	Columns    []string // of the verdicts: older ones lack what was added since
}

// need is a word of key needs.
type need struct {
	name    string
	missing string // what to do about it
	has     func(h Holdings) bool
}

// needOf is a need with a name behind it: checks:tlsrpt.
type needOf struct {
	prefix  string
	missing string // with the name for each %[1]s
	have    func(h Holdings) []string
}

var needsOf = []needOf{
	{"checks:", "%[1]s was not asked for: scan run --checks %[1]s", func(h Holdings) []string { return h.Checks }},
	{"checks_each:", "%[1]s was asked for in some of these snapshots only: leave the others out", func(h Holdings) []string { return h.ChecksEach }},
	{"column:", "the verdicts were written before they had column %[1]s: scan classify SNAPSHOT adds it", func(h Holdings) []string { return h.Columns }},
}

// ofName finds a need with a name behind it.
func ofName(part string) (n needOf, name string, ok bool) {
	for _, n := range needsOf {
		if name, ok := strings.CutPrefix(part, n.prefix); ok {
			return n, name, true
		}
	}
	return needOf{}, "", false
}

var needWords = []need{
	{"series", "one snapshot was given, and this compares several: give those of other days, too", func(h Holdings) bool { return h.Snapshots > 1 }},
	{"ranks", "the list has no ranks: scan one that has, such as Tranco's", func(h Holdings) bool { return h.Ranks }},
	{"lists", "all names are of one list: scan several lists in one run to compare them", func(h Holdings) bool { return h.Lists > 1 }},
	{"deployed", "there are no verdicts of ruleset deployed: scan classify --ruleset deployed SNAPSHOT", func(h Holdings) bool { return h.Deployed }},
	{"all_mx", "only the MX hosts of names that signal MTA-STS were probed: scan run --probe-mx all", func(h Holdings) bool { return h.AllMX }},
	{"weights", "no weights were given: --weights FILE", func(h Holdings) bool { return h.Weights }},
	{"inbound", "this is seen from a mail server that receives, and a scan sends no mail", func(Holdings) bool { return false }},
}

// needs reads key needs: words of needWords, and those of needsOf with a name behind,
// with commas between.
func needs(value string) ([]string, error) {
	var out []string
	for part := range strings.SplitSeq(value, ",") {
		part = strings.TrimSpace(part)
		if _, name, ok := ofName(part); ok {
			if _, err := word(name); err != nil {
				return nil, err
			}
		} else if !slices.ContainsFunc(needWords, func(n need) bool { return n.name == part }) {
			return nil, fmt.Errorf("no need is called %q; there is %s", part, needNames())
		}
		out = append(out, part)
	}
	return out, nil
}

func needNames() string {
	var names []string
	for _, n := range needWords {
		names = append(names, n.name)
	}
	for _, n := range needsOf {
		names = append(names, n.prefix+"NAME")
	}
	return strings.Join(names, ", ")
}

// Missing says in words why the snapshots cannot give a metric; "" if they can.
func (m Metric) Missing(h Holdings) string {
	for _, part := range m.Needs {
		if n, name, ok := ofName(part); ok && !slices.Contains(n.have(h), name) {
			return fmt.Sprintf(n.missing, name)
		}
		for _, n := range needWords {
			if n.name == part && !n.has(h) {
				return n.missing
			}
		}
	}
	return ""
}
