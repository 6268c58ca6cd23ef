package resolver

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// rdata is the data of one record.
type rdata struct {
	text  string // as evidence.Lookup keeps it
	canon []byte // canonical wire form (RFC 4034 section 6.2); may share the message
}

// readRData reads the data of r.
func readRData(msg []byte, r rr) (rdata, error) {
	raw := msg[r.data:r.end]
	if len(raw) < minRData(r.rrtype) {
		return rdata{}, errMalformed
	}
	switch r.rrtype {
	case dns.TypeA, dns.TypeAAAA:
		addr, ok := netip.AddrFromSlice(raw)
		if !ok || addr.Is4() != (r.rrtype == dns.TypeA) {
			return rdata{}, errMalformed
		}
		return rdata{text: addr.String(), canon: raw}, nil
	case dns.TypeTXT:
		text, ok := joinStrings(raw)
		if !ok {
			return rdata{}, errMalformed
		}
		return rdata{text: evidence.Text(text), canon: raw}, nil
	case dns.TypeMX:
		if d, ok := readMX(msg[:r.end], r.data); ok {
			return d, nil
		}
	}
	return readOther(msg, r)
}

// readMX reads an MX record whose host is an ordinary name, as nearly all are: every
// name asked for has some. It leaves the others, and what is malformed, to readOther.
func readMX(msg []byte, off int) (d rdata, ok bool) {
	const preference = 2 // octets
	end, ok := skipName(msg, off+preference)
	if !ok || end != len(msg) {
		return d, false
	}
	var buf [len("65535 ") + maxWireName]byte
	text := strconv.AppendUint(buf[:0], uint64(binary.BigEndian.Uint16(msg[off:])), 10)
	if text, ok = appendHost(append(text, ' '), msg, off+preference); !ok {
		return d, false
	}
	canon := append(make([]byte, 0, preference+end-off), msg[off:off+preference]...)
	if canon, ok = appendWire(canon, msg, off+preference); !ok {
		return d, false
	}
	return rdata{text: string(text), canon: canon}, true
}

// minRData is the length below which RDATA lacks a field: MX has a preference
// and a name, DS four octets before the digest, which has one at least (RFC
// 4034 section 5.1), TLSA three before its data (RFC 6698 section 2.1).
func minRData(rrtype uint16) int {
	switch rrtype {
	case dns.TypeMX:
		return 3
	case dns.TypeDS:
		return 5
	case dns.TypeTLSA:
		return 3
	}
	return 1
}

// joinStrings joins the character-strings of a TXT record (RFC 1035 section
// 3.3.14), nothing between them (RFC 8461 section 3.1).
func joinStrings(raw []byte) (joined []byte, ok bool) {
	if n := int(raw[0]); n+1 == len(raw) {
		return raw[1:], true // one string, the usual case
	}
	joined = make([]byte, 0, len(raw))
	for len(raw) > 0 {
		n := int(raw[0]) + 1
		if n > len(raw) {
			return nil, false
		}
		joined = append(joined, raw[1:n]...)
		raw = raw[n:]
	}
	return joined, true
}

// readOther reads a type whose text is made by the dns package.
func readOther(msg []byte, r rr) (rdata, error) {
	h := dns.RR_Header{Name: ".", Rrtype: r.rrtype, Class: dns.ClassINET, Rdlength: uint16(r.end - r.data)}
	// The message ends with the record, so that no field can reach beyond it.
	record, end, err := dns.UnpackRRWithHeader(h, msg[:r.end], r.data)
	if err != nil || end != r.end {
		return rdata{}, errMalformed
	}
	d := rdata{
		text:  strings.TrimPrefix(record.String(), record.Header().String()),
		canon: msg[r.data:r.end],
	}
	if !lowerNames(record) {
		return d, nil // holds no name: canonical as it is
	}
	buf := make([]byte, dns.Len(record))
	n, err := dns.PackRR(record, buf, 0, nil, false)
	if err != nil {
		return rdata{}, errMalformed
	}
	const header = 1 + 2 + 2 + 4 + 2 // owner ".", type, class, TTL, length
	d.canon = buf[header:n]
	return d, nil
}

// lowerNames writes the names in a record in lower case, and reports whether
// it is of a type with names (RFC 4034 section 6.2).
func lowerNames(record dns.RR) bool {
	switch x := record.(type) {
	case *dns.MX:
		x.Mx = strings.ToLower(x.Mx)
	case *dns.NS:
		x.Ns = strings.ToLower(x.Ns)
	case *dns.CNAME:
		x.Target = strings.ToLower(x.Target)
	case *dns.PTR:
		x.Ptr = strings.ToLower(x.Ptr)
	case *dns.SRV:
		x.Target = strings.ToLower(x.Target)
	case *dns.SOA:
		x.Ns, x.Mbox = strings.ToLower(x.Ns), strings.ToLower(x.Mbox)
	default:
		return false
	}
	return true
}

// recordSet is the data of the records of one owner and type.
type recordSet []rdata

// usualRecords is what nearly every set has at most: what is made for so many stays
// on the stack.
const usualRecords = 8

// distinct leaves out each record that equals an earlier one.
func (s recordSet) distinct() recordSet {
	if len(s) < 2 {
		return s
	}
	var places [usualRecords]int
	order := s.order(places[:0])
	repeated := make([]bool, len(s))
	for i, at := range order[1:] {
		repeated[at] = bytes.Equal(s[at].canon, s[order[i]].canon)
	}
	kept := s[:0]
	for i, d := range s {
		if !repeated[i] {
			kept = append(kept, d)
		}
	}
	return kept
}

// order is the indices of s in the order of the canonical forms (RFC 4034
// section 6.3), equal ones as they stand, in the memory of buf if it is enough.
func (s recordSet) order(buf []int) []int {
	order := buf[:0]
	for i := range s {
		order = append(order, i)
	}
	if len(order) < 2 {
		return order
	}
	slices.SortStableFunc(order, func(a, b int) int { return bytes.Compare(s[a].canon, s[b].canon) })
	return order
}

// digest is the hex SHA-256 over the canonical forms in their canonical order,
// each with its length in two octets before it, as in a message: the same for
// any order, case and compression in which the set arrives.
func (s recordSet) digest() string {
	var room [512]byte // enough for nearly every set, so that it stays on the stack
	all := room[:0]
	var places [usualRecords]int
	for _, i := range s.order(places[:0]) {
		all = binary.BigEndian.AppendUint16(all, uint16(len(s[i].canon)))
		all = append(all, s[i].canon...)
	}
	sum := sha256.Sum256(all)
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	return string(text[:])
}
