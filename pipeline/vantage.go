package pipeline

import (
	"slices"
	"sync"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// vantageResolvers bounds the resolvers that a row names: more than anybody
// gives one run.
const vantageResolvers = 16

// vantageNetworks is how many networks a row names: two, since the question is
// always whether there is another one than the address at hand.
const vantageNetworks = 2

// Vantage remembers what this run has learned about its own place on the
// network, so that a peer's refusal can be told from our own firewall's.
type Vantage struct {
	mu      sync.Mutex
	reached []string // networks in which an SMTP port accepted a connection
	masked  []string // networks in which an EHLO reply showed a masked STARTTLS

	validating []string // resolvers that said of an answer that it was validated
}

// LearnLookup adds what one answer shows of the resolver that gave it.
func (v *Vantage) LearnLookup(l evidence.Lookup) {
	if !l.AD || l.Failure.Failed() {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.validating) < vantageResolvers && !slices.Contains(v.validating, l.Server) {
		v.validating = append(v.validating, l.Server)
	}
}

// Validating returns the resolvers seen to validate, so far.
func (v *Vantage) Validating() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.validating)
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
