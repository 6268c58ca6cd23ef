package differential

import (
	"fmt"
	"strings"
	"testing"

	"stscan/internal/mtasts"
)

// opinion is what a parser makes of an input.
type opinion struct {
	accept bool
	read   string // what was read, if accepted
	ext    string // extension fields, of parsers that show them
}

func (o opinion) String() string {
	if !o.accept {
		return "refused"
	}
	return fmt.Sprintf("accepted: %s [%s]", o.read, o.ext)
}

// ours is the opinion of internal/mtasts, with its reasons.
type ours struct {
	opinion
	issues []mtasts.Issue
}

// parser is one of the others. In is a TXT RRset, a policy, or a pattern and a host.
type parser[In any] struct {
	name       string
	ask        func(In) opinion
	extensions bool // shows extension fields
	onlyAccept bool // says yes or no, and not what was read
}

// who is right about a class.
type who string

const (
	weAre   who = "we"   // the other parser departs from the RFC
	bothAre who = "both" // the RFC leaves room
)

// class is a settled kind of difference: lets or repair is set.
type class[In any] struct {
	parser, name string
	right        who
	why          string // with the section
	example      In

	// lets tells that the parser lets an issue of ours pass.
	lets func(In, mtasts.Issue) bool
	// repair gives an input without what the parser trips over; to the RFC
	// it is as good as the one before.
	repair func(In) In
}

// subject is one kind of input with all who judge it.
type subject[In any] struct {
	ours    func(In) ours
	others  []parser[In]
	classes []class[In]
}

// differ is a difference and what settles it.
type difference[In any] struct {
	parser       string
	in           In
	ours, theirs opinion
	settled      []string // names of classes
	open         string   // why it is not settled, "" if it is
}

// compare asks everybody about in.
func (s subject[In]) compare(in In) []difference[In] {
	var out []difference[In]
	we := s.ours(in)
	for _, p := range s.others {
		theirs := p.ask(in)
		if p.agrees(we.opinion, theirs) {
			continue
		}
		d := difference[In]{parser: p.name, in: in, ours: we.opinion, theirs: theirs}
		if we.accept {
			d.settled, d.open = s.byRepair(p, in)
		} else {
			d.settled, d.open = s.byIssues(p, in, we.issues)
		}
		out = append(out, d)
	}
	return out
}

func (p parser[In]) agrees(we, theirs opinion) bool {
	switch {
	case we.accept != theirs.accept:
		return false
	case !we.accept, p.onlyAccept:
		return true
	}
	return we.read == theirs.read && (!p.extensions || we.ext == theirs.ext)
}

// byIssues settles what we refuse and p accepts: each reason of ours must be
// one that p is known to let pass. Without a fatal issue there is no record at
// all, and the reasons are why nothing was taken for one.
func (s subject[In]) byIssues(p parser[In], in In, issues []mtasts.Issue) (settled []string, open string) {
	var fatal, all []mtasts.Issue
	for _, i := range issues {
		if i.Fatal {
			fatal = append(fatal, i)
		}
	}
	if all = fatal; len(fatal) == 0 {
		all = issues
	}
	if len(all) == 0 {
		return nil, "we refuse without an issue"
	}
	for _, i := range all {
		found := false
		for _, c := range s.classes {
			if c.parser == p.name && c.lets != nil && c.lets(in, i) {
				settled, found = append(settled, c.name), true
				break
			}
		}
		if !found {
			return nil, fmt.Sprintf("no class for %s at %d+%d of RR %d, line %d", i.Code, i.Offset, i.Length, i.RR, i.Line)
		}
	}
	return settled, ""
}

// byRepair settles what we accept and p refuses or reads otherwise: without
// what p is known to trip over, there must be no difference.
func (s subject[In]) byRepair(p parser[In], in In) (settled []string, open string) {
	for _, c := range s.classes {
		if c.parser != p.name || c.repair == nil {
			continue
		}
		repaired := c.repair(in)
		if fmt.Sprint(repaired) != fmt.Sprint(in) {
			settled = append(settled, c.name)
			in = repaired
		}
	}
	we, theirs := s.ours(in), p.ask(in)
	if !we.accept {
		return nil, fmt.Sprintf("repaired by %q we refuse %s", settled, quoted(in))
	}
	if !p.agrees(we.opinion, theirs) {
		return nil, fmt.Sprintf("repaired by %q as %s: we %s, %s %s", settled, quoted(in), we, p.name, theirs)
	}
	return settled, ""
}

// maxReported bounds what a failing test prints.
const maxReported = 10

// check compares all inputs and fails on open differences.
func (s subject[In]) check(t *testing.T, inputs []In) {
	t.Helper()
	counts, open := map[string]int{}, 0
	for _, in := range inputs {
		for _, d := range s.compare(in) {
			for _, name := range d.settled {
				counts[d.parser+": "+name]++
			}
			if d.open == "" {
				continue
			}
			if open++; open <= maxReported {
				t.Errorf("%s:\nwe %s\n%s %s\n%s", quoted(d.in), d.ours, d.parser, d.theirs, d.open)
			}
		}
	}
	t.Logf("%d inputs, %d open differences", len(inputs), open)
	for _, c := range s.classes {
		t.Logf("%6d %s: %s", counts[c.parser+": "+c.name], c.parser, c.name)
	}
}

// checkClasses: each class has an example that differs, and that it settles by
// itself; so no row outlives what it is about, or is wider than its name.
func (s subject[In]) checkClasses(t *testing.T) {
	for _, c := range s.classes {
		t.Run(c.parser+"/"+c.name, func(t *testing.T) {
			if (c.lets == nil) == (c.repair == nil) || !strings.Contains(c.why, "section") {
				t.Fatal("needs one of lets and repair, and a section")
			}
			alone := s
			alone.classes = []class[In]{c}
			for _, d := range alone.compare(c.example) {
				if d.parser == c.parser {
					if d.open != "" {
						t.Errorf("%s: we %s, they %s; not settled by this class alone: %s", quoted(c.example), d.ours, d.theirs, d.open)
					}
					return
				}
			}
			t.Errorf("%s: no difference any more", quoted(c.example))
		})
	}
}

// quoted shows an input: a string, several, or a pair of them.
func quoted(in any) string { return fmt.Sprintf("%q", in) }
