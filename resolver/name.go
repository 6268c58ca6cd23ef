package resolver

import (
	"strings"

	"github.com/miekg/dns"
)

// maxWireName is the longest name on the wire (RFC 1035 section 2.3.4).
const maxWireName = 255

// pointer marks a length octet as the first of a compression pointer (RFC 1035
// section 4.1.4).
const pointer = 0xc0

// skipName returns the offset behind the name at off, without following its
// compression pointer.
func skipName(msg []byte, off int) (end int, ok bool) {
	for off < len(msg) {
		switch c := msg[off]; {
		case c == 0:
			return off + 1, true
		case c&pointer == pointer:
			return off + 2, off+2 <= len(msg)
		case c > maxLabel:
			return 0, false
		default:
			off += 1 + int(c)
		}
	}
	return 0, false
}

// appendWire appends the name at off in wire format, uncompressed, in lower
// case. Each pointer must lead to an earlier place than the last one, so the
// walk ends.
func appendWire(b, msg []byte, off int) (name []byte, ok bool) {
	start, limit := len(b), len(msg)
	for off < limit {
		c := int(msg[off])
		switch {
		case c == 0:
			return append(b, 0), len(b)+1-start <= maxWireName
		case c&pointer == pointer:
			if off+1 >= len(msg) {
				return b, false
			}
			limit = min(limit, off)
			off = (c&^pointer)<<8 | int(msg[off+1])
		case c > maxLabel || off+1+c > len(msg) || len(b)+1+c-start > maxWireName:
			return b, false
		default:
			b = append(b, byte(c))
			for _, x := range msg[off+1 : off+1+c] {
				b = append(b, lower(x))
			}
			off += 1 + c
		}
	}
	return b, false
}

// appendHost appends the name at off as text, case kept, with a final dot. It takes
// only names of letters, digits, hyphens and underscores, which look the same in
// every presentation, and bounds its walk like appendWire.
func appendHost(b, msg []byte, off int) (name []byte, ok bool) {
	start, limit := len(b), len(msg)
	for off < limit {
		c := int(msg[off])
		switch {
		case c == 0:
			return b, len(b) > start && len(b)-start < maxWireName
		case c&pointer == pointer:
			if off+1 >= len(msg) {
				return b, false
			}
			limit = min(limit, off)
			off = (c&^pointer)<<8 | int(msg[off+1])
		case c > maxLabel || off+1+c > len(msg) || len(b)+1+c-start > maxWireName:
			return b, false
		default:
			for _, x := range msg[off+1 : off+1+c] {
				if x != '-' && x != '_' && (x < '0' || x > '9') && (lower(x) < 'a' || lower(x) > 'z') {
					return b, false
				}
				b = append(b, x)
			}
			b = append(b, '.')
			off += 1 + c
		}
	}
	return b, false
}

// hostName is the name at off as evidence writes it: lower case, no final dot,
// odd octets escaped as in zone files. The root is ".".
func hostName(msg []byte, off int) (string, bool) {
	s, _, err := dns.UnpackDomainName(msg, off)
	if err != nil {
		return "", false
	}
	if s == "." {
		return s, true
	}
	return strings.ToLower(strings.TrimSuffix(s, ".")), true
}
