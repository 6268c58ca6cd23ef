package controls

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"stscan/pipeline/admission"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// The run as a whole: each step is at a minute, "-x" says that x fails, "+x" that
// it works again, "!" that the pause limit is reached.
func TestStanding(t *testing.T) {
	for _, c := range []struct {
		steps  string
		phases string // after each step
		paused time.Duration
	}{
		{"", "", 0},
		{"+DNS", "sound", 0},
		{"-DNS", "paused", 0},
		{"-DNS +DNS", "paused sound", time.Minute},
		{"-DNS -DNS +DNS", "paused paused sound", 2 * time.Minute},
		{"-DNS -SMTP +DNS +SMTP", "paused paused paused sound", 3 * time.Minute}, // both have to come back
		{"-DNS !", "paused overdue", time.Minute},
		{"-DNS ! -SMTP +DNS", "paused overdue overdue overdue", time.Minute}, // no second pause for more of the same
		{"-DNS ! +DNS", "paused overdue sound", time.Minute},
		{"-DNS ! +DNS -DNS +DNS", "paused overdue sound paused sound", 2 * time.Minute},
		{"!", "sound", 0},
	} {
		var s standing
		s.phase = phaseSound
		now := start
		var phases []string
		for step := range strings.FieldsSeq(c.steps) {
			switch step[0] {
			case '-':
				s = s.fails(step[1:], down{why: "because", good: now.Add(-time.Second)}, now)
			case '+':
				s = s.works(step[1:], now)
			default:
				s = s.exceeds(now)
			}
			phases = append(phases, string(s.phase))
			now = now.Add(time.Minute)
		}
		if got := strings.Join(phases, " "); got != c.phases || s.pausedFor != c.paused {
			t.Errorf("%s: %s, paused %v; want %s, %v", c.steps, got, s.pausedFor, c.phases, c.paused)
		}
	}
}

// What is told of a pause names all that is down, and since when nothing is known
// to have worked.
func TestStandingTells(t *testing.T) {
	s := standing{phase: phaseSound}
	s = s.fails("SMTP over IPv4", down{why: "no connect", good: start.Add(2 * time.Second)}, start.Add(5*time.Second))
	s = s.fails("DNS", down{why: "no answer", good: start.Add(time.Second)}, start.Add(6*time.Second))
	c := s.change(start.Add(6 * time.Second))
	if !c.Paused || c.State != "failed" || strings.Join(c.What, ",") != "DNS,SMTP over IPv4" || c.Why != "no answer; no connect" || !c.Since.Equal(start.Add(time.Second)) {
		t.Errorf("paused: %+v", c)
	}
	if c = s.exceeds(start).change(start); c.Paused || c.State != "failed" || !strings.HasPrefix(c.Why, "the pause limit is reached") {
		t.Errorf("overdue: %+v", c)
	}
	s = s.works("DNS", start).works("SMTP over IPv4", start.Add(time.Minute))
	if c = s.change(start); c.Paused || c.State != "ok" || !c.Since.Equal(start.Add(time.Second)) || !s.darkUntil.Equal(start.Add(time.Minute)) {
		t.Errorf("over: %+v, dark until %v", c, s.darkUntil)
	}
}

// mx is a contact in one of 256 networks.
func mx(network, host int) admission.Contact {
	a := netip.AddrFrom4([4]byte{20, byte(network), 0, byte(host)})
	return admission.Contact{Kind: admission.SMTP, Host: fmt.Sprintf("mx%d-%d.example", network, host), Addr: a}
}

// A path is in doubt when all connects since the last good one failed, in five
// unrelated networks; a good one ends all doubt.
func TestPathInDoubt(t *testing.T) {
	for _, c := range []struct {
		connects string // networks, "+" before those that accepted
		doubted  bool
	}{
		{"", false},
		{"1 2 3 4", false},
		{"1 1 1 1 1 1", false}, // one network, however often
		{"1 2 3 4 5", true},
		{"1 2 3 4 +9 5", false},
		{"1 2 3 4 +1", false},
		{"+1 1 2 3 4 5", true},
		{"1 2 3 4 5 +6", false},
	} {
		var p path
		for connect := range strings.FieldsSeq(c.connects) {
			var n int
			if _, err := fmt.Sscan(strings.TrimPrefix(connect, "+"), &n); err != nil {
				t.Fatal(err)
			}
			if connect[0] == '+' {
				p.accepted(mx(n, 1), start)
			} else {
				p.missed(mx(n, 1))
			}
		}
		if p.doubted() != c.doubted {
			t.Errorf("%s: doubted %v", c.connects, p.doubted())
		}
	}
}

func TestBelief(t *testing.T) {
	ago := func(d time.Duration) time.Time { return start.Add(-d) }
	known := func(p *path, when time.Time, networks ...int) {
		for _, n := range networks {
			p.accepted(mx(n, 1), when)
		}
	}
	for _, c := range []struct {
		name   string
		path   func(*path)
		waited time.Duration
		want   belief
	}{
		{"heard of since", func(p *path) { known(p, start.Add(time.Second), 1, 2) }, 0, confirmed},
		{"heard of before", func(p *path) { known(p, ago(time.Second), 1, 2) }, 0, waiting},
		{"nobody to ask", func(p *path) { known(p, ago(time.Second), 1) }, 0, confirmed},
		{"nothing under way", func(p *path) { known(p, ago(time.Second), 1, 2) }, idleTime, unconfirmed},
		{"a dial under way", func(p *path) { known(p, ago(time.Second), 1, 2); p.open = 1 }, idleTime, waiting},
		{"a dial that takes too long", func(p *path) { known(p, ago(time.Second), 1, 2); p.open = 1 }, settleTime, unconfirmed},
		{"in doubt, to be asked about", func(p *path) {
			known(p, ago(time.Second), 1, 2)
			for n := range doubtful {
				p.missed(mx(10+n, 1))
			}
		}, time.Hour, waiting},
		{"down", func(p *path) { p.down = true }, time.Hour, waiting},
	} {
		var p path
		c.path(&p)
		if got := p.believes(start, c.waited); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Witnesses are called one a network, the latest first, and are then left alone
// for ten minutes.
func TestWitnesses(t *testing.T) {
	var p path
	for n := range 5 {
		p.accepted(mx(n, 1), start.Add(time.Duration(n)*time.Second))
	}
	p.accepted(mx(1, 2), start.Add(time.Minute)) // another host of network 1
	hosts := func(n int, at time.Duration) string {
		var names []string
		for _, c := range p.call(n, start.Add(at)) {
			names = append(names, c.Host)
		}
		return strings.Join(names, " ")
	}
	for _, c := range []struct {
		n    int
		at   time.Duration
		want string
	}{
		{3, time.Hour, "mx1-2.example mx4-1.example mx3-1.example"},
		{3, time.Hour + time.Minute, "mx2-1.example mx0-1.example"},
		{3, time.Hour + 9*time.Minute, ""},
		{1, time.Hour + 10*time.Minute, "mx1-2.example"},
	} {
		if got := hosts(c.n, c.at); got != c.want {
			t.Errorf("%d after %v: %s, want %s", c.n, c.at, got, c.want)
		}
	}
	for n := range 300 {
		p.accepted(mx(n%256, 1), start)
	}
	if len(p.known) > maxKnown {
		t.Errorf("%d endpoints are remembered", len(p.known))
	}
}

// Port 25 is taken for blocked when the first fifty connects, in ten networks,
// have all failed; not while one is under way, and never after one was accepted.
func TestFirstEndpoints(t *testing.T) {
	for _, c := range []struct {
		name               string
		connects, networks int
		accepted           int // number of the connect, -1 = none
		cancelled          int // of the first ones
		want               bool
	}{
		{"all failed", 50, 10, -1, 0, true},
		{"too few", 49, 10, -1, 0, false},
		{"too few networks", 50, 9, -1, 0, false},
		{"more connects do not make up for networks", 500, 9, -1, 0, false},
		{"networks come late", 60, 60, -1, 0, true},
		{"one accepted", 50, 10, 30, 0, false},
		{"some were never made", 50, 10, -1, 1, false},
		{"others were made in their place", 55, 10, -1, 5, true},
	} {
		var f first
		blocked := false
		for i := range c.connects {
			if f.begins(mx(i%c.networks, i/c.networks)) {
				blocked = f.ends(i == c.accepted, i >= c.cancelled) || blocked
			}
		}
		if blocked != c.want {
			t.Errorf("%s: blocked %v", c.name, blocked)
		}
	}
	var f first
	for i := range 50 {
		f.begins(mx(i%10, i))
	}
	for range 49 {
		if f.ends(false, true) {
			t.Fatal("blocked while a connect is under way")
		}
	}
	if !f.ends(false, true) {
		t.Error("the last of them failed, and nothing is said")
	}
}

func TestBlockedSaysWhatToDo(t *testing.T) {
	err := error(BlockedError{Endpoints: 50, Networks: 12})
	if !errors.As(err, &BlockedError{}) {
		t.Error(err)
	}
	for _, want := range []string{"port 25", "--probe-mx none", "scan doctor"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
}
