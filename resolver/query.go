package resolver

import (
	"encoding/binary"
	"errors"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// Header bits (RFC 6895 section 2).
const (
	headerLen = 12

	bitQR      = 1 << 15
	bitTC      = 1 << 9
	bitRD      = 1 << 8
	bitRA      = 1 << 7
	bitAD      = 1 << 5
	bitCD      = 1 << 4
	opcodeMask = 0xf << 11
	rcodeMask  = 0xf

	bitDO = 1 << 15 // in the OPT record (RFC 6891 section 6.1.3)
)

// Why a question cannot be put into a message.
var (
	errName = errors.New("not a name that can be asked for")
	errType = errors.New("unknown record type")
)

// appendQuery appends the message that asks q, with id 0.
//
// AD is set so that AD in the reply tells whether the resolver validated (RFC
// 6840 section 5.7), DO so that it has the signatures to do it with.
func appendQuery(b []byte, q evidence.Question) ([]byte, error) {
	rrtype, ok := dns.StringToType[q.Type]
	if !ok {
		return b, errType
	}
	flags := uint16(bitRD | bitAD)
	if q.CD {
		flags |= bitCD
	}
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint16(b, flags)
	b = append(b, 0, 1, 0, 0, 0, 0, 0, 1) // QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT
	b, err := appendName(b, q.Name)
	if err != nil {
		return b, err
	}
	b = binary.BigEndian.AppendUint16(b, rrtype)
	b = binary.BigEndian.AppendUint16(b, dns.ClassINET)
	return appendOPT(b), nil
}

// appendOPT appends the EDNS(0) record (RFC 6891 section 6.1.2).
func appendOPT(b []byte) []byte {
	b = append(b, 0) // the root
	b = binary.BigEndian.AppendUint16(b, dns.TypeOPT)
	b = binary.BigEndian.AppendUint16(b, ednsSize)
	b = append(b, 0, 0) // extended RCODE, version
	b = binary.BigEndian.AppendUint16(b, bitDO)
	return append(b, 0, 0) // no options
}

// appendName appends a name in wire format. A label may hold any printable
// ASCII but the backslash, which in text starts an escape: no name we are
// given needs one.
func appendName(b []byte, name string) ([]byte, error) {
	if name == "" || len(name) > maxName {
		return b, errName
	}
	mark := len(b) // of the length octet of the label under way
	b = append(b, 0)
	for i := range len(name) {
		switch c := name[i]; {
		case c == '.':
			if !closeLabel(b, mark) {
				return b, errName
			}
			mark = len(b)
			b = append(b, 0)
		case c <= ' ' || c > '~' || c == '\\':
			return b, errName
		default:
			b = append(b, c)
		}
	}
	if !closeLabel(b, mark) {
		return b, errName
	}
	return append(b, 0), nil
}

// closeLabel writes the length of the label that began at mark.
func closeLabel(b []byte, mark int) bool {
	n := len(b) - mark - 1
	if n == 0 || n > maxLabel {
		return false
	}
	b[mark] = byte(n)
	return true
}

// questionEnd is the offset behind the question of a message that appendQuery
// made: all but the OPT record.
func questionEnd(query []byte) int { return len(query) - optLen }

// optLen is the length of what appendOPT appends.
const optLen = 11
