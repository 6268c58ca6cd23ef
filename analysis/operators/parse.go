package operators

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrData is wrapped by every error of Parse.
var ErrData = errors.New("bad operator data")

// Bounds of names (RFC 1035 section 2.3.4), as text.
const (
	maxName  = 253
	maxLabel = 63
)

// sources are where a pattern may be from. Read-only.
var sources = [...]string{
	"imc25", // seen by Ashiq, Fiebig, Chung (IMC 2025), table 2
	"owner", // the domain is the operator's as a whole, who has it for this
	"setup", // the operator tells its customers to use these names
}

// record is one line of a data file.
type record struct {
	kind    Kind
	label   string
	pattern string
}

// Parse reads a data file, whose name is for errors: they begin with
// name:line. The file is strict in its form, so that a slip of an editor is an
// error and not another label: lines of "kind label pattern since source" in
// strictly ascending order, behind one of "version N". Lines that begin with #
// are comments.
func Parse(name, text string) (*Table, error) {
	t := &Table{buckets: map[bucket][]entry{}}
	owners := map[record]string{} // of a pattern, its label left out
	var last record
	n := 0
	for line := range strings.Lines(text) {
		n++
		r, err := t.parseLine(strings.TrimSuffix(line, "\n"))
		if err == nil && r.pattern != "" {
			err = t.add(r, last, owners)
			last = r
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s:%d: %w", ErrData, name, n, err)
		}
	}
	if t.version == "" {
		return nil, fmt.Errorf("%w: %s:%d: the file ends without a version", ErrData, name, n)
	}
	for _, entries := range t.buckets {
		slices.SortStableFunc(entries, func(a, b entry) int {
			return cmp.Compare(labels(b.pattern), labels(a.pattern))
		})
	}
	return t, nil
}

// parseLine reads a line; a comment and the version give no record.
func (t *Table) parseLine(line string) (record, error) {
	for i := range len(line) {
		if line[i] < ' ' || line[i] > '~' {
			return record{}, fmt.Errorf("byte %#02x at column %d: only printable ASCII and spaces", line[i], i+1)
		}
	}
	fields := strings.Fields(line)
	switch {
	case len(fields) == 0 || line[0] == '#':
		return record{}, nil
	case line[0] == ' ':
		return record{}, errors.New("the line begins with a space")
	case t.version == "":
		if len(fields) != 2 || fields[0] != "version" || !digits(fields[1]) {
			return record{}, fmt.Errorf("%q: want version N before all patterns", line)
		}
		t.version = fields[1]
		return record{}, nil
	case len(fields) != 5:
		return record{}, fmt.Errorf("%d fields; want kind, label, pattern, since, source", len(fields))
	}
	r := record{kind: Kind(fields[0]), label: fields[1], pattern: fields[2]}
	return r, r.check(fields[3], fields[4])
}

func (r record) check(since, source string) error {
	switch r.kind {
	case KindDNS, KindMX, KindPolicy, KindWeb:
	default:
		return fmt.Errorf("no kind is called %q", r.kind)
	}
	if !validLabel(r.label) {
		return fmt.Errorf("label %q: want lower-case letters, digits and inner hyphens, and not %q", r.label, Mixed)
	}
	if err := checkPattern(r.pattern); err != nil {
		return fmt.Errorf("pattern %q: %w", r.pattern, err)
	}
	if _, err := time.Parse("2006-01", since); err != nil {
		return fmt.Errorf("since %q: want a month, such as 2026-11", since)
	}
	if !slices.Contains(sources[:], source) {
		return fmt.Errorf("source %q: want one of %s", source, strings.Join(sources[:], ", "))
	}
	return nil
}

// validLabel: a label holds no dot, so that no registrable domain is one.
func validLabel(label string) bool {
	if label == "" || label == Mixed || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
		return false
	}
	return strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func checkPattern(pattern string) error {
	name := strings.TrimPrefix(pattern, ".")
	parts := strings.Split(name, ".")
	if len(name) > maxName {
		return fmt.Errorf("longer than the %d characters of a name", maxName)
	}
	for i, l := range parts {
		plain := strings.Map(func(r rune) rune {
			if strings.ContainsRune(wildcards, r) {
				return -1
			}
			return r
		}, l)
		fromRight := len(parts) - i
		switch {
		case l == "" || len(l) > maxLabel:
			return fmt.Errorf("a label of %d characters", len(l))
		case len(l)-len(plain) > 1:
			return fmt.Errorf("several wildcards in %q", l)
		case strings.Trim(plain, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
			return fmt.Errorf("%q is no label in lower case", l)
		case fromRight <= 2 && plain == "", fromRight == 1 && plain != l:
			return errors.New("a wildcard over all of a top-level domain")
		}
	}
	if len(parts) < 2 {
		return errors.New("a whole top-level domain")
	}
	return nil
}

func (t *Table) add(r, last record, owners map[record]string) error {
	order := cmp.Or(cmp.Compare(last.kind, r.kind), strings.Compare(last.label, r.label), strings.Compare(last.pattern, r.pattern))
	if order == 0 {
		return errors.New("the line stands there twice")
	}
	if order > 0 {
		return fmt.Errorf("out of order: after %s %s %s", last.kind, last.label, last.pattern)
	}
	key := record{kind: r.kind, pattern: r.pattern}
	if other, ok := owners[key]; ok {
		return fmt.Errorf("pattern %q is that of %s already", r.pattern, other)
	}
	owners[key] = r.label
	b := bucket{r.kind, bucketOf(r.pattern)}
	t.buckets[b] = append(t.buckets[b], entry{r.pattern, r.label})
	t.count++
	return nil
}

// bucketOf is the last two labels of a pattern, or the last one where that
// before it has a wildcard.
func bucketOf(pattern string) string {
	two := tail(pattern, 2)
	if strings.ContainsAny(two, wildcards) {
		return tail(two, 1)
	}
	return two
}
