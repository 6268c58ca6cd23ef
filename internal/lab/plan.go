package lab

import (
	"fmt"
	"net/netip"
)

// Before TLS a server cannot know which host is meant: all it has is the
// address it was reached at. So the address says how a server behaves up to
// then, and which server of its host it is; the plan deals addresses out.
//
// An address is X.band.k.1. The second byte is a /16 network of its own to
// everyone who groups addresses, and each k is a /24. Each place in a host's
// list of servers (slot) has a band of networks of its own, above those of the
// slots before it, so that addresses ascend in the order of the list, as the
// scanner tries them:
//
//	networks 0-7    ordinary mail servers
//	networks 8-15   policy hosts
//	networks 16-19  mail servers that are odd before TLS
//	network  20     those that mask STARTTLS: all of them in this one network
//	network  21     those that fail at first
//	network  22     places that refuse, reset, swallow, or cannot be reached
//	network  23     servers that take so many requests a second, one address for each such number
const (
	maxSlots  = 9
	firstBand = 16
	bandNets  = 24

	netMail   = 0
	netWeb    = 8
	netOdd    = 16
	netMasked = 20
	netFirst  = 21
	netPlaces = 22
	netPaced  = 23

	mailNets, webNets, oddNets = 8, 8, 4
)

// How many addresses a kind of server has: in the first slot, where nearly
// all servers are, and in the others. On loopback each is a listener.
const (
	mailHosts, mailHostsMore = 16, 4 // in each of 8 networks
	webHosts, webHostsMore   = 8, 2  // in each of 8 networks
	oddHosts                 = 4
	failFirstHosts           = 32
	placeHosts               = 4
)

// kind is what stands at an address.
type kind uint8

const (
	kindWeb kind = iota
	kindMail
	kindRefused
	kindReset
	kindBlackhole
	kindUnreachable
)

// dialogue is how a mail server behaves before TLS: what its address decides.
type dialogue struct {
	Greeting, StartTLS, Keyword, FailFirst                          string
	NoEHLO, NoStartTLS, Masked, Inject, NotSMTP, Silent, CloseEarly bool
	MultiLine                                                       bool
	RawGreeting, RawEHLO, RawStartTLS, RawSecure                    Stream
}

func dialogueOf(s MailServer) dialogue {
	return dialogue{
		Greeting: s.Greeting, StartTLS: s.StartTLS, Keyword: s.Keyword, FailFirst: s.FailFirst,
		NoEHLO: s.NoEHLO, NoStartTLS: s.NoStartTLS, Masked: s.Masked, Inject: s.Inject,
		NotSMTP: s.NotSMTP, Silent: s.Silent, CloseEarly: s.CloseEarly, MultiLine: s.MultiLine,
		RawGreeting: s.RawGreeting, RawEHLO: s.RawEHLO, RawStartTLS: s.RawStartTLS, RawSecure: s.RawSecure,
	}
}

// site is what an address is for: a kind of server in one slot.
type site struct {
	kind     kind
	slot     int
	limit    int      // requests it takes a second; 0 = any number
	dialogue dialogue // of kindMail
}

// plan is the addresses of a world.
type plan struct {
	first byte // first byte of every IPv4 address
	sites map[netip.Addr]site
	pools map[site][]netip.Addr // IPv4; wide gives the IPv6 address
	order []netip.Addr          // all IPv4 addresses in the order dealt

	odd, masked, failing int // dialogues seen so far of each sort
	paced                int // sites with a limit so far
	dialogues            map[dialogue]int
}

func newPlan(first byte) *plan {
	return &plan{
		first:     first,
		sites:     map[netip.Addr]site{},
		pools:     map[site][]netip.Addr{},
		dialogues: map[dialogue]int{{}: 0},
	}
}

// webSite and mailSite say where a server stands; ok is false for a place that
// has no address of the plan.
func webSite(s WebServer, slot int) (st site, ok bool) {
	return placeSite(s.Place, site{kind: kindWeb, slot: slot, limit: s.Limit})
}

func mailSite(s MailServer, slot int) (st site, ok bool) {
	return placeSite(s.Place, site{kind: kindMail, slot: slot, limit: s.Limit, dialogue: dialogueOf(s)})
}

func placeSite(p Place, open site) (st site, ok bool) {
	switch p {
	case PlaceOpen, PlaceIPv6:
		return open, true
	case PlaceRefused:
		return site{kind: kindRefused, slot: open.slot}, true
	case PlaceReset:
		return site{kind: kindReset, slot: open.slot}, true
	case PlaceBlackhole:
		return site{kind: kindBlackhole, slot: open.slot}, true
	case PlaceUnreachable:
		return site{kind: kindUnreachable, slot: open.slot}, true
	}
	return site{}, false
}

// reserve deals out the addresses of a site, once.
func (p *plan) reserve(st site) error {
	if _, ok := p.pools[st]; ok {
		return nil
	}
	more := st.slot > 0
	if st.limit > 0 {
		p.paced++
		return p.deal(st, netPaced, 1, p.paced-1, 1)
	}
	switch st.kind {
	case kindWeb:
		return p.deal(st, netWeb, webNets, 0, pickInt(more, webHostsMore, webHosts))
	case kindMail:
		return p.reserveMail(st, more)
	}
	return p.deal(st, netPlaces, 1, int(st.kind)*placeHosts, placeHosts)
}

func (p *plan) reserveMail(st site, more bool) error {
	d := st.dialogue
	n, seen := p.dialogues[d]
	if !seen {
		counter := &p.odd
		switch {
		case d.Masked:
			counter = &p.masked
		case d.FailFirst != "":
			counter = &p.failing
		}
		n = *counter
		*counter++
		p.dialogues[d] = n
	}
	switch {
	case d == dialogue{}:
		return p.deal(st, netMail, mailNets, 0, pickInt(more, mailHostsMore, mailHosts))
	case d.Masked:
		// All slots in the first band's network: stripping in two unrelated
		// networks would look like a fault of the scanner's own network.
		at := st
		at.slot = 0
		return p.dealAs(st, at, netMasked, 1, (n*maxSlots+st.slot)*oddHosts, oddHosts)
	case d.FailFirst != "":
		return p.deal(st, netFirst, 1, n*failFirstHosts, failFirstHosts)
	}
	return p.deal(st, netOdd+n%oddNets, 1, n/oddNets*oddHosts, oddHosts)
}

func pickInt(cond bool, yes, no int) int {
	if cond {
		return yes
	}
	return no
}

// deal gives st the addresses k to k+hosts-1 of each of nets networks.
func (p *plan) deal(st site, net, nets, k, hosts int) error {
	return p.dealAs(st, st, net, nets, k, hosts)
}

func (p *plan) dealAs(st, at site, net, nets, k, hosts int) error {
	for n := range nets {
		for h := range hosts {
			third := k + h
			if third > 255 {
				return fmt.Errorf("lab: too many kinds of mail server: no address is left for %+v", st.dialogue)
			}
			addr := netip.AddrFrom4([4]byte{p.first, byte(firstBand + at.slot*bandNets + net + n), byte(third), octetDealt})
			p.sites[addr] = st
			p.pools[st] = append(p.pools[st], addr)
			p.order = append(p.order, addr)
		}
	}
	return nil
}

// address is where the server of a site stands for whoever has this key.
func (p *plan) address(st site, key uint64) (netip.Addr, bool) {
	pool := p.pools[st]
	if len(pool) == 0 {
		return netip.Addr{}, false
	}
	return pool[key%uint64(len(pool))], true
}

// at is the site that an address belongs to, IPv4 or IPv6.
func (p *plan) at(addr netip.Addr) (site, bool) {
	addr = narrow(addr.Unmap())
	if st, ok := p.sites[addr]; ok || !addr.Is4() {
		return st, ok
	}
	b := addr.As4()
	if b[3] < octetApart || b[3] >= octetEnd {
		return site{}, false
	}
	b[3] = octetDealt
	if st, ok := p.sites[netip.AddrFrom4(b)]; ok {
		return st, ok
	}
	b[2] = 0
	st, ok := p.sites[netip.AddrFrom4(b)]
	return st, ok && st.roomy()
}

// roomy reports whether a site has its networks to itself, so that every address
// in them is known to be its own.
func (st site) roomy() bool {
	return st.limit == 0 && (st.kind == kindWeb || st.kind == kindMail && st.dialogue == dialogue{})
}

// The last byte of an address: that of the addresses dealt, and where those of
// hosts that stand apart and of groups begin and end.
const (
	octetDealt = 1
	octetApart = 2
	octetGroup = 128
	octetEnd   = 255
)

// apart is another address of the same site as a: one in some hundred thousand,
// or in a hundred if the site shares its network.
func (p *plan) apart(a netip.Addr, key uint64) netip.Addr {
	return p.beside(a, byte(key>>48), octetApart+byte(key>>32%(octetGroup-octetApart)))
}

// ofGroup is another address of the same site as a, and of no other group's.
func (p *plan) ofGroup(a netip.Addr, group int) netip.Addr {
	const octets = octetEnd - octetGroup
	return p.beside(a, byte(group/octets), octetGroup+byte(group%octets))
}

// beside is a with other last bytes: the third, too, if that is the site's own.
func (p *plan) beside(a netip.Addr, third, last byte) netip.Addr {
	v4 := narrow(a)
	st, ok := p.sites[v4]
	if !ok {
		return a
	}
	b := v4.As4()
	b[3] = last
	if st.roomy() {
		b[2] = third
	}
	if a.Is6() {
		return wide(netip.AddrFrom4(b))
	}
	return netip.AddrFrom4(b)
}

// wide is the IPv6 address beside an IPv4 address of the plan. It lies in
// 2600::/16, and in another /32 for another /16.
func wide(a netip.Addr) netip.Addr {
	v4 := a.As4()
	b := [16]byte{0: 0x26, 2: v4[0], 3: v4[1]}
	copy(b[12:], v4[:])
	return netip.AddrFrom16(b)
}

// narrow is the inverse of wide; every other address it returns as it is.
func narrow(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	b := a.As16()
	v4 := netip.AddrFrom4([4]byte(b[12:]))
	if wide(v4) != a {
		return a
	}
	return v4
}
