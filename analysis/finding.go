package analysis

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"stscan/internal/evidence"
	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

const (
	// maxGot bounds Finding.Got in bytes: enough for a record or a line of a
	// policy, small beside the evidence that holds the rest.
	maxGot = 200
	// maxFindings bounds the findings of one code in one row, so that a policy
	// of 64 KiB of bad lines gives no row of its size. Lint reports all.
	maxFindings = 20
)

// layerOrder is the order in which a sender works, which names the first
// failure. It differs from the table in one place: whether an MX is listed is
// asked before it is contacted.
var layerOrder = [...]taxonomy.Layer{
	taxonomy.LayerDomain, taxonomy.LayerRecord,
	taxonomy.LayerPolicyDNS, taxonomy.LayerPolicyTCP, taxonomy.LayerPolicyTLS, taxonomy.LayerPolicyHTTP,
	taxonomy.LayerPolicySyntax, taxonomy.LayerMatch,
	taxonomy.LayerMXDNS, taxonomy.LayerMXSMTP, taxonomy.LayerMXTLS, taxonomy.LayerMXCert,
	taxonomy.LayerInconclusive, taxonomy.LayerTLSRPT,
}

// layerPlace is the place of a layer in that order.
func layerPlace(l taxonomy.Layer) int { return slices.Index(layerOrder[:], l) }

// newFinding makes a finding with what the table says of its code.
func newFinding(code taxonomy.Code, where, got string) Finding {
	e, _ := taxonomy.Of(code)
	return Finding{Code: code, Class: e.Class, Layer: e.Layer, Where: where, Got: bounded(got), Cite: e.Cite}
}

// issueFinding makes one of an issue that a grammar found in source.
func issueFinding(i mtasts.Issue, where string, source []byte) Finding {
	f := newFinding(taxonomy.Code(i.Code), where, excerpt(source, i.Offset, i.Length))
	if i.Cite != "" {
		f.Cite = i.Cite
	}
	return f
}

// excerpt is what an issue is about; of an issue that is a point, the whole.
func excerpt(source []byte, offset, length int) string {
	if length > 0 && offset >= 0 && offset <= len(source) {
		source = source[offset:]
		source = source[:min(length, len(source))]
	}
	return evidence.Text(source[:min(len(source), maxGot)])
}

// bounded cuts s to maxGot bytes, at the start of a character.
func bounded(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= maxGot {
		return s
	}
	end := maxGot
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// withClass gives findings that would be errors another class.
func withClass(findings []Finding, class taxonomy.Class) {
	for i := range findings {
		if findings[i].Class == taxonomy.ClassError {
			findings[i].Class = class
		}
	}
}

// inOrder sorts findings by the table, then by Where, and drops repetitions and
// what is beyond maxFindings of a code.
func inOrder(findings []Finding) []Finding {
	if len(findings) < 2 {
		return findings
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(taxonomy.Row(a.Code), taxonomy.Row(b.Code)), strings.Compare(a.Where, b.Where),
			strings.Compare(a.Got, b.Got))
	})
	findings = slices.CompactFunc(findings, func(a, b Finding) bool {
		return a.Code == b.Code && a.Where == b.Where && a.Got == b.Got
	})
	run := 0
	previous := taxonomy.Code("")
	return slices.DeleteFunc(findings, func(f Finding) bool {
		if f.Code != previous {
			previous, run = f.Code, 0
		}
		run++
		return run > maxFindings
	})
}

// codesOf are the codes of findings, sorted, once each.
func codesOf(findings []Finding) []taxonomy.Code {
	if len(findings) == 0 {
		return nil
	}
	codes := make([]taxonomy.Code, len(findings))
	for i, f := range findings {
		codes[i] = f.Code
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// firstFailure is the first code of class error: by layer, within it by table.
func firstFailure(findings []Finding) taxonomy.Code {
	first := -1
	for i, f := range findings {
		if f.Class != taxonomy.ClassError {
			continue
		}
		if first < 0 || layerPlace(f.Layer) < layerPlace(findings[first].Layer) {
			first = i // findings stand in the order of the table
		}
	}
	if first < 0 {
		return ""
	}
	return findings[first].Code
}

// results are the RFC 8460 types of findings, in their order, once each.
func results(findings []Finding) []taxonomy.Result {
	var out []taxonomy.Result
	for _, f := range findings {
		if f.Result != taxonomy.ResultNone && !slices.Contains(out, f.Result) {
			out = append(out, f.Result)
		}
	}
	return out
}
