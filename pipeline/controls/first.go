package controls

import (
	"fmt"
	"net/netip"

	"stscan/pipeline/admission"
)

// How many MX endpoints, in how many unrelated networks, must have failed
// before the run says that port 25 does not leave this network.
const (
	firstEndpoints = 50
	firstNetworks  = 10
)

// BlockedError says that no MX endpoint accepted a connection.
type BlockedError struct{ Endpoints, Networks int }

func (e BlockedError) Error() string {
	return fmt.Sprintf("none of the first %d MX endpoints, in %d networks, accepted a connection: port 25 seems to be blocked here; "+
		"scan from a network that lets it out, or leave the mail servers out with --probe-mx none; scan doctor tells what is blocked", e.Endpoints, e.Networks)
}

// first is what came of the first MX endpoints, in the order in which connects
// to them began.
type first struct {
	decided  bool // one accepted, or all were counted
	begun    int
	under    int // way
	networks map[netip.Prefix]bool
}

// begins counts a connect, if it is one of the first.
func (f *first) begins(c admission.Contact) bool {
	if f.decided || f.full() {
		return false
	}
	if f.networks == nil {
		f.networks = map[netip.Prefix]bool{}
	}
	f.begun++
	f.under++
	f.networks[network(c.Addr)] = true
	return true
}

func (f *first) full() bool { return f.begun >= firstEndpoints && len(f.networks) >= firstNetworks }

// ends hears of one of them. asked: it was tried. blocked: none of all was accepted.
func (f *first) ends(accepted, asked bool) (blocked bool) {
	f.under--
	if !asked {
		f.begun--
	}
	f.decided = f.decided || accepted
	if f.decided || f.under > 0 || !f.full() {
		return false
	}
	f.decided = true
	return true
}

// firstEnds ends the run when none of the first endpoints was accepted. The
// lock is held.
func (m *Monitor) firstEnds(accepted, asked bool) {
	if m.first.ends(accepted, asked) {
		m.unfit = BlockedError{Endpoints: m.first.begun, Networks: len(m.first.networks)}
		m.darken(m.unfit)
		m.wake()
	}
}
