package inputs

import "bytes"

// format is one form in which lists are published.
type format struct {
	name string
	// detect says whether a list whose first lines (neither blank nor comment,
	// at most sampleLines) are these has the format.
	detect func(sample [][]byte) bool
	// parser makes a parser for one list of the format. The sample is that
	// of detect: a header stands in its first line.
	parser func(sample [][]byte) (parser, error)
}

// formats returns every format, the most particular first: plain takes anything.
func formats() []format {
	return []format{zoneFormat(), majesticFormat(), cruxFormat(), csvFormat(), plainFormat()}
}

// parser takes the lines of one list in turn, without their ends and the blanks
// before those; blanks in front mean something in a zone file. It is not told
// of blank lines and comments.
type parser interface {
	parse(line []byte) found
}

// found is what one line holds: nothing (the zero value: a header, a record of
// another kind), a name yet to be normalised, or a reason why there is none.
type found struct {
	name   []byte // part of the line; as written, but for CSV quotes
	rank   int64
	reason Reason
}

// sampleLines is how many lines are looked at to tell the format: enough that a
// few bad ones at the top mislead nobody.
const sampleLines = 20

func detectFormat(sample [][]byte) format {
	all := formats()
	for _, f := range all {
		if f.detect(sample) {
			return f
		}
	}
	return all[len(all)-1]
}

// isComment reports a comment line: "#" in lists, ";" in zone files. No name,
// rank or quote begins with either.
func isComment(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	return line[0] == '#' || line[0] == ';'
}

// hostOf returns the host of a URL, or what is no URL as it is. Only what has a
// scheme is taken as a URL (CrUX: "https://example.com").
func hostOf(s []byte) ([]byte, Reason) {
	scheme := bytes.Index(s, []byte("://"))
	if scheme < 0 {
		return s, ""
	}
	if scheme == 0 {
		return nil, ReasonBadURL
	}
	host := s[scheme+3:]
	if i := bytes.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	if i := bytes.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	if len(host) > 0 && host[0] == '[' { // RFC 3986 section 3.2.2: an IPv6 literal
		return nil, ReasonIPAddress
	}
	if i := bytes.IndexByte(host, ':'); i >= 0 {
		if !allDigits(host[i+1:]) {
			return nil, ReasonBadURL
		}
		host = host[:i]
	}
	if len(host) == 0 {
		return nil, ReasonBadURL
	}
	return host, ""
}

func allDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
