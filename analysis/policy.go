package analysis

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"stscan/internal/evidence"
	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// policyPath is the well-known path of the policy (RFC 8461 section 3.3).
const policyPath = "/.well-known/mta-sts.txt"

// judgePolicy judges retrieval and syntax. Of a domain that signals nothing, a
// policy that is there is told, and that there is none is no finding.
func (j *judge) judgePolicy() {
	if !j.signalled() && len(j.c.Domain.Fetches) == 0 {
		return
	}
	before := len(j.findings)
	fetched := j.retrieve()
	switch j.retrieval {
	case stateGood:
		j.v.PolicyFetched = new(true)
		j.judgeBody(fetched)
	case stateFailed:
		j.v.PolicyFetched, j.v.PolicyValid = new(false), new(false)
	}
	if j.signalled() {
		return
	}
	if fetched == nil {
		j.findings = j.findings[:before]
		return
	}
	withClass(j.findings[before:], taxonomy.ClassInfo)
}

// judgeBody judges the media type and the body (RFC 8461 section 3.2). The body
// is read even where the media type is refused, so that the other reading can
// be counted.
func (j *judge) judgeBody(f *evidence.PolicyFetch) {
	sum := sha256.Sum256(f.Body)
	j.v.PolicySHA256 = new(hex.EncodeToString(sum[:]))
	where := "https://" + f.Endpoint.Host + policyPath

	media := mtasts.MediaType(f.ContentType)
	for _, i := range media {
		if !j.passes(i) {
			finding := issueFinding(i, where, nil)
			finding.Got = bounded("Content-Type: " + f.ContentType)
			j.findings = append(j.findings, finding)
		}
	}
	result := mtasts.ParsePolicy(f.Body)
	for _, i := range result.Issues {
		if !j.passes(i) {
			j.findings = append(j.findings, issueFinding(i, fmt.Sprintf("%s line %d", where, i.Line), f.Body))
		}
	}
	switch {
	case j.fatal(media):
		j.retrieval = stateFailed
	case j.fatal(result.Issues):
		j.syntax = stateFailed
	default:
		j.syntax = stateGood
		j.usePolicy(result.Policy)
	}
	j.v.PolicyValid = new(j.syntax == stateGood)
}

// usePolicy takes a valid policy.
func (j *judge) usePolicy(p mtasts.Policy) {
	p.MaxAge = min(p.MaxAge, mtasts.MaxMaxAge) // only ruleset deployed lets more pass
	j.policy = &p
	j.v.Mode, j.v.MaxAge = new(string(p.Mode)), new(p.MaxAge)
	for _, pattern := range p.MX {
		j.v.PolicyMX = append(j.v.PolicyMX, strings.ToLower(pattern))
	}
}
