package sinks

import (
	"strings"
	"time"

	"stscan/internal/evidence"
)

// MXRow is a row of table mx: one SMTP session with one address of one MX host.
// A session shared by several chunks stands in each, under the same session_id.
type MXRow struct {
	SessionID     string         `parquet:"session_id" json:"session_id" doc:"26 base32 characters of SHA-256(host, address, start, source address): one id, one observation."`
	Host          string         `parquet:"host" json:"host" doc:"MX host, lower-case A-labels without final dot."`
	Address       string         `parquet:"address" json:"address" doc:"Address contacted."`
	Greeting      *string        `parquet:"greeting,optional" json:"greeting" doc:"Greeting as received, lines joined by a line feed; null when none came."`
	EHLO          []string       `parquet:"ehlo,list" json:"ehlo" doc:"Lines of the reply to EHLO."`
	HELO          []string       `parquet:"helo,list" json:"helo" doc:"Lines of the reply to HELO, sent only when EHLO was refused."`
	StartTLSReply *string        `parquet:"starttls_reply,optional" json:"starttls_reply" doc:"Reply to STARTTLS, lines joined by a line feed; null when it was not offered or no reply came."`
	TLSVersion    *string        `parquet:"tls_version,optional,dict" json:"tls_version" doc:"TLS1.0 to TLS1.3; null before a ServerHello."`
	Cipher        *string        `parquet:"cipher,optional,dict" json:"cipher" doc:"Cipher suite (IANA name); null before a ServerHello."`
	SNI           *string        `parquet:"sni,optional" json:"sni" doc:"Server name sent; null when no handshake was begun."`
	Chain         []string       `parquet:"chain,list" json:"chain" doc:"SHA-256 of each certificate as sent, leaf first; rows of table certs in the same chunk."`
	Alert         *string        `parquet:"alert,optional,dict" json:"alert" doc:"TLS alert received (RFC 8446 name); null without."`
	Truncated     bool           `parquet:"truncated" json:"truncated" doc:"A reply was cut at a bound."`
	StartedAt     *time.Time     `parquet:"started_at,optional,timestamp(microsecond)" json:"started_at" doc:"Start, UTC; null when nothing was sent."`
	DurationUS    int64          `parquet:"duration_us" json:"duration_us" doc:"Duration of all tries in microseconds, waiting for budgets not counted."`
	Tries         int32          `parquet:"tries" json:"tries" doc:"Tries made."`
	Op            *evidence.Op   `parquet:"op,optional,dict" json:"op" doc:"Step that failed; null when nothing failed."`
	Kind          *evidence.Kind `parquet:"kind,optional,dict" json:"kind" doc:"How it failed; null when nothing failed."`
	Detail        *string        `parquet:"detail,optional" json:"detail" doc:"Free text on the failure, never parsed; null when there is none."`
}

func (r *MXRow) set(s *evidence.Session) {
	*r = MXRow{
		SessionID: text(s.ID), Host: text(s.Endpoint.Host), Address: addrText(s.Endpoint.Addr),
		Greeting: joined(s.Greeting), EHLO: texts(s.EHLO), HELO: texts(s.HELO), StartTLSReply: joined(s.StartTLS),
		TLSVersion: given(&s.TLS.Version), Cipher: given(&s.TLS.Cipher), SNI: given(&s.TLS.SNI),
		Chain: hashes(r.Chain, s.TLS.Chain), Alert: given(&s.TLS.Alert), Truncated: s.Truncated,
		StartedAt: when(&s.Span.Start), DurationUS: micros(s.Span.Duration), Tries: int32(s.Span.Tries),
		Op: given(&s.Failure.Op), Kind: given(&s.Failure.Kind), Detail: given(&s.Failure.Detail),
	}
}

// lineEnd cannot stand inside a line of a reply, as lines end with it.
const lineEnd = "\n"

// joined is the reply as one string: null without a reply, which is not the same
// as a reply of one empty line.
func joined(r evidence.Reply) *string {
	if len(r) == 0 {
		return nil
	}
	s := text(strings.Join(r, lineEnd))
	return &s
}

func reply(s *string) evidence.Reply {
	if s == nil {
		return nil
	}
	return strings.Split(*s, lineEnd)
}

func (r *MXRow) evidence(certs certIndex) (evidence.Session, error) {
	addr, err := parseAddr(r.Address)
	if err != nil {
		return evidence.Session{}, err
	}
	chain, err := certs.chain(r.Chain)
	if err != nil {
		return evidence.Session{}, err
	}
	return evidence.Session{
		ID: r.SessionID, Endpoint: evidence.Endpoint{Host: r.Host, Addr: addr},
		Greeting: reply(r.Greeting), EHLO: orNil(r.EHLO), HELO: orNil(r.HELO), StartTLS: reply(r.StartTLSReply),
		TLS: evidence.TLS{Version: valueOr(r.TLSVersion), Cipher: valueOr(r.Cipher), SNI: valueOr(r.SNI),
			Chain: chain, Alert: valueOr(r.Alert)},
		Truncated: r.Truncated,
		Span:      span(r.StartedAt, r.DurationUS, r.Tries), Failure: failure(r.Op, r.Kind, r.Detail),
	}, nil
}
