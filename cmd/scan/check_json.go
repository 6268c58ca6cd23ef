package main

import (
	"bytes"
	"fmt"
	"io"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// checkResult is one domain as --json prints it: its verdict, what was seen, and
// what to change. Null means that it could not be told, or does not apply.
type checkResult struct {
	Domain             string             `json:"domain"`
	CheckedAt          time.Time          `json:"checked_at"`
	Attempt            int                `json:"attempt"`
	Status             taxonomy.Status    `json:"status"`
	Delivery           taxonomy.Delivery  `json:"delivery"`
	DeliveryIfEnforced *taxonomy.Delivery `json:"delivery_if_enforced"`
	FirstFailure       taxonomy.Code      `json:"first_failure"`
	Codes              []taxonomy.Code    `json:"codes"`
	Findings           []checkFinding     `json:"findings"`
	TLSRPT             []taxonomy.Result  `json:"tlsrpt"`
	Record             checkRecord        `json:"record"`
	PolicyHost         checkPolicyHost    `json:"policy_host"`
	Policy             checkPolicy        `json:"policy"`
	MXStatus           analysis.MXStatus  `json:"mx_status"`
	MX                 []checkMX          `json:"mx"`
	Skipped            []checkSkip        `json:"skipped"`
	Adopts             []checkAdoption    `json:"adopts"`
	Advice             checkAdvice        `json:"advice"`
}

type checkFinding struct {
	Code      taxonomy.Code   `json:"code"`
	Class     taxonomy.Class  `json:"class"`
	Layer     taxonomy.Layer  `json:"layer"`
	Where     string          `json:"where"`
	Got       string          `json:"got"`
	Text      string          `json:"text"`
	Cite      string          `json:"cite"`
	TLSRPT    taxonomy.Result `json:"tlsrpt"`
	Contested bool            `json:"contested"`
}

type checkRecord struct {
	Name  string   `json:"name"`
	RCode string   `json:"rcode"`
	CNAME []string `json:"cname"`
	TXT   []string `json:"txt"`
	Valid *bool    `json:"valid"`
	ID    *string  `json:"id"`
}

type checkPolicyHost struct {
	Host    string       `json:"host"`
	CNAME   []string     `json:"cname"`
	Addrs   []string     `json:"addrs"`
	Fetched *bool        `json:"fetched"`
	Fetches []checkFetch `json:"fetches"`
}

type checkFetch struct {
	Address     string       `json:"address"`
	HTTPStatus  int          `json:"http_status"`
	ContentType string       `json:"content_type"`
	Body        string       `json:"body"`
	TLSVersion  string       `json:"tls_version"`
	Certificate *certificate `json:"certificate"`
	Failure     checkFailure `json:"failure"`
}

type checkFailure struct {
	Op     evidence.Op   `json:"op"`
	Kind   evidence.Kind `json:"kind"`
	Detail string        `json:"detail"`
}

type checkPolicy struct {
	Valid  *bool    `json:"valid"`
	Mode   *string  `json:"mode"`
	MaxAge *int64   `json:"max_age"`
	MX     []string `json:"mx"`
}

type checkMX struct {
	Host       string         `json:"host"`
	Preference int            `json:"preference"`
	Addrs      []string       `json:"addrs"`
	Match      *bool          `json:"policy_match"`
	Pattern    *string        `json:"matched_pattern"`
	StartTLS   *bool          `json:"starttls"`
	CertValid  *bool          `json:"cert_valid"`
	EnforceOK  *bool          `json:"enforce_ok"`
	Sessions   []checkSession `json:"sessions"`
}

type checkSession struct {
	Address     string       `json:"address"`
	Greeting    []string     `json:"greeting"`
	EHLO        []string     `json:"ehlo"`
	StartTLS    []string     `json:"starttls_reply"`
	TLSVersion  string       `json:"tls_version"`
	Certificate *certificate `json:"certificate"`
	Failure     checkFailure `json:"failure"`
}

// checkSkip is what was not contacted, and why.
type checkSkip struct {
	Step    string `json:"step"`
	Host    string `json:"host"`
	Address string `json:"address"`
	Why     string `json:"why"`
}

type checkAdoption struct {
	Check  string                 `json:"check"`
	State  analysis.AdoptionState `json:"state"`
	Detail string                 `json:"detail"`
}

type checkAdvice struct {
	TXT    string   `json:"txt"`
	Policy string   `json:"policy"`
	Steps  []string `json:"steps"`
}

// showJSON prints a domain as one line.
func showJSON(w io.Writer) func(checked) error {
	return func(r checked) error {
		var line bytes.Buffer
		if err := writeJSON(&line, resultOf(r)); err != nil {
			return err
		}
		_, err := w.Write(printable(line.Bytes()))
		return err
	}
}

// printable writes everything in a line of JSON that does not print as itself
// as \u, which JSON reads as the same: a terminal shows what a program can read.
func printable(line []byte) []byte {
	out := make([]byte, 0, len(line))
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		switch {
		case unicode.IsPrint(r), r == '\n':
			out = append(out, line[:n]...)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		line = line[n:]
	}
	return out
}
