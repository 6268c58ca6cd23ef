package lab

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// operatorAddrs is how many addresses one operator serves all its customers
// from: few, so that they are hot.
const operatorAddrs = 4

// key spreads hosts over addresses: those of an operator over a few.
func (w *World) key(operator, host string) uint64 {
	if operator == "" {
		return hash(w.cfg.Seed, "address", host)
	}
	n := hash(w.cfg.Seed, "customer", host) % operatorAddrs
	return hash(w.cfg.Seed, "operator", operator, strconv.FormatUint(n, 10))
}

// operatorOf is the operator whose zone the last of the names lies in, if any.
func operatorOf(chain ...pattern) string {
	if len(chain) == 0 {
		return ""
	}
	return chain[len(chain)-1].operator()
}

// policyAddrs are the addresses of a domain's policy host.
func (w *World) policyAddrs(domain string, d *deployment) []netip.Addr {
	owner, last := domain, pattern{hold: holdDomain}
	if n := len(d.policy); n > 0 && d.policy[n-1].hold == holdGroup {
		last = d.policy[n-1]
		owner = last.name(domain)
	}
	operator := operatorOf(d.policy...)
	key := w.key(operator, owner)
	var addrs []netip.Addr
	for i, s := range d.Policy.Servers {
		st, ok := webSite(s, i)
		addrs = w.appendAddr(addrs, s.Place, st, ok, key)
	}
	if operator == "" {
		w.setApart(addrs, last, owner, key)
	}
	return addrs
}

// mailAddrs are the addresses of an MX host.
func (w *World) mailAddrs(s host) []netip.Addr {
	operator := ""
	if s.mx >= 0 {
		m := s.dep.mx[s.mx]
		if !m.host.shared() {
			operator = operatorOf(append([]pattern{m.host}, m.chain...)...)
		}
	}
	key := w.key(operator, s.name)
	var addrs []netip.Addr
	for i, m := range s.mailServers() {
		st, ok := mailSite(m, i)
		addrs = w.appendAddr(addrs, m.Place, st, ok, key)
	}
	if s.mx >= 0 && operator == "" {
		w.setApart(addrs, s.dep.mx[s.mx].host, s.name, key)
	}
	return addrs
}

// setApart moves the addresses of a host of a domain's own, or of a group's, to
// where hardly anyone else has one: who is alone is to be found alone. Hosts of
// fixed names stay where they are, as do those on loopback, where each address is
// a listener.
func (w *World) setApart(addrs []netip.Addr, p pattern, name string, key uint64) {
	if w.place.loopback || p.hold == "" {
		return
	}
	for i, a := range addrs {
		if p.hold == holdGroup {
			addrs[i] = w.plan.ofGroup(a, p.groupOf(name))
		} else {
			addrs[i] = w.plan.apart(a, key)
		}
	}
}

func (w *World) appendAddr(addrs []netip.Addr, p Place, st site, ok bool, key uint64) []netip.Addr {
	if p == PlaceSpecial {
		return append(addrs, netip.IPv4Unspecified())
	}
	if literal, err := netip.ParseAddr(string(p)); err == nil {
		return append(addrs, literal)
	}
	a, dealt := w.plan.address(st, key)
	if !ok || !dealt {
		return addrs
	}
	if p == PlaceIPv6 {
		a = wide(a)
	}
	return append(addrs, a)
}

// addresses makes A or AAAA records of those of the addresses that fit.
func (q question) addresses(owner string, addrs []netip.Addr) []dns.RR {
	var rrs []dns.RR
	for _, a := range addrs {
		switch {
		case q.typ == dns.TypeA && a.Is4():
			rrs = append(rrs, &dns.A{Hdr: q.header(owner, dns.TypeA), A: a.AsSlice()})
		case q.typ == dns.TypeAAAA && a.Is6():
			rrs = append(rrs, &dns.AAAA{Hdr: q.header(owner, dns.TypeAAAA), AAAA: a.AsSlice()})
		}
	}
	return rrs
}

// mx makes the MX records of a domain.
func (q question) mx(n node) []dns.RR {
	var rrs []dns.RR
	add := func(preference int, host string) {
		rrs = append(rrs, &dns.MX{Hdr: q.header(n.domain, dns.TypeMX), Preference: uint16(preference), Mx: dns.Fqdn(host)})
	}
	for _, m := range n.dep.mx {
		add(m.Preference, m.host.name(n.domain))
	}
	for _, text := range n.dep.Apex.MXText {
		preference, host, _ := strings.Cut(expand(text, n.domain, ""), " ")
		p, _ := strconv.Atoi(preference)
		add(p, host)
	}
	return rrs
}

// maxCharacterString bounds one character-string of a TXT RR (RFC 1035
// section 3.3).
const maxCharacterString = 255

// txt makes TXT records of raw texts with placeholders.
func (q question) txt(owner, domain string, texts []string, split bool) []dns.RR {
	var rrs []dns.RR
	for _, t := range texts {
		t = expand(t, domain, policyID(q.w.cfg.Seed, domain))
		size := maxCharacterString
		if split {
			size = max(min(len(t)/2, size), 1)
		}
		var parts []string
		for len(t) > size {
			parts = append(parts, escape(t[:size]))
			t = t[size:]
		}
		rrs = append(rrs, &dns.TXT{Hdr: q.header(owner, dns.TypeTXT), Txt: append(parts, escape(t))})
	}
	return rrs
}

// escape writes raw bytes as the dns package wants character-strings: as in
// a zone file.
func escape(raw string) string {
	var b strings.Builder
	for i := range len(raw) {
		switch c := raw[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			b.WriteByte('\\')
			b.WriteByte('0' + c/100)
			b.WriteByte('0' + c/10%10)
			b.WriteByte('0' + c%10)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
