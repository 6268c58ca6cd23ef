package archtest

import "testing"

// rules are all there are.
var rules = []struct {
	name  string
	check func(*testing.T, source)
}{
	{"module imports", moduleImports},
	{"purity", purity},
	{"pure packages have no clock", purePackagesHaveNoClock},
	{"files are short", filesAreShort},
	{"packages say what they are", packagesSayWhatTheyAre},
	{"no vague names", noVagueNames},
	{"no init", noInit},
	{"no mutable state", noMutableState},
	{"only main ends the program", onlyMainEndsTheProgram},
	{"nothing sleeps in tests", nothingSleepsInTests},
	{"only the gate dials", onlyTheGateDials},
	{"grammar codes are known", grammarCodesAreKnown},
	{"parsers are fuzzed", parsersAreFuzzed},
}

func TestArchitecture(t *testing.T) {
	s := load(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) { r.check(t, s) })
	}
}
