package resolver

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// Failures seen in a reply that Go has no error for.
var (
	errMalformed = neterr.Observation{Kind: evidence.KindMalformed, What: "malformed DNS message"}
	errLongChain = neterr.Observation{Kind: evidence.KindOversize, What: fmt.Sprintf("more than %d CNAMEs", maxChain)}
)

// rcodeName is the IANA mnemonic of an rcode. 16 is BADVERS in a reply with
// EDNS and without TSIG, which we never ask for.
func rcodeName(rcode uint16) string {
	if rcode == dns.RcodeBadVers {
		return "BADVERS"
	}
	if s, ok := dns.RcodeToString[int(rcode)]; ok {
		return s
	}
	return fmt.Sprintf("RCODE%d", rcode)
}

// answer reads the answer to a question out of a reply.
type answer struct {
	*reply
	rrtype uint16
	owner  []byte // wire form, lower case: the name the chain has come to; nil = none
	ttl    uint32
	hasTTL bool
}

// read fills l with what the reply to query says. l.Question is set.
func (p *reply) read(query []byte, l *evidence.Lookup) error {
	l.RCode = rcodeName(p.rcode)
	l.AD = p.flags&bitAD != 0
	l.EDE = slices.Clone(p.ede)
	if passing(p.rcode) {
		return neterr.Observation{Kind: evidence.KindStatus, What: l.RCode}
	}
	a := answer{reply: p, rrtype: binary.BigEndian.Uint16(query[questionEnd(query)-4:])}
	var ok bool
	if p.owner, ok = appendWire(p.owner[:0], query, headerLen); !ok {
		return errMalformed
	}
	a.owner = p.owner
	if err := a.follow(l); err != nil {
		return err
	}
	if err := a.collect(l); err != nil {
		return err
	}
	if p.rcode == dns.RcodeNameError && l.Total > 0 {
		// The rcode is about the last name of the chain (RFC 6604 section 3),
		// which cannot both have records and not exist.
		return errMalformed
	}
	if l.Total == 0 && p.hasSOA {
		a.age(p.soaTTL)
	}
	l.TTL = a.ttl
	return nil
}

// age notes the TTL of a part of the answer; the least one counts.
func (a *answer) age(ttl uint32) {
	if !a.hasTTL || ttl < a.ttl {
		a.ttl, a.hasTTL = ttl, true
	}
}

// follow walks the CNAMEs from the name asked for to the name that holds the
// answer (RFC 1034 section 3.6.2), whatever their order in the message, and
// past records that belong to neither. A loop ends the walk: the chain then
// ends with the name that closes it, a name it holds before or that was asked.
func (a *answer) follow(l *evidence.Lookup) error {
	if a.rrtype == dns.TypeCNAME {
		return nil // the CNAME is what was asked for
	}
	for {
		r, found := a.cname()
		if !found {
			return nil
		}
		if len(l.Chain) == maxChain {
			return errLongChain
		}
		target, ok := hostName(a.msg[:r.end], r.data)
		end, whole := skipName(a.msg[:r.end], r.data)
		if !ok || !whole || end != r.end {
			return errMalformed
		}
		loop := strings.EqualFold(target, l.Question.Name) || slices.Contains(l.Chain, target)
		l.Chain = append(l.Chain, target)
		a.age(r.ttl)
		if loop {
			a.owner = nil // of no record: a loop has no answer
			return nil
		}
		if a.owner, ok = appendWire(a.owner[:0], a.msg[:r.end], r.data); !ok {
			return errMalformed
		}
	}
}

// cname finds the first CNAME of the present owner.
func (a *answer) cname() (rr, bool) {
	for _, r := range a.answers {
		if r.rrtype == dns.TypeCNAME && a.owns(r) {
			return r, true
		}
	}
	return rr{}, false
}

// owns reports whether r belongs to the present owner.
func (a *answer) owns(r rr) bool {
	var name [maxWireName]byte
	owner, ok := appendWire(name[:0], a.msg, r.owner)
	return ok && bytes.Equal(owner, a.owner)
}

// collect gathers the record set at the end of the chain. Records equal in
// canonical form are one record (RFC 2181 section 5, RFC 4034 section 6.3).
func (a *answer) collect(l *evidence.Lookup) error {
	var room [usualRecords]rdata
	set := recordSet(room[:0])
	for _, r := range a.answers {
		if r.rrtype != a.rrtype || !a.owns(r) {
			continue
		}
		d, err := readRData(a.msg, r)
		if err != nil {
			return err
		}
		a.age(r.ttl)
		set = append(set, d)
	}
	if len(set) == 0 {
		return nil
	}
	set = set.distinct()
	l.Total = len(set)
	l.Digest = set.digest()
	keep, kept := keepAll, min(len(set), maxRecords)
	if a.rrtype == dns.TypeTXT && isApex(l.Question.Name) {
		keep, kept = keepSPF, 1
	}
	size := 0
	for _, d := range set {
		if !keep(d) {
			continue
		}
		size += len(d.text)
		if len(l.Records) == maxRecords || size > maxRecordBytes {
			l.Truncated = true
			break
		}
		if l.Records == nil {
			l.Records = make([]string, 0, kept)
		}
		l.Records = append(l.Records, d.text)
	}
	return nil
}

// isApex tells the name of a domain or host from a name that a standard put
// below it, which has a label that begins with "_" (RFC 8552): "_mta-sts.a",
// "default._bimi.a".
func isApex(name string) bool {
	return !strings.HasPrefix(name, "_") && !strings.Contains(name, "._")
}

func keepAll(rdata) bool { return true }

// keepSPF is the rule for TXT at an apex: proofs of ownership and other
// texts that are nobody's business are counted and hashed, not kept. The
// version of an SPF record is matched without regard to case (RFC 7208
// section 4.5, RFC 5234 section 2.3).
func keepSPF(d rdata) bool {
	const version = "v=spf1"
	return len(d.text) >= len(version) && strings.EqualFold(d.text[:len(version)], version)
}
