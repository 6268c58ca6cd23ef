package mtasts

import "strings"

// Match reports whether the MX host name matches an mx pattern of a policy
// (RFC 8461 section 4.1): without regard to ASCII case; "*." stands for exactly
// one leftmost label; a final dot of the host is dropped. Both are compared as
// A-labels, as they stand in the policy and in the DNS.
//
// What is no pattern matches nothing, and nothing matches a dotted quad. An
// underscore is let pass in either, since only some senders refuse it.
func Match(pattern, host string) bool {
	host = strings.TrimSuffix(host, ".")
	if !isHost(host) || isDottedQuad(host) {
		return false
	}
	rest, wild := strings.CutPrefix(pattern, "*.")
	if !wild {
		return equalFold(pattern, host) && !hyphenAtEdge(pattern)
	}
	i := strings.IndexByte(host, '.')
	return i >= 0 && equalFold(rest, host[i+1:]) && !hyphenAtEdge(rest)
}

// isHost reports whether s can be the name of an MX host: labels of letters,
// digits, hyphens and underscores. What is equal to such a name is a pattern,
// but for hyphens at the edge of a label.
func isHost(s string) bool {
	if len(s) > maxDomainLen {
		return false
	}
	label := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			if label == 0 {
				return false
			}
			label = 0
		case isAlnum(c) || c == '-' || c == '_':
			label++
			if label > maxLabelLen {
				return false
			}
		default:
			return false
		}
	}
	return label > 0
}

// hyphenAtEdge reports whether a label of s begins or ends with a hyphen.
func hyphenAtEdge(s string) bool {
	return strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") || strings.Contains(s, ".-") || strings.Contains(s, "-.")
}
