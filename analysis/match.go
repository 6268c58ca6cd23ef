package analysis

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// judgeMatch asks which MX hosts the policy lists (RFC 8461 section 4.1). A
// policy in mode none lists nothing that anybody asks for.
func (j *judge) judgeMatch() {
	if j.policy == nil || j.policy.Mode == mtasts.ModeNone || len(j.hosts) == 0 {
		return
	}
	used := make([]bool, len(j.policy.MX))
	listed := 0
	for i := range j.hosts {
		if matchHost(&j.hosts[i], j.v.PolicyMX, used) {
			listed++
		}
	}
	j.unusedPatterns(used)
	code := taxonomy.MatchPartial
	if listed == 0 {
		code = taxonomy.MatchNone
	}
	explained := 0
	for i := range j.hosts {
		h := &j.hosts[i]
		if h.listed() {
			continue
		}
		j.addMX(h, newFinding(code, h.v.Host, ""))
		if explained++; explained <= maxExplained {
			for _, c := range causes(h.v.Host, j.v.PolicyMX[:min(len(j.v.PolicyMX), maxPatterns)]) {
				j.addMX(h, c)
			}
		}
	}
}

// matchHost notes the first pattern that lists h, and all that do as used.
func matchHost(h *mailHost, patterns []string, used []bool) bool {
	h.v.PolicyMatch = new(false)
	for i, p := range patterns {
		if !mtasts.Match(p, h.v.Host) {
			continue
		}
		used[i] = true
		if h.v.MatchedPattern == nil {
			h.v.PolicyMatch, h.v.MatchedPattern = new(true), &patterns[i]
		}
	}
	return *h.v.PolicyMatch
}

func (j *judge) unusedPatterns(used []bool) {
	where := "https://" + PolicyHost(j.domain) + policyPath
	for i, u := range used {
		if u {
			continue
		}
		f := newFinding(taxonomy.PlintMXUnused, where, j.v.PolicyMX[i])
		if !j.signalled() {
			f.Class = taxonomy.ClassInfo
		}
		j.findings = append(j.findings, f)
	}
}

// Bounds on looking for causes, which compares every unlisted host with every
// pattern: real policies have a few patterns, hostile ones thousands.
const (
	maxExplained = 20  // hosts
	maxPatterns  = 100 // patterns
	maxTypo      = 3   // edit distance of a typo (Ashiq, Fiebig, Chung, IMC 2025, section 4.5)
)

// causes say how the patterns miss host. The first that applies of a wildcard for
// too many labels, a typo, another top-level domain, other labels below the
// registrable domain, and another domain is the cause; that a pattern names the
// policy host is told beside it.
func causes(host string, patterns []string) []Finding {
	var typo, tld, below, domain, label, wildcard string
	for _, p := range patterns {
		base, wild := strings.CutPrefix(p, "*.")
		over := wild && strings.HasSuffix(host, "."+base)
		switch {
		case over:
			wildcard = cmp.Or(wildcard, p)
		case isTypo(p, host):
			typo = cmp.Or(typo, p)
		case sameButTLD(p, host):
			tld = cmp.Or(tld, p)
		case sameOperator(base, host):
			below = cmp.Or(below, p)
		default:
			domain = cmp.Or(domain, p)
		}
		if slices.Contains(strings.Split(p, "."), "mta-sts") {
			label = cmp.Or(label, p)
		}
	}
	var out []Finding
	for _, c := range []struct {
		code    taxonomy.Code
		pattern string
	}{{taxonomy.CauseMultiLabelWildcard, wildcard}, {taxonomy.CauseTypo, typo}, {taxonomy.CauseTLD, tld}, {taxonomy.Cause3LDPlus, below}, {taxonomy.CauseDomain, domain}} {
		if c.pattern != "" {
			out = append(out, newFinding(c.code, host, c.pattern))
			break
		}
	}
	if label != "" {
		out = append(out, newFinding(taxonomy.CauseMTASTSLabel, host, label))
	}
	return out
}

// sameOperator reports whether two names have the same registrable domain.
func sameOperator(a, b string) bool {
	x, errX := publicsuffix.EffectiveTLDPlusOne(a)
	y, errY := publicsuffix.EffectiveTLDPlusOne(b)
	return errX == nil && errY == nil && x == y
}

// sameButTLD reports whether pattern would match host under another public suffix.
func sameButTLD(pattern, host string) bool {
	p, _ := publicsuffix.PublicSuffix(pattern)
	h, _ := publicsuffix.PublicSuffix(host)
	if p == h || len(p) >= len(pattern) || len(h) >= len(host) {
		return false
	}
	return mtasts.Match(strings.TrimSuffix(pattern, p)+h, host)
}

// isTypo reports whether pattern and host end in the same top-level domain and
// are at most maxTypo edits apart. A wildcard stands for the first label.
func isTypo(pattern, host string) bool {
	if base, wild := strings.CutPrefix(pattern, "*."); wild {
		_, rest, ok := strings.Cut(host, ".")
		if !ok {
			return false
		}
		pattern, host = base, rest
	}
	return lastLabel(pattern) == lastLabel(host) && near(pattern, host, maxTypo)
}

func lastLabel(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// near reports whether the edit distance of a and b is at most limit. Only the
// cells of the table that can hold so small a number are computed.
func near(a, b string, limit int) bool {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return false
	}
	row := make([]int, len(b)+1)
	for k := range row {
		row[k] = min(k, limit+1)
	}
	for i := 1; i <= len(a); i++ {
		lo, hi := max(1, i-limit), min(len(b), i+limit)
		diagonal := row[lo-1]
		if lo == 1 {
			row[0] = min(i, limit+1)
		} else {
			row[lo-1] = limit + 1
		}
		for k := lo; k <= hi; k++ {
			above := limit + 1
			if k < i+limit {
				above = row[k]
			}
			cost := diagonal
			if a[i-1] != b[k-1] {
				cost = 1 + min(diagonal, above, row[k-1])
			}
			diagonal, row[k] = row[k], min(cost, limit+1)
		}
	}
	return row[len(b)] <= limit
}
