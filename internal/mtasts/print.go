package mtasts

import (
	"strconv"
	"strings"
)

// String gives the record as it should be published.
func (r Record) String() string {
	var s strings.Builder
	s.WriteString("v=STSv1; id=")
	s.WriteString(r.ID)
	s.WriteByte(';')
	writePairs(&s, r.Extensions)
	return s.String()
}

// String gives the record as it should be published.
func (r TLSRPT) String() string {
	var s strings.Builder
	s.WriteString("v=TLSRPTv1; rua=")
	s.WriteString(strings.Join(r.RUA, ","))
	s.WriteByte(';')
	writePairs(&s, r.Extensions)
	return s.String()
}

func writePairs(s *strings.Builder, pairs []Pair) {
	for _, p := range pairs {
		s.WriteByte(' ')
		s.WriteString(p.Key)
		s.WriteByte('=')
		s.WriteString(p.Value)
		s.WriteByte(';')
	}
}

// String gives the policy as it should be served: lines ended by CRLF, known
// fields first, in the order in which RFC 8461 section 3.2 names them.
func (p Policy) String() string {
	var s strings.Builder
	line := func(key, value string) {
		s.WriteString(key)
		s.WriteString(": ")
		s.WriteString(value)
		s.WriteString("\r\n")
	}
	line("version", policyVersion)
	line("mode", string(p.Mode))
	for _, mx := range p.MX {
		line("mx", mx)
	}
	line("max_age", strconv.FormatInt(p.MaxAge, 10))
	for _, e := range p.Extensions {
		line(e.Key, e.Value)
	}
	return s.String()
}
