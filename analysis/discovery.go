package analysis

import (
	"strings"

	"stscan/internal/evidence"
)

// organizational is the organizational domain of a target below one, to which
// DMARC and BIMI fall back; "" where the target is one itself.
func organizational(t *evidence.Target) string {
	if t.RegistrablePrivate == t.Domain {
		return ""
	}
	return t.RegistrablePrivate
}

// discovery is how DMARC and BIMI find a record: at a label below the domain,
// or else below the organizational domain.
type discovery struct {
	label   string // with its final dot
	version string // value of the tag v, with which a record begins
}

// discovered is what discovery comes to.
type discovered struct {
	asked     bool
	answered  bool     // false: we could not tell
	records   []string // of the standard
	inherited bool     // from the organizational domain
}

// ask names the record of the domain and, where there is none, that of the
// organizational domain.
func (d discovery) ask(c *evidence.Case) []evidence.Question {
	t := &c.Domain.Target
	own := txtQuestion(d.label + t.Domain)
	l, ok := c.Find(own)
	if !ok || !l.Answered() || l.Truncated || len(d.of(l)) > 0 || organizational(t) == "" {
		return []evidence.Question{own}
	}
	return []evidence.Question{txtQuestion(d.label + organizational(t))}
}

func (d discovery) of(l evidence.Lookup) []string {
	var records []string
	for _, r := range l.Records {
		if s := string(text(r)); hasVersion(s, d.version) {
			records = append(records, s)
		}
	}
	return records
}

func (d discovery) find(c *evidence.Case) discovered {
	t := &c.Domain.Target
	var found discovered
	for _, name := range [...]string{t.Domain, organizational(t)} {
		l, ok := c.Lookup(d.label+name, evidence.TypeTXT)
		if name == "" || !ok {
			continue
		}
		found = discovered{asked: true, answered: l.Answered() && !l.Truncated, records: d.of(l), inherited: name != t.Domain}
		if !found.answered || len(found.records) > 0 {
			break
		}
	}
	return found
}

// judge is the adoption that discovery comes to. read judges the tags of the one
// record found; what it takes for adopted says so where it is inherited.
func (d discovery) judge(c *evidence.Case, read func(list []tag, inherited bool) Adoption) Adoption {
	found := d.find(c)
	switch {
	case !found.asked:
		return Adoption{}
	case !found.answered:
		return Adoption{State: AdoptsUnknown, Detail: detailUnanswered}
	case len(found.records) == 0:
		return Adoption{State: AdoptsNo, Detail: detailAbsent}
	case len(found.records) > 1: // processing is not applied (RFC 7489 section 6.6.3 step 5)
		return Adoption{State: AdoptsBroken, Detail: detailMultiple}
	}
	list, ok := tags(found.records[0])
	if !ok || list[0] != (tag{"v", d.version}) {
		return Adoption{State: AdoptsBroken, Detail: detailSyntax}
	}
	a := read(list, found.inherited)
	if found.inherited && a.State == AdoptsYes {
		a.Detail = "org_" + a.Detail
	}
	return a
}

// hasVersion reports whether a record begins with v=version, be what is behind
// it well-formed or not.
func hasVersion(record, version string) bool {
	name, value, _ := strings.Cut(record, "=")
	rest, ok := strings.CutPrefix(strings.TrimLeft(value, tagSpace), version)
	return ok && strings.TrimRight(name, tagSpace) == "v" && (rest == "" || strings.IndexByte(tagSpace+";", rest[0]) >= 0)
}

// tag is one name=value of a record.
type tag struct{ name, value string }

// tags reads the tag-value list that DMARC and BIMI have from DKIM (RFC 6376
// section 3.2). It reports false where a part is no tag, or a tag is there twice.
func tags(record string) ([]tag, bool) {
	parts := strings.Split(record, ";")
	if strings.Trim(parts[len(parts)-1], tagSpace) == "" {
		parts = parts[:len(parts)-1] // the last delimiter may be left out
	}
	out := make([]tag, 0, len(parts))
	for _, p := range parts {
		name, value, ok := strings.Cut(p, "=")
		name = strings.Trim(name, tagSpace)
		if !ok || name == "" || strings.ContainsAny(name, tagSpace) {
			return nil, false
		}
		if _, again := valueOf(out, name); again {
			return nil, false
		}
		out = append(out, tag{name, strings.Trim(value, tagSpace)})
	}
	return out, true
}

// tagSpace is the white space of the tag-value list.
const tagSpace = " \t\r\n"

// valueOf is the value of the tag of that name.
func valueOf(list []tag, name string) (string, bool) {
	for _, t := range list {
		if t.name == name {
			return t.value, true
		}
	}
	return "", false
}
