package inputs

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// csvFormat is comma-separated values with or without a header: "rank,domain"
// (Tranco, Umbrella), or any table with a column that a header names as one of
// domainColumns.
func csvFormat() format {
	return format{
		name: "csv",
		detect: func(sample [][]byte) bool {
			return headerColumns(sample, domainColumns, rankColumns).domain >= 0 ||
				mostlyCommas(sample)
		},
		parser: func(sample [][]byte) (parser, error) {
			if c := headerColumns(sample, domainColumns, rankColumns); c.domain >= 0 {
				return &csvTable{columns: c, header: true}, nil
			}
			if c := guessColumns(sample); c.domain >= 0 {
				return &csvTable{columns: c}, nil
			}
			return nil, noDomainColumn(sample)
		},
	}
}

// majesticFormat is the Majestic Million.
func majesticFormat() format {
	return tableFormat("majestic", []string{"globalrank", "tldrank"}, []string{"domain"}, []string{"globalrank"})
}

// cruxFormat is a list made of the Chrome UX Report: origins, ranked by
// magnitude (1000, 5000, 10000, …).
func cruxFormat() format {
	return tableFormat("crux", []string{"origin"}, []string{"origin"}, []string{"popularity", "rank"})
}

// tableFormat is a CSV told by the columns in its header.
func tableFormat(name string, must, domain, rank []string) format {
	return format{
		name: name,
		detect: func(sample [][]byte) bool {
			if len(sample) == 0 {
				return false
			}
			header := headerFields(sample[0])
			for _, m := range must {
				if !slices.Contains(header, m) {
					return false
				}
			}
			return true
		},
		parser: func(sample [][]byte) (parser, error) {
			c := headerColumns(sample, domain, rank)
			if c.domain < 0 {
				return nil, noDomainColumn(sample)
			}
			return &csvTable{columns: c, header: true}, nil
		},
	}
}

// What columns are called, the likeliest first.
var (
	domainColumns = []string{"domain", "domain_name", "domainname", "name", "hostname", "host", "fqdn", "origin", "url", "site", "website"}
	rankColumns   = []string{"rank", "globalrank", "global_rank", "position", "popularity", "tranco_rank"}
)

// columns says where in a row the name and its rank stand; -1 = nowhere.
type columns struct{ domain, rank int }

// headerColumns finds the columns by the names in the first line.
func headerColumns(sample [][]byte, domain, rank []string) columns {
	c := columns{-1, -1}
	if len(sample) == 0 {
		return c
	}
	header := headerFields(sample[0])
	c.domain, c.rank = firstOf(header, domain), firstOf(header, rank)
	return c
}

func firstOf(header, names []string) int {
	for _, n := range names {
		if i := slices.Index(header, n); i >= 0 {
			return i
		}
	}
	return -1
}

func headerFields(line []byte) []string {
	var out []string
	row := csvRow{rest: line}
	for row.next() {
		out = append(out, strings.ToLower(string(bytes.TrimSpace(row.field))))
	}
	return out
}

// guessColumns finds the columns of a table without a header, from the first
// line of the sample that shows them: "rank,domain", or a name in front.
func guessColumns(sample [][]byte) columns {
	for _, line := range sample {
		f := headerFields(line)
		switch {
		case len(f) > 1 && isRank(f[0]) && isNameField(f[1]):
			return columns{domain: 1, rank: 0}
		case len(f) > 1 && isNameField(f[0]) && isRank(f[1]):
			return columns{domain: 0, rank: 1}
		case len(f) > 1 && isNameField(f[0]):
			return columns{domain: 0, rank: -1}
		}
	}
	return columns{-1, -1}
}

func isRank(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

func isNameField(s string) bool {
	host, reason := hostOf([]byte(s))
	if reason != "" {
		return false
	}
	_, reason = normalize(string(host))
	return reason == ""
}

func noDomainColumn(sample [][]byte) error {
	first := ""
	if len(sample) > 0 {
		first = bounded(sample[0], 80)
	}
	return &Error{
		What: fmt.Sprintf("a CSV without a domain column; its first line is %q", first),
		Mend: `write "rank,domain" lines, or give it a header with a column named domain`,
	}
}

// csvTable parses the rows of one table.
type csvTable struct {
	columns columns
	header  bool // the next line is the header
}

func (t *csvTable) parse(line []byte) found {
	if t.header {
		t.header = false
		return found{}
	}
	f := found{reason: ReasonNoDomainField}
	row := csvRow{rest: line}
	for i := 0; row.next(); i++ {
		switch i {
		case t.columns.domain:
			f.name, f.reason = bytes.TrimSpace(row.field), ""
		case t.columns.rank:
			f.rank = parseRank(bytes.TrimSpace(row.field))
		}
		if i >= t.columns.domain && i >= t.columns.rank {
			break
		}
	}
	if row.broken {
		return found{reason: ReasonBadQuoting}
	}
	if f.reason == "" && len(f.name) == 0 {
		f.reason = ReasonEmpty
	}
	return f
}

// parseRank returns a rank, or 0 (none) for what is no positive number: a bad
// rank is no reason to lose a name.
func parseRank(s []byte) int64 {
	if len(s) == 0 || len(s) > 18 || !allDigits(s) {
		return 0
	}
	var n int64
	for _, c := range s {
		n = 10*n + int64(c-'0')
	}
	return n
}

// csvRow cuts one line into fields (RFC 4180). A quoted field may not run over
// the end of its line: no name does.
type csvRow struct {
	rest   []byte
	field  []byte
	done   bool
	broken bool // a quote did not end
}

// next moves to the next field, and reports whether there is one.
func (r *csvRow) next() bool {
	if r.done || r.broken {
		return false
	}
	if len(r.rest) > 0 && r.rest[0] == '"' {
		return r.quoted()
	}
	r.field, r.rest, r.done = cutComma(r.rest)
	return true
}

func (r *csvRow) quoted() bool {
	s := r.rest[1:]
	end := bytes.IndexByte(s, '"')
	if end >= 0 && (end+1 == len(s) || s[end+1] != '"') { // no quote within: the usual case, without a copy
		r.field = s[:end]
		_, r.rest, r.done = cutComma(s[end+1:])
		return true
	}
	var field []byte
	for end >= 0 {
		field = append(field, s[:end]...)
		s = s[end+1:]
		if len(s) == 0 || s[0] != '"' {
			r.field = field
			_, r.rest, r.done = cutComma(s)
			return true
		}
		field, s = append(field, '"'), s[1:]
		end = bytes.IndexByte(s, '"')
	}
	r.broken = true
	return false
}

// cutComma returns what stands before and behind the first comma, and whether there is none.
func cutComma(s []byte) (field, rest []byte, last bool) {
	field, rest, ok := bytes.Cut(s, []byte{','})
	return field, rest, !ok
}

// mostlyCommas reports that more than half of the lines have a comma: a stray
// one in a plain list is a bad line, no sign of a table.
func mostlyCommas(sample [][]byte) bool {
	n := 0
	for _, line := range sample {
		if bytes.IndexByte(line, ',') >= 0 {
			n++
		}
	}
	return 2*n > len(sample)
}
