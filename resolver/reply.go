package resolver

import (
	"encoding/binary"

	"github.com/miekg/dns"
)

// fit is what a message is to the question it may answer.
type fit int

const (
	stray  fit = iota // no reply to it: dropped, the question stays open
	broken            // a reply under its id that nobody can read
	match
)

// matches compares a message whose id is the query's with the query: only a
// response with the very question is a reply (RFC 5452 section 9.1). The case
// of the name may differ (RFC 4343).
//
// A server that cannot read or does not want the query may leave the question
// out; such a refusal is taken, since all it can do is to have us ask again.
func matches(query, msg []byte) fit {
	if len(msg) < headerLen {
		return broken
	}
	flags := binary.BigEndian.Uint16(msg[2:])
	if flags&bitQR == 0 || flags&opcodeMask != 0 {
		return stray
	}
	switch binary.BigEndian.Uint16(msg[4:]) {
	case 0:
		if passing(flags&rcodeMask) && binary.BigEndian.Uint16(msg[6:]) == 0 {
			return match
		}
		return stray
	case 1:
	default:
		return stray
	}
	end := questionEnd(query)
	if len(msg) < end {
		return shortQuestion(msg)
	}
	name := end - 4 // type and class are behind it
	for i := headerLen; i < end; i++ {
		same := msg[i] == query[i]
		if i < name {
			// Length octets are at most 63 and have no case.
			same = lower(msg[i]) == lower(query[i])
		}
		if !same {
			return stray
		}
	}
	return match
}

// shortQuestion tells a message that ends inside its question from one with a
// shorter question than ours.
func shortQuestion(msg []byte) fit {
	end, ok := skipName(msg, headerLen)
	if !ok || end+4 > len(msg) {
		return broken
	}
	return stray
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// passing reports an rcode that says nothing about the name, only that this
// server did not serve us this time. The others are answers.
func passing(rcode uint16) bool {
	switch rcode {
	case dns.RcodeSuccess, dns.RcodeNameError, dns.RcodeYXDomain:
		return false
	}
	return true
}

// rr is one record of a message, by offsets into it.
type rr struct {
	owner  int
	rrtype uint16
	ttl    uint32
	data   int // RDATA is msg[data:end]
	end    int
}

// reply is a message that matched, taken apart. Its slices are used again.
type reply struct {
	msg     []byte
	flags   uint16
	rcode   uint16 // with the upper bits of EDNS
	answers []rr   // class IN, of the answer section
	ede     []uint16
	edns    uint16 // UDP payload of its OPT record; 0 = it has none
	owner   []byte // scratch of read
	soaTTL  uint32 // of the SOA in the authority section
	hasSOA  bool
}

func (p *reply) truncated() bool { return p.flags&bitTC != 0 }

// parse reads all sections of msg, whose length and question were checked by
// matches. A truncated message is read no further than its header: what it
// holds is asked for again. It reports false for a malformed message; bytes
// behind the last record are let pass.
func (p *reply) parse(msg []byte) bool {
	*p = reply{msg: msg, answers: p.answers[:0], ede: p.ede[:0], owner: p.owner}
	p.flags = binary.BigEndian.Uint16(msg[2:])
	p.rcode = p.flags & rcodeMask
	if p.truncated() {
		return true
	}
	off := headerLen
	if binary.BigEndian.Uint16(msg[4:]) == 1 {
		end, ok := skipName(msg, off)
		if !ok || end+4 > len(msg) {
			return false
		}
		off = end + 4
	}
	for section := range 3 {
		for range binary.BigEndian.Uint16(msg[6+2*section:]) {
			r, class, ok := readRR(msg, off)
			if !ok || !p.take(section, r, class) {
				return false
			}
			off = r.end
		}
	}
	return true
}

// Sections behind the question, as counted in parse.
const (
	answerSection = iota
	authoritySection
	additionalSection
)

// take keeps what we use of one record.
func (p *reply) take(section int, r rr, class uint16) bool {
	switch {
	case section == additionalSection && r.rrtype == dns.TypeOPT:
		p.rcode |= uint16(r.ttl>>24) << 4   // RFC 6891 section 6.1.3
		p.edns = max(class, dns.MinMsgSize) // RFC 6891 section 6.2.3
		return p.takeOptions(p.msg[r.data:r.end])
	case class != dns.ClassINET:
	case section == answerSection:
		var name [maxWireName]byte
		if _, ok := appendWire(name[:0], p.msg, r.owner); !ok {
			return false // whose record it is nobody can tell: it may be what was asked for
		}
		p.answers = append(p.answers, r)
	case section == authoritySection && r.rrtype == dns.TypeSOA && !p.hasSOA:
		return p.takeSOA(r)
	}
	return true
}

// takeOptions reads the options of an OPT record (RFC 6891 section 6.1.2) and
// keeps the extended errors.
func (p *reply) takeOptions(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 4 {
			return false
		}
		code, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b = b[4:]
		if n > len(b) {
			return false
		}
		// INFO-CODE, then text (RFC 8914 section 2).
		if code == dns.EDNS0EDE && n >= 2 && len(p.ede) < maxEDE {
			p.ede = append(p.ede, binary.BigEndian.Uint16(b))
		}
		b = b[n:]
	}
	return true
}

// takeSOA reads the negative TTL: the lesser of the SOA's own TTL and its
// MINIMUM (RFC 2308 section 5).
func (p *reply) takeSOA(r rr) bool {
	msg := p.msg[:r.end]
	off, ok := skipName(msg, r.data) // MNAME
	if ok {
		off, ok = skipName(msg, off) // RNAME
	}
	const numbers = 5 * 4 // SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM
	if !ok || off+numbers != r.end {
		return false
	}
	p.soaTTL = min(r.ttl, cleanTTL(binary.BigEndian.Uint32(msg[r.end-4:])))
	p.hasSOA = true
	return true
}

// readRR reads the record at off and its class. The TTL of an OPT record is no
// time and is left as it is.
func readRR(msg []byte, off int) (r rr, class uint16, ok bool) {
	r.owner = off
	off, ok = skipName(msg, off)
	if !ok || off+10 > len(msg) {
		return r, 0, false
	}
	r.rrtype = binary.BigEndian.Uint16(msg[off:])
	class = binary.BigEndian.Uint16(msg[off+2:])
	r.ttl = binary.BigEndian.Uint32(msg[off+4:])
	if r.rrtype != dns.TypeOPT {
		r.ttl = cleanTTL(r.ttl)
	}
	r.data = off + 10
	r.end = r.data + int(binary.BigEndian.Uint16(msg[off+8:]))
	return r, class, r.end <= len(msg)
}

// cleanTTL reads a TTL with the highest bit set as zero (RFC 2181 section 8).
func cleanTTL(ttl uint32) uint32 {
	if ttl > 1<<31-1 {
		return 0
	}
	return ttl
}
