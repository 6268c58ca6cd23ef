package inputs

import "bytes"

// zoneFormat is the master file of a zone (RFC 1035 section 5), as registries
// give it out through CZDS: the names are those delegated, the owners of NS
// records below the apex. Glue and the records of the apex are no names of the
// list. Files are split by hand: a parser of every record type is 30 times
// slower, and a zone has hundreds of millions of lines.
func zoneFormat() format {
	return format{
		name: "zone",
		detect: func(sample [][]byte) bool {
			for _, line := range sample {
				if line[0] == '$' {
					return true
				}
				_, rrtype, ok := splitRecord(line)
				if ok && (equalFold(rrtype, "SOA") || equalFold(rrtype, "NS")) {
					return true
				}
			}
			return false
		},
		parser: func([][]byte) (parser, error) { return &zone{}, nil },
	}
}

// zone parses one zone file.
type zone struct {
	apex   []byte // owner of the SOA record
	origin []byte // what relative names stand below; with a final dot
	owner  []byte // of the last record: that of a line that begins with a blank
	last   []byte // delegated name given last: its NS records stand together
	open   int    // parentheses not yet closed: the lines of one record
}

func (z *zone) parse(line []byte) found {
	continued := z.open > 0
	z.count(line)
	if continued {
		return found{}
	}
	if line[0] == '$' {
		z.directive(line)
		return found{}
	}
	owner, rrtype, ok := splitRecord(line)
	if !ok {
		return found{}
	}
	z.setOwner(owner)
	if equalFold(rrtype, "SOA") {
		z.apex = append(z.apex[:0], z.owner...)
	}
	if !equalFold(rrtype, "NS") || bytes.EqualFold(z.owner, z.apex) || bytes.EqualFold(z.owner, z.last) {
		return found{}
	}
	z.last = append(z.last[:0], z.owner...)
	return found{name: z.last}
}

// setOwner makes the owner absolute. An empty one is that of the record before.
func (z *zone) setOwner(owner []byte) {
	switch {
	case len(owner) == 0:
	case len(owner) == 1 && owner[0] == '@':
		z.owner = append(z.owner[:0], z.origin...)
	default:
		z.owner = append(z.owner[:0], owner...)
		if owner[len(owner)-1] != '.' && len(z.origin) > 0 {
			z.owner = append(append(z.owner, '.'), z.origin...)
		}
	}
}

// count follows the parentheses that let a record run over several lines.
func (z *zone) count(line []byte) {
	if z.open == 0 && bytes.IndexByte(line, '(') < 0 {
		return
	}
	quoted := false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ';':
			return
		case c == '(':
			z.open++
		case c == ')' && z.open > 0:
			z.open--
		}
	}
}

func (z *zone) directive(line []byte) {
	word, rest := nextWord(line)
	if equalFold(word, "$ORIGIN") {
		name, _ := nextWord(rest)
		z.origin = append(z.origin[:0], name...)
	}
}

// splitRecord splits the head of "owner [ttl] [class] type rdata", TTL and
// class in either order (RFC 1035 section 5.1), and says whether that is what
// the line is. The owner is empty when the line begins with a blank.
func splitRecord(line []byte) (owner, rrtype []byte, ok bool) {
	owner, line = nextWord(line)
	for range 3 {
		rrtype, line = nextWord(line)
		if len(rrtype) == 0 {
			return owner, nil, false
		}
		if !isTTL(rrtype) && !isClass(rrtype) {
			return owner, rrtype, len(line) > 0
		}
	}
	return owner, nil, false
}

func isTTL(w []byte) bool { return w[0] >= '0' && w[0] <= '9' }

func isClass(w []byte) bool {
	return equalFold(w, "IN") || equalFold(w, "CH") || equalFold(w, "HS")
}

func equalFold(w []byte, s string) bool {
	return len(w) == len(s) && bytes.EqualFold(w, []byte(s))
}

// nextWord cuts the next word off, and the blanks around it.
func nextWord(s []byte) (word, rest []byte) {
	i := 0
	for i < len(s) && s[i] != ' ' && s[i] != '\t' {
		i++
	}
	word, rest = s[:i], s[i:]
	for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
		rest = rest[1:]
	}
	return word, rest
}
