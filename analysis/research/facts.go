package research

import (
	"fmt"
	"slices"
	"strings"
)

// Fact is one of what every output states beside its rows.
type Fact struct{ Name, Text string }

// Facts are what a result states in each of its forms: of which snapshots it is, who
// made and judged them, what was counted, of what, what could not be told, and the
// thresholds in force.
func (r Result) Facts() []Fact {
	m := r.Metric
	facts := []Fact{
		{"snapshots", strings.Join(r.Snapshots, ", ")},
		{"made by", r.MadeBy()},
		{"population", m.Population},
		{"counted", m.Numerator},
		{"of", m.Denominator},
		{"could not tell", r.Coverage()},
	}
	if thresholds := r.Thresholds(); thresholds != "" {
		facts = append(facts, Fact{"thresholds", thresholds})
	}
	return facts
}

// MadeBy is the program and the rules, once where they are those of all snapshots.
func (r Result) MadeBy() string {
	var all, each []string
	for _, s := range r.Sources {
		by := fmt.Sprintf("stscan %s, ruleset %s of version %s", s.Tool, r.Ruleset, s.Rules)
		each = append(each, s.Snapshot+": "+by)
		if !slices.Contains(all, by) {
			all = append(all, by)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return strings.Join(each, "; ")
}

// Thresholds are those that the metric reads, in its order.
func (r Result) Thresholds() string {
	var out []string
	for _, name := range r.Metric.Parameters {
		out = append(out, name+" = "+r.Params[name])
	}
	return strings.Join(out, ", ")
}

// NoteJumps says, with what a metric shows snapshot by snapshot, where to find who
// contributes most to the changes (METRICS section 4).
func (r *Result) NoteJumps() {
	const jumps = "jumps"
	if len(r.Snapshots) > 1 && r.Metric.ID != jumps && slices.Contains(r.Metric.Axes, onSnapshot) {
		r.Notes = append(r.Notes, "The operators and TLDs that contribute most to a change between two snapshots are in metric "+jumps+".")
	}
}
