package analysis

import (
	"slices"
	"strings"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// Advice is what the administrator of a domain should change.
type Advice struct {
	TXT    string   // the text of the one TXT record at RecordName; "" = it stays as it is
	Policy string   // the policy to serve; "" = it stays as it is
	Steps  []string // what to do, in order; TXT and Policy are named in it
}

const (
	// adviceMaxAge is the lifetime of a policy that says none: a week is what
	// RFC 8461 section 3.2 calls the least of the usual, and soon over where the
	// policy turns out to be wrong.
	adviceMaxAge = 604800
	// adviceID is the form of a new id: it grows with time and is made of letters
	// and digits only (RFC 8461 section 3.1).
	adviceID = "20060102T150405Z"
)

// Mend says what to change so that senders apply a policy to the domain: the
// texts to publish, where those seen cannot be used or do not name the domain's
// MX hosts, and the steps that no text can replace. What was meant is kept: mode
// and max_age of the policy that was seen, and the patterns that match. It is
// pure, as Classify is; v must be the verdict on c.
//
// Mode enforce is kept only where it was in force, or where it does no harm: a
// text to copy must not be what keeps mail from being delivered.
func Mend(v Verdict, c evidence.Case) Advice {
	m := mender{v: &v, domain: c.Domain.Target.Domain}
	m.read(&c)
	var a Advice
	if m.deployable() {
		if m.policyWanted() {
			a.Policy = m.policy()
		}
		if a.Policy != "" || m.recordWanted() {
			a.TXT = mtasts.Record{ID: m.newID()}.String()
		}
	}
	a.Steps = m.steps(a)
	return a
}

// mender is the state of one Mend: the verdict, and the texts behind it.
type mender struct {
	v         *Verdict
	domain    string
	recordAt  string // the CNAME target at which the record stands; "" = at RecordName itself
	body      []byte
	whole     bool // body is all that is served
	result    mtasts.PolicyResult
	guessed   bool // the mode of the new policy is ours
	premature bool // the new policy says testing where enforce was written
}

// read finds the texts that were published. There is one HTTP answer at most:
// no further address is asked after it.
func (m *mender) read(c *evidence.Case) {
	if l, ok := c.Lookup(RecordName(m.domain), evidence.TypeTXT); ok && len(l.Chain) > 0 {
		m.recordAt = lastOf(l.Chain)
	}
	for i := range c.Domain.Fetches {
		if f := &c.Domain.Fetches[i]; f.Status == statusOK {
			m.body, m.whole = f.Body, !f.Failure.Failed()
		}
	}
	m.result = mtasts.ParsePolicy(m.body)
}

// deployable reports whether there is something to publish a policy for: mail,
// or a deployment that somebody meant. Nothing is proposed where we could not
// tell what stands there.
func (m *mender) deployable() bool {
	switch m.v.Status {
	case taxonomy.StatusInconclusive:
		return m.v.RecordValid != nil
	case taxonomy.StatusNotDeployed:
		return len(m.v.MX) > 0 && len(m.patterns()) > 0
	}
	return true
}

// recordWanted reports whether senders find no usable record.
func (m *mender) recordWanted() bool { return !isTrue(m.v.RecordValid) }

func isTrue(b *bool) bool  { return b != nil && *b }
func isFalse(b *bool) bool { return b != nil && !*b }

// policyWanted reports whether the policy that is served, if any, cannot stay
// as it is. Where it could not be seen at all, it may be good: mending the host
// comes first, and nothing is proposed in its place.
func (m *mender) policyWanted() bool {
	if m.whole {
		return !m.result.Valid || m.unlisted() || m.tooStrict()
	}
	if m.v.Status == taxonomy.StatusNotDeployed {
		return true
	}
	return slices.ContainsFunc(m.v.Findings, func(f Finding) bool {
		switch f.Code {
		case taxonomy.PhostNXDomain, taxonomy.PhostNoData, taxonomy.PhostCNAMEDangling, taxonomy.PhostCNAMELoop,
			taxonomy.Phttp404, taxonomy.PhttpRedirect, taxonomy.PhttpTooLarge:
			return f.Class == taxonomy.ClassError
		}
		return false
	})
}

// unlisted reports whether an MX host that a policy can name is not named.
func (m *mender) unlisted() bool {
	return slices.ContainsFunc(m.v.MX, func(h MXVerdict) bool { return isFalse(h.PolicyMatch) && listable(h.Host) })
}

// tooStrict reports whether mode enforce would begin to refuse mail once the
// record is mended.
func (m *mender) tooStrict() bool {
	inForce := isTrue(m.v.RecordValid) && isTrue(m.v.PolicyValid)
	return m.writtenMode() == mtasts.ModeEnforce && !inForce && m.failing()
}

// failing reports whether a sender in mode enforce would refuse an MX host that
// the policy names.
func (m *mender) failing() bool {
	return slices.ContainsFunc(m.v.MX, func(h MXVerdict) bool { return isFalse(h.StartTLS) || isFalse(h.CertValid) })
}

// writtenMode is the mode that the policy says, or plainly means; "" if none.
func (m *mender) writtenMode() mtasts.Mode {
	if m.result.Policy.Mode != "" {
		return m.result.Policy.Mode
	}
	for _, i := range m.result.Issues {
		if i.Code != string(taxonomy.PsynBadMode) {
			continue
		}
		switch mode := mtasts.Mode(strings.ToLower(string(m.body[i.Offset : i.Offset+i.Length]))); mode {
		case mtasts.ModeEnforce, mtasts.ModeTesting, mtasts.ModeNone:
			return mode
		}
	}
	return ""
}

// policy is the text to serve; "" if it cannot be told whom it should name.
func (m *mender) policy() string {
	p := mtasts.Policy{Mode: m.writtenMode(), MaxAge: adviceMaxAge, MX: m.patterns()}
	switch {
	case len(p.MX) == 0 && (m.v.MXStatus == MXNull || m.v.MXStatus == MXNone):
		p.Mode = mtasts.ModeNone // the only one that names no host
	case len(p.MX) == 0 && p.Mode != mtasts.ModeNone:
		return ""
	case p.Mode == "":
		p.Mode, m.guessed = mtasts.ModeTesting, true
	case m.tooStrict():
		p.Mode, m.premature = mtasts.ModeTesting, true
	}
	if m.result.HasMaxAge {
		p.MaxAge = min(m.result.Policy.MaxAge, mtasts.MaxMaxAge)
	}
	return p.String()
}

// patterns name every MX host: by the pattern that already does, else by the
// host itself. Without MX hosts the patterns stay what they are.
func (m *mender) patterns() []string {
	var written, out []string
	for _, p := range m.result.Policy.MX {
		if !slices.ContainsFunc(mtasts.ParsePattern(p), func(i mtasts.Issue) bool { return i.Fatal || i.Code == string(taxonomy.PlintMXOverbroad) }) {
			written = append(written, strings.ToLower(p))
		}
	}
	if len(m.v.MX) == 0 {
		slices.Sort(written)
		return slices.Compact(written)
	}
	for _, h := range m.v.MX {
		if !listable(h.Host) {
			continue
		}
		pattern := h.Host
		if i := slices.IndexFunc(written, func(p string) bool { return mtasts.Match(p, h.Host) }); i >= 0 {
			pattern = written[i]
		}
		if !slices.Contains(out, pattern) {
			out = append(out, pattern)
		}
	}
	return out
}

// listable reports whether a policy can name host.
func listable(host string) bool {
	return !isAddress(host) && !slices.ContainsFunc(mtasts.ParsePattern(host), func(i mtasts.Issue) bool { return i.Fatal })
}

// newID is an id made from the time of the observation, and never the one that
// is published.
func (m *mender) newID() string {
	at := m.v.ScannedAt.UTC()
	id := at.Format(adviceID)
	if m.v.RecordID != nil && *m.v.RecordID == id {
		id = at.Add(time.Second).Format(adviceID)
	}
	return id
}
