package lab

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"stscan/internal/taxonomy"
)

// Config says which world to make.
type Config struct {
	Preset string // name of a mixture; not read when Mixture is set
	Seed   uint64

	Mixture Mixture              // instead of a preset's
	Assign  map[string]*Scenario // names whose scenario is given, not drawn

	Latency  time.Duration // a round trip: before every DNS answer, connect and reply
	Loss     float64       // share of UDP questions that are lost, 0 to 1
	ServFail float64       // share of questions to which the resolver says SERVFAIL, the first time

	Resolvers int         // addresses at which the resolver answers; 0 = 1
	Observe   func(Event) // told of what the scanner does, in memory and over loopback; nil = nobody

	Date func() time.Time // what policy hosts say that it is, in the field Date; nil = they do not say

	Now func() time.Time // nil = time.Now; read once, when the world is made
}

// ErrConfig is wrapped by the errors for a Config that makes no sense, but for
// an unknown preset, which is ErrPreset.
var ErrConfig = errors.New("lab: unusable configuration")

// World is one test internet. Its methods may be called concurrently.
type World struct {
	cfg   Config
	place network
	start time.Time
	draw  draw
	plan  *plan
	index index
	pki   *pki

	siblings    []siblings
	validates   bool // the resolver does
	tlsa        []tlsaWay
	deployments map[*Scenario]*deployment
	absent      *deployment // of names that cannot be anyone's domain

	paces    paces
	silent   silent
	mailMet  firsts[netip.Addr]
	webMet   firsts[string]
	count    counters
	messages atomic.Uint64  // UDP questions so far, to decide which are lost
	failed   firsts[string] // questions that got their SERVFAIL
	ports    atomic.Uint32  // client ports used so far, in memory

	done    chan struct{} // closed by Close
	running sync.WaitGroup
	mu      sync.Mutex
	closing bool
	open    map[net.Conn]struct{}
	closers []func() error // listeners
	outages atomic.Pointer[[]outage]
}

// network is where a world stands: its ports, and what its addresses begin with.
type network struct {
	loopback    bool
	resolver    netip.AddrPort
	https, smtp uint16
	first       byte // first byte of IPv4 addresses
}

// In memory the addresses look public, as the scanner refuses any other;
// nothing in the scanner can tell that 20/8 and 2600::/16 are not reached.
var (
	memoryResolver = netip.AddrPortFrom(netip.AddrFrom4([4]byte{20, 0, 0, 53}), 53)
	memoryClient4  = netip.AddrFrom4([4]byte{20, 0, 0, 1})
	memoryClient6  = netip.AddrFrom16([16]byte{0: 0x26, 15: 1})
)

// The well-known ports, which a world in memory uses.
const (
	portSMTP  = 25
	portHTTPS = 443
)

// New makes a world in memory, to be reached through Dial.
func New(cfg Config) (*World, error) {
	return newWorld(cfg, network{resolver: memoryResolver, https: portHTTPS, smtp: portSMTP, first: 20})
}

func newWorld(cfg Config, place network) (*World, error) {
	if cfg.Mixture == nil && cfg.Preset != "" {
		m, err := presetMixture(cfg.Preset)
		if err != nil {
			return nil, err
		}
		cfg.Mixture = m
	} else {
		cfg.Preset = ""
	}
	if cfg.Mixture != nil {
		if err := cfg.Mixture.check(); err != nil {
			return nil, err
		}
	}
	if cfg.Loss < 0 || cfg.Loss > 1 || cfg.ServFail < 0 || cfg.ServFail > 1 || cfg.Latency < 0 {
		return nil, fmt.Errorf("%w: loss and SERVFAIL are shares from 0 to 1, latency is not negative", ErrConfig)
	}
	if cfg.Resolvers < 0 || cfg.Resolvers > maxResolvers {
		return nil, fmt.Errorf("%w: %d resolvers, but there are 1 to %d", ErrConfig, cfg.Resolvers, maxResolvers)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	w := &World{
		cfg: cfg, place: place, start: cfg.Now().UTC(),
		draw: newDraw(cfg.Mixture), plan: newPlan(place.first),
		siblings:    siblingsOf(cfg.Preset),
		validates:   validatesIn(cfg.Preset),
		deployments: map[*Scenario]*deployment{},
		absent:      newDeployment(absentScenario()),
		count:       newCounters(!place.loopback),
		done:        make(chan struct{}), open: map[net.Conn]struct{}{},
	}
	w.outages.Store(&[]outage{})
	if err := w.settle(); err != nil {
		return nil, err
	}
	var err error
	if w.pki, err = newPKI(cfg.Seed, w.start); err != nil {
		return nil, err
	}
	w.tlsa, err = tlsaWays(w.pki)
	return w, err
}

// absentScenario is what stands where no domain can be: below .invalid, in the
// zones of the lab's operators, at addresses in place of names. A mixture's
// own scenario of a name that does not exist takes its place.
func absentScenario() *Scenario {
	return &Scenario{
		Name: "absent",
		Doc:  "A name that does not exist.",
		Apex: Apex{NXDomain: true},
		Truth: Truth{
			Status: taxonomy.StatusNotDeployed, Delivery: taxonomy.DeliveryUnprotected,
			Codes: []taxonomy.Code{taxonomy.DomNXDomain},
		},
	}
}

// settle prepares every scenario of the world and deals out its addresses, in
// an order that depends on nothing but the configuration.
func (w *World) settle() error {
	for _, m := range w.cfg.Mixture {
		if w.place.loopback && m.Scenario.Memory && m.Weight > 0 {
			return fmt.Errorf("lab: scenario %s needs a network in memory", m.Scenario.Name)
		}
		if m.Scenario.Apex.NXDomain && m.Scenario.Record.TXT == nil && m.Weight > 0 && w.absent.Name == "absent" {
			w.absent = newDeployment(m.Scenario)
		}
		if err := w.prepare(m.Scenario); err != nil {
			return err
		}
	}
	names := make([]string, 0, len(w.cfg.Assign))
	for name := range w.cfg.Assign {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := w.prepare(w.cfg.Assign[name]); err != nil {
			return err
		}
	}
	return w.index.finish()
}

func (w *World) prepare(s *Scenario) error {
	if w.deployments[s] != nil {
		return nil
	}
	d := newDeployment(s)
	if err := d.check(); err != nil {
		return err
	}
	w.deployments[s] = d
	if err := w.index.add(d); err != nil {
		return err
	}
	if w.place.loopback && s.Memory {
		return nil
	}
	for _, st := range d.sites() {
		if err := w.plan.reserve(st); err != nil {
			return err
		}
	}
	return nil
}

// sites are the addresses that the deployment's servers need.
func (d *deployment) sites() []site {
	var out []site
	add := func(st site, ok bool) {
		if ok {
			out = append(out, st)
		}
	}
	for i, s := range d.Policy.Servers {
		add(webSite(s, i))
	}
	for i, p := range d.Apex.Addrs {
		add(mailSite(MailServer{Place: p}, i))
	}
	for _, m := range d.mx {
		for i, s := range m.Servers {
			add(mailSite(s, i))
		}
	}
	return out
}

// redraws is how often another scenario is drawn for a name that cannot have
// the one drawn; a mixture in which most scenarios do not fit is a mistake.
const redraws = 64

// deployment is what stands at a name, as a function of the name alone.
func (w *World) deployment(domain string) *deployment {
	if s, ok := w.cfg.Assign[domain]; ok {
		return w.deployments[s]
	}
	if w.index.reserved(domain) {
		return w.absent
	}
	// At names such as mta-sts.example.com stand hosts of example.com, so what
	// such a name itself has, if it is scanned, must not need that place.
	label, _ := firstLabel(domain)
	shared := w.index.labels[label]
	h := hash(w.cfg.Seed, "scenario", domain)
	if n, ok := w.numbered(domain); ok {
		h = uint64(n) // the draw, made when the name was
	}
	for range redraws {
		s := w.draw.pick(h)
		if s == nil {
			return w.absent
		}
		if d := w.deployments[s]; d.fits(domain) && !(shared && d.bare) {
			return d
		}
		h = mix(h + 1)
	}
	return w.absent
}

// Scenario is the scenario of a domain, given as lower-case A-labels without
// a final dot.
func (w *World) Scenario(domain string) *Scenario { return w.deployment(domain).Scenario }

// Truth is what a scan has to find out about a domain, by ruleset rfc.
func (w *World) Truth(domain string) Truth { return w.TruthUnder(RulesetRFC, domain) }

// TruthUnder is what it has to find out by another ruleset.
func (w *World) TruthUnder(ruleset, domain string) Truth {
	t := w.deployment(domain).Scenario.TruthUnder(ruleset)
	t.Codes = slices.Clone(t.Codes)
	return t
}

// Scenarios are all scenarios of the world, by name.
func (w *World) Scenarios() []*Scenario {
	var all []*Scenario
	for s := range w.deployments {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *Scenario) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Resolver is the first address of the recursive resolver, over UDP and TCP.
func (w *World) Resolver() netip.AddrPort { return w.place.resolver }

// HTTPSPort is the port of all policy hosts.
func (w *World) HTTPSPort() uint16 { return w.place.https }

// SMTPPort is the port of all MX hosts.
func (w *World) SMTPPort() uint16 { return w.place.smtp }

// RootsPEM is the trusted root of the world, as PEM.
func (w *World) RootsPEM() []byte { return w.pki.rootsPEM() }

// canonical is a name as the lab keeps it: lower case, no final dot.
func canonical(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
