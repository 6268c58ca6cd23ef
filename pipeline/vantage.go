package pipeline

import (
	"slices"
	"sync"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// vantageNetworks is how many networks a row names: two, since the question is
// always whether there is another one than the address at hand.
const vantageNetworks = 2

// Vantage remembers what this run has learned about its own place on the
// network, so that a peer's refusal can be told from our own firewall's.
type Vantage struct {
	mu      sync.Mutex
	reached []string // networks in which an SMTP port accepted a connection
	masked  []string // networks in which an EHLO reply showed a masked STARTTLS
}

// Learn adds what one session shows.
func (v *Vantage) Learn(s evidence.Session, masked bool) {
	connected := s.Failure.Op != evidence.OpDial
	if !connected && !masked {
		return
	}
	network := analysis.Network(s.Endpoint.Addr)
	v.mu.Lock()
	defer v.mu.Unlock()
	if connected {
		v.reached = remember(v.reached, network)
	}
	if masked {
		v.masked = remember(v.masked, network)
	}
}

// Recall adds what an earlier process of the same run had learned.
func (v *Vantage) Recall(reached, masked []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, n := range reached {
		v.reached = remember(v.reached, n)
	}
	for _, n := range masked {
		v.masked = remember(v.masked, n)
	}
}

// Known returns the networks reached and those seen masked, so far.
func (v *Vantage) Known() (reached, masked []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.reached), slices.Clone(v.masked)
}

func remember(networks []string, n string) []string {
	if len(networks) >= vantageNetworks || slices.Contains(networks, n) {
		return networks
	}
	return append(networks, n)
}
