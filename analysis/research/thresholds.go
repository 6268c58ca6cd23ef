package research

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Thresholds are the numbers that studies differ in. Queries read them as
// variables: getvariable('third_party_min').
type Thresholds struct {
	ThirdPartyMin int  // organisations that make an operator a third party
	SelfMax       int  // organisations that a policy host may serve and be one's own
	TypoMax       int  // edit distance of a typo
	Bin           int  // ranks in a bin
	Top           int  // rows of a table of the largest
	StrictRFC     bool // REC holds valid records only
}

// DefaultThresholds are those of Ashiq, Fiebig, Chung (IMC 2025).
func DefaultThresholds() Thresholds {
	return Thresholds{ThirdPartyMin: 50, SelfMax: 5, TypoMax: 3, Bin: 10_000, Top: 20}
}

// Variable is a threshold as queries read it.
type Variable struct{ Name, Value string } // Value is a literal of SQL

// Variables are all thresholds, in a fixed order.
func (t Thresholds) Variables() []Variable {
	return []Variable{
		{"third_party_min", strconv.Itoa(t.ThirdPartyMin)},
		{"self_max", strconv.Itoa(t.SelfMax)},
		{"typo_max", strconv.Itoa(t.TypoMax)},
		{"bin", strconv.Itoa(t.Bin)},
		{"top", strconv.Itoa(t.Top)},
		{"strict_rfc", strconv.FormatBool(t.StrictRFC)},
	}
}

// SetSQL is the statements that put the thresholds in force. They come before
// the populations, which read them, too.
func (t Thresholds) SetSQL() string {
	var b strings.Builder
	for _, v := range t.Variables() {
		fmt.Fprintf(&b, "SET VARIABLE %s = %s;\n", v.Name, v.Value)
	}
	return b.String()
}

// Check reports thresholds under which no class is left.
func (t Thresholds) Check() error {
	switch {
	case t.SelfMax < 0:
		return fmt.Errorf("self-max %d is negative", t.SelfMax)
	case t.ThirdPartyMin <= t.SelfMax:
		return fmt.Errorf("third-party-min %d is not above self-max %d", t.ThirdPartyMin, t.SelfMax)
	case t.TypoMax < 1, t.Bin < 1, t.Top < 1:
		return fmt.Errorf("typo-max %d, bin %d, top %d: each must be 1 or more", t.TypoMax, t.Bin, t.Top)
	}
	return nil
}

func parameterNames() []string {
	var names []string
	for _, v := range DefaultThresholds().Variables() {
		names = append(names, v.Name)
	}
	return names
}

func isParameter(name string) bool { return slices.Contains(parameterNames(), name) }
