package lab

import (
	"encoding/binary"
	"math"

	"github.com/miekg/dns"
)

// What a resolver, or who answers in its place, does to mislead or hold up who
// asks. Those that do not end the answer leave it as it is.
const (
	DNSLoopShown   DNSFault = "loop shown"       // a CNAME loop, whole and with NOERROR
	DNSNXRecords   DNSFault = "nxdomain records" // NXDOMAIN with the records asked for
	DNSOtherOwner  DNSFault = "other owner"      // records of another name alone
	DNSZeroTTL     DNSFault = "zero ttl"
	DNSHugeTTL     DNSFault = "huge ttl"      // the highest bit set (RFC 2181 section 8)
	DNSFormErr     DNSFault = "formerr"       // with checking disabled, too
	DNSYXDomain    DNSFault = "yxdomain"      // an rcode of dynamic updates
	DNSWrongName   DNSFault = "wrong name"    // the answer to another question
	DNSWrongID     DNSFault = "wrong id"      // the answer under another id
	DNSTwoNames    DNSFault = "two questions" // the question twice
	DNSEcho        DNSFault = "echo"          // not marked as a response
	DNSForged      DNSFault = "forged"        // a forged NXDOMAIN for another name before the answer
	DNSShort       DNSFault = "short"         // three octets
	DNSCut         DNSFault = "cut"           // the end is missing
	DNSMissing     DNSFault = "missing"       // announces records that are not there
	DNSOwnerLoop   DNSFault = "owner loop"    // an owner that is a compression pointer to itself
	DNSTargetLoop  DNSFault = "target loop"   // an MX host that is one
	DNSBadLength   DNSFault = "bad length"    // RDATA that ends behind the message
	DNSTCPClosed   DNSFault = "tcp closed"    // TC over UDP, and TCP is closed at once
	DNSTCPSilent   DNSFault = "tcp silent"    // TC over UDP, no answer over TCP
	DNSTCPTruncate DNSFault = "tcp truncate"  // TC over UDP and over TCP
	DNSTCPCut      DNSFault = "tcp cut"       // TC over UDP, half of the message over TCP
)

// elsewhereName is what nobody asked about.
const elsewhereName = "elsewhere.test."

// under is an answer with a fault that leaves it one.
func (r reply) under(fault DNSFault) reply {
	r.fault = fault
	switch fault {
	case DNSNXRecords:
		r.rcode = dns.RcodeNameError
	case DNSFormErr:
		return reply{rcode: dns.RcodeFormatError, ede: -1}
	case DNSYXDomain:
		return reply{rcode: dns.RcodeYXDomain, ede: -1}
	case DNSOtherOwner:
		r.each(func(h *dns.RR_Header) { h.Name = elsewhereName })
	case DNSZeroTTL:
		r.each(func(h *dns.RR_Header) { h.Ttl = 0 })
	case DNSHugeTTL:
		r.each(func(h *dns.RR_Header) { h.Ttl = math.MaxUint32 })
	case DNSTCPClosed, DNSTCPSilent, DNSTCPTruncate, DNSTCPCut:
		r.truncate = true
	}
	return r
}

func (r reply) each(change func(*dns.RR_Header)) {
	for _, rr := range r.records {
		change(rr.Header())
	}
}

// disguise makes an answer one to something that was not asked.
func disguise(m *dns.Msg, fault DNSFault) {
	switch fault {
	case DNSWrongName:
		m.Question = []dns.Question{{Name: elsewhereName, Qtype: m.Question[0].Qtype, Qclass: dns.ClassINET}}
	case DNSWrongID:
		m.Id ^= math.MaxUint16
	case DNSTwoNames:
		m.Question = append(m.Question, m.Question[0])
	case DNSEcho:
		m.Response = false
	case DNSTCPTruncate:
		m.Truncated, m.Answer, m.Ns = true, nil, nil
	}
}

// Offsets into the header of a message (RFC 1035 section 4.1.1).
const (
	headerBytes = 12
	answerCount = 6
	flagsOffset = 2
)

// damage makes a message one that nobody can read.
func damage(msg []byte, fault DNSFault) []byte {
	switch fault {
	case DNSShort:
		return msg[:3]
	case DNSCut:
		return msg[:len(msg)-5]
	case DNSMissing:
		binary.BigEndian.PutUint16(msg[answerCount:], 1000)
	case DNSOwnerLoop:
		return withRecord(msg, func(at int) []byte { return pointerTo(at) }, func(int) []byte {
			return []byte("\x0dv=STSv1; id=1")
		})
	case DNSTargetLoop:
		return withRecord(msg, ownerAsked, func(at int) []byte { return append([]byte{0, 10}, pointerTo(at+2)...) })
	case DNSBadLength:
		out := withRecord(msg, ownerAsked, func(int) []byte { return []byte("\x0dv=STSv1; id=1") })
		return out[:len(out)-4]
	}
	return msg
}

func ownerAsked(int) []byte { return pointerTo(headerBytes) }

// pointerTo is a compression pointer (RFC 1035 section 4.1.4).
func pointerTo(at int) []byte { return []byte{0xc0 | byte(at>>8), byte(at)} }

// withRecord keeps the question of a message and answers it with one record of
// the type asked for; owner and data are told where they will stand.
func withRecord(msg []byte, owner, data func(at int) []byte) []byte {
	end := headerBytes
	for msg[end] != 0 {
		end += 1 + int(msg[end])
	}
	end += 1 + 4 // the root, type and class
	out := append([]byte(nil), msg[:end]...)
	binary.BigEndian.PutUint16(out[flagsOffset:], binary.BigEndian.Uint16(out[flagsOffset:])&^0xf) // NOERROR
	copy(out[answerCount:], []byte{0, 1, 0, 0, 0, 0})
	out = append(out, owner(end)...)
	out = append(out, msg[end-4:end]...)
	out = binary.BigEndian.AppendUint32(out, ttl)
	rdata := data(len(out) + 2)
	out = binary.BigEndian.AppendUint16(out, uint16(len(rdata)))
	return append(out, rdata...)
}

// forgery is what one who can see a question, but only guess at its name, sends.
func forgery(answer []byte) []byte {
	m := new(dns.Msg)
	if m.Unpack(answer) != nil {
		return nil
	}
	m.Answer, m.Rcode = nil, dns.RcodeNameError
	disguise(m, DNSWrongName)
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}
