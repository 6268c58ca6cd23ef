package lab

import (
	"github.com/miekg/dns"
)

const (
	// udpSize is what the lab's resolver offers and honours at most over UDP:
	// the size that avoids fragmentation (DNS flag day 2020).
	udpSize = 1232
	// fewRecords are sent without name compression, which costs more than it
	// saves there.
	fewRecords = 2
	// maxMessage bounds a message over TCP, whose length has two bytes.
	maxMessage = 65535
)

// respond answers one message as a recursive resolver does; nil means that no
// answer is sent.
func (w *World) respond(query []byte, tcp bool) (answer []byte, fault DNSFault) {
	q := new(dns.Msg)
	if err := q.Unpack(query); err != nil || q.Response {
		return nil, DNSOK
	}
	m, fault := w.answer(q, tcp)
	if m == nil {
		return nil, DNSOK
	}
	disguise(m, fault)
	out, err := m.Pack()
	if err != nil {
		m.Answer, m.Ns, m.Rcode, m.AuthenticatedData = nil, nil, dns.RcodeServerFailure, false
		if out, err = m.Pack(); err != nil {
			return nil, DNSOK
		}
	}
	return damage(out, fault), fault
}

// Answer is the resolver's answer to q, nil if it keeps silent. RA is always set;
// AD is, for who wants it, where all of the answer is from signed zones.
func (w *World) Answer(q *dns.Msg, tcp bool) *dns.Msg {
	m, _ := w.answer(q, tcp)
	return m
}

func (w *World) answer(q *dns.Msg, tcp bool) (*dns.Msg, DNSFault) {
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = true
	if len(q.Question) != 1 || q.Opcode != dns.OpcodeQuery || q.Question[0].Qclass != dns.ClassINET {
		m.Rcode = dns.RcodeNotImplemented
		return m, DNSOK
	}
	name, typ := canonical(q.Question[0].Name), q.Question[0].Qtype
	w.count.query(name, typ)
	w.observeQuestion(name, typ)
	r := w.ask(name, typ, q.CheckingDisabled)
	if r.silent {
		return nil, DNSOK
	}
	// Where the answer is cut off and TCP fails, a SERVFAIL would be another truth.
	if (r.rcode == dns.RcodeSuccess || r.rcode == dns.RcodeNameError) && !r.truncate && w.failing(name, typ) {
		r = reply{rcode: dns.RcodeServerFailure, ede: -1}
	}
	m.Rcode, m.Answer = r.rcode, r.records
	m.AuthenticatedData = wantsAD(q) && w.authentic(r)
	m.Compress = len(r.records) > fewRecords
	if r.zone != "" && (r.rcode == dns.RcodeNameError || r.rcode == dns.RcodeSuccess && !answers(r.records, typ)) {
		m.Ns = []dns.RR{soa(r.zone)}
	}
	size := dns.MinMsgSize
	if opt := q.IsEdns0(); opt != nil {
		size = min(max(int(opt.UDPSize()), dns.MinMsgSize), udpSize)
		w.addEDNS(m, opt.Do(), r.ede)
	}
	if !tcp && (r.truncate || m.Len() > size) {
		m.Answer, m.Ns, m.Truncated = nil, nil, true
	}
	return m, r.fault
}

func (w *World) addEDNS(m *dns.Msg, do bool, ede int) {
	m.SetEdns0(udpSize, do)
	if ede >= 0 {
		opt := m.IsEdns0()
		opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: uint16(ede)})
	}
}

// answers reports whether there is a record of the type asked for.
func answers(rrs []dns.RR, typ uint16) bool {
	for _, rr := range rrs {
		if rr.Header().Rrtype == typ {
			return true
		}
	}
	return false
}
