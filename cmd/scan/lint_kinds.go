package main

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// The results of --jsonl, without the id. Lists are empty, never null.

type recordFields struct {
	Present  bool     `json:"present"`
	Valid    bool     `json:"valid"`
	RecordID *string  `json:"record_id"` // first id seen, valid or not
	Codes    []string `json:"codes"`
}

type tlsrptFields struct {
	Present bool     `json:"present"`
	Valid   bool     `json:"valid"`
	RUA     []string `json:"rua"`
	Codes   []string `json:"codes"`
}

// policyFields shows mode, max_age and mx as far as they can be read, also of
// a policy that is not valid.
type policyFields struct {
	Valid  bool     `json:"valid"`
	Mode   *string  `json:"mode"`
	MaxAge *int64   `json:"max_age"` // seconds
	MX     []string `json:"mx"`
	Codes  []string `json:"codes"`
}

type matchFields struct {
	Match        bool `json:"match"`
	PatternValid bool `json:"pattern_valid"`
}

// codesOf gives the codes of issues, sorted, once each.
func codesOf(issues []mtasts.Issue) []string {
	codes := make([]string, 0, len(issues))
	for _, i := range issues {
		codes = append(codes, i.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// orEmpty keeps nil out of JSON.
func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func newRecordFields(set mtasts.RecordSet) recordFields {
	f := recordFields{Present: set.Present, Valid: set.Valid, Codes: codesOf(set.Issues)}
	if set.ID != "" {
		f.RecordID = &set.ID
	}
	return f
}

func newTLSRPTFields(set mtasts.TLSRPTSet) tlsrptFields {
	return tlsrptFields{Present: set.Present, Valid: set.Valid, RUA: orEmpty(set.TLSRPT.RUA), Codes: codesOf(set.Issues)}
}

func lintRecordLine(object map[string]json.RawMessage) (any, error) {
	txts, err := txtOf(object)
	if err != nil {
		return nil, err
	}
	return newRecordFields(mtasts.ParseRecordSet(txts)), nil
}

func lintTLSRPTLine(object map[string]json.RawMessage) (any, error) {
	txts, err := txtOf(object)
	if err != nil {
		return nil, err
	}
	return newTLSRPTFields(mtasts.ParseTLSRPTSet(txts)), nil
}

// txtOf reads "txt": an RRset, each RR its character-strings.
func txtOf(object map[string]json.RawMessage) ([][]byte, error) {
	var rrset []*[]*string
	if err := need(object, "txt", &rrset); err != nil {
		return nil, err
	}
	txts := make([][]byte, len(rrset))
	for i, rr := range rrset {
		if rr == nil {
			return nil, errors.New("txt is not of the right type")
		}
		for _, s := range *rr {
			if s == nil {
				return nil, errors.New("txt is not of the right type")
			}
			txts[i] = append(txts[i], *s...)
		}
	}
	return txts, nil
}

func lintPolicyLine(object map[string]json.RawMessage) (any, error) {
	var encoded string
	var contentType *string
	var status *int
	if err := cmp.Or(
		need(object, "body_b64", &encoded),
		optional(object, "content_type", &contentType),
		optional(object, "http_status", &status),
	); err != nil {
		return nil, err
	}
	body, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("body_b64 is not base64")
	}
	return judgePolicy(body, contentType, status).fields, nil
}

// judgedPolicy is a policy with what came around it.
type judgedPolicy struct {
	issues []mtasts.Issue // those of the header first
	header int            // how many of them are of the Content-Type field
	policy mtasts.Policy
	fields policyFields
}

// ofHeader reports whether i is an issue of the Content-Type field.
func (j judgedPolicy) ofHeader(i mtasts.Issue) bool { return slices.Contains(j.issues[:j.header], i) }

// judgePolicy judges a policy as received. Content type and status may be
// unknown. Of any status but 200 (RFC 8461 section 3.3) nothing but the status
// is judged, nor is a body that no sender would read to its end; but beside a
// wrong media type the issues show what the body itself says.
func judgePolicy(body []byte, contentType *string, status *int) judgedPolicy {
	var j judgedPolicy
	j.fields.MX = []string{}
	if code := statusCode(status); code != "" {
		j.fields.Codes = []string{string(code)}
		return j
	}
	if len(body) > mtasts.MaxPolicySize {
		j.issues = []mtasts.Issue{{Code: string(taxonomy.PhttpTooLarge), Line: 1, Cite: "RFC 8461 section 3.3", Fatal: true}}
		j.fields.Codes = codesOf(j.issues)
		return j
	}
	if contentType != nil {
		j.issues = mtasts.MediaType(*contentType)
		j.header = len(j.issues)
	}
	result := mtasts.ParsePolicy(body)
	j.fields.Valid = result.Valid && !slices.ContainsFunc(j.issues, func(i mtasts.Issue) bool { return i.Fatal })
	j.issues = append(j.issues, result.Issues...)
	j.policy = result.Policy
	j.fields.Codes = codesOf(j.issues)
	j.fields.MX = orEmpty(result.Policy.MX)
	if mode := string(result.Policy.Mode); mode != "" {
		j.fields.Mode = &mode
	}
	if result.HasMaxAge {
		j.fields.MaxAge = &result.Policy.MaxAge
	}
	return j
}

// statusCode is the code of an HTTP status; "" for 200 and for none.
func statusCode(status *int) taxonomy.Code {
	switch {
	case status == nil || *status == http.StatusOK:
		return ""
	case *status >= 300 && *status <= 399:
		return taxonomy.PhttpRedirect
	case *status == http.StatusNotFound:
		return taxonomy.Phttp404
	case *status == http.StatusForbidden:
		return taxonomy.Phttp403
	case *status >= 400 && *status <= 499:
		return taxonomy.Phttp4xxOther
	case *status >= 500 && *status <= 599:
		return taxonomy.Phttp5xx
	default:
		return taxonomy.PhttpOtherStatus
	}
}

func lintMatchLine(object map[string]json.RawMessage) (any, error) {
	var pattern, host string
	if err := cmp.Or(need(object, "pattern", &pattern), need(object, "host", &host)); err != nil {
		return nil, err
	}
	_, fields := judgeMatch(pattern, host)
	return fields, nil
}

// judgeMatch judges by the strict reading: what is no pattern matches nothing.
func judgeMatch(pattern, host string) ([]mtasts.Issue, matchFields) {
	issues := mtasts.ParsePattern(pattern)
	valid := !slices.ContainsFunc(issues, func(i mtasts.Issue) bool { return i.Fatal })
	return issues, matchFields{Match: valid && mtasts.Match(pattern, host), PatternValid: valid}
}
