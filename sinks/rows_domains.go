package sinks

import (
	"fmt"
	"time"

	"stscan/internal/evidence"
)

// DomainRow is a row of table domains: what was observed of one name.
//
// The columns common to every probe are spelt out in each struct: parquet-go
// v0.32.0 reads the null pointers of an embedded struct back as zero values.
type DomainRow struct {
	Domain             string       `parquet:"domain" json:"domain" doc:"The name: lower-case A-labels without final dot. Unique in a snapshot."`
	Input              string       `parquet:"input" json:"input" doc:"The name as first written in a list."`
	Rank               *int64       `parquet:"rank,optional" json:"rank" doc:"Rank in the first list that gives one; null without."`
	List               string       `parquet:"list,dict" json:"list" doc:"First list naming it."`
	Lists              []ListRow    `parquet:"lists,list" json:"lists" doc:"Every place in the input lists."`
	TLD                string       `parquet:"tld,dict" json:"tld" doc:"Last label."`
	Registrable        string       `parquet:"registrable" json:"registrable" doc:"Registrable domain by the ICANN rules of the Public Suffix List."`
	RegistrablePrivate string       `parquet:"registrable_private" json:"registrable_private" doc:"Registrable domain by all rules of the Public Suffix List, private section included."`
	ScannedAt          time.Time    `parquet:"scanned_at,plain,timestamp(microsecond)" json:"scanned_at" doc:"Start of the collection, UTC, to the last 1.024 ms."`
	Attempt            int32        `parquet:"attempt" json:"attempt" doc:"1, or 2 for a name deferred to the second pass."`
	Earlier            []EarlierRow `parquet:"earlier,list" json:"earlier" doc:"Failures of the first attempt; only where attempt is 2."`
	Controls           string       `parquet:"controls,dict" json:"controls" doc:"State of the control names meanwhile: ok, failed or off."`
	Reached            []string     `parquet:"reached,list" json:"reached" doc:"Up to two networks in which an SMTP port had accepted a connection before this row was finished."`
	Masked             []string     `parquet:"masked,list" json:"masked" doc:"Up to two networks in which an EHLO reply had shown a masked STARTTLS before this row was finished."`
	Validating         []string     `parquet:"validating,list" json:"validating" doc:"Resolvers that had said of an answer, before this row was finished, that it was validated (AD)."`
	Lookups            []LookupRow  `parquet:"lookups,list" json:"lookups" doc:"DNS questions asked for this name, in order."`
	PolicyFetches      []FetchRow   `parquet:"policy_fetches,list" json:"policy_fetches" doc:"Tries to fetch the policy, one an address."`
	Sessions           []string     `parquet:"sessions,list" json:"sessions" doc:"session_id of each SMTP session this name's verdict rests on; rows of table mx in the same chunk."`
	Skipped            []SkipRow    `parquet:"skipped,list" json:"skipped" doc:"What was not contacted, and why."`
}

// ListRow says where a name stands in one input list.
type ListRow struct {
	List string `parquet:"list,dict" json:"list" doc:"Name of the list."`
	Rank *int64 `parquet:"rank,optional" json:"rank" doc:"Rank in it; null when the list has no ranks."`
	Line int64  `parquet:"line" json:"line" doc:"Line of the list, from 1."`
}

// EarlierRow is a failure of the first attempt.
type EarlierRow struct {
	Step    string         `parquet:"step,dict" json:"step" doc:"Step of the collection: domain, record, policy, mx, checks."`
	Host    string         `parquet:"host" json:"host" doc:"Host or name concerned."`
	Address *string        `parquet:"address,optional" json:"address" doc:"Address concerned; null for a lookup."`
	Op      *evidence.Op   `parquet:"op,optional,dict" json:"op" doc:"Step that failed; null when it is not known."`
	Kind    *evidence.Kind `parquet:"kind,optional,dict" json:"kind" doc:"How it failed; null when it is not known."`
	Reply   *string        `parquet:"reply,optional" json:"reply" doc:"Last line the peer sent, or rcode; null without."`
	At      *time.Time     `parquet:"at,optional,timestamp(microsecond)" json:"at" doc:"When, UTC; null when it is not known."`
}

// LookupRow is the answer to one DNS question, or why there is none.
type LookupRow struct {
	Name       string         `parquet:"name" json:"name" doc:"Name asked, lower case, no final dot."`
	Type       string         `parquet:"type,dict" json:"type" doc:"Record type asked (IANA mnemonic)."`
	CD         bool           `parquet:"cd" json:"cd" doc:"Asked with checking disabled."`
	RCode      *string        `parquet:"rcode,optional,dict" json:"rcode" doc:"Response code of the last reply (IANA mnemonic); null when none came."`
	AD         bool           `parquet:"ad" json:"ad" doc:"The resolver says it validated the answer."`
	EDE        []int32        `parquet:"ede,list" json:"ede" doc:"Extended DNS error codes (RFC 8914), as received."`
	Chain      []string       `parquet:"chain,list" json:"chain" doc:"CNAME targets in order."`
	Records    []string       `parquet:"records,list" parquet-element:",dict" json:"records" doc:"RDATA of each record of the type, in the order received; TXT as one string, bytes that are not UTF-8 as \\xHH."`
	Total      int32          `parquet:"total,dict" json:"total" doc:"Records of the type received, those left out of records included."`
	Truncated  bool           `parquet:"truncated" json:"truncated" doc:"Some records were left out of records."`
	Digest     *string        `parquet:"digest,optional" json:"digest" doc:"SHA-256 over the sorted RDATA of all records; null without any."`
	Server     *string        `parquet:"server,optional,dict" json:"server" doc:"Resolver that gave the last reply; null when none came."`
	Transport  *string        `parquet:"transport,optional,dict" json:"transport" doc:"Transport of the last try: udp, or tcp once a reply was cut; null when nothing was sent."`
	TTL        int64          `parquet:"ttl,dict" json:"ttl" doc:"Smallest TTL of the answer in seconds (negative answers: of the SOA); 0 without."`
	StartedAt  *time.Time     `parquet:"started_at,optional,plain,timestamp(microsecond)" json:"started_at" doc:"Start, UTC, to the last 1.024 ms; null when nothing was sent."`
	DurationUS int64          `parquet:"duration_us,dict" json:"duration_us" doc:"Duration of all tries in microseconds, to the last 1,024, waiting for budgets not counted."`
	Tries      int32          `parquet:"tries,dict" json:"tries" doc:"Tries made."`
	Op         *evidence.Op   `parquet:"op,optional,dict" json:"op" doc:"Step that failed; null when nothing failed."`
	Kind       *evidence.Kind `parquet:"kind,optional,dict" json:"kind" doc:"How it failed; null when nothing failed."`
	Detail     *string        `parquet:"detail,optional" json:"detail" doc:"Free text on the failure, never parsed; null when there is none."`
}

// FetchRow is one try to fetch a policy from one address of the policy host.
type FetchRow struct {
	Host        string         `parquet:"host" json:"host" doc:"Policy host."`
	Address     string         `parquet:"address" json:"address" doc:"Address contacted."`
	HTTPStatus  *int32         `parquet:"http_status,optional" json:"http_status" doc:"HTTP status; null when no HTTP answer came."`
	Headers     []HeaderRow    `parquet:"headers,list" json:"headers" doc:"Header fields, by name, bounded."`
	ContentType *string        `parquet:"content_type,optional" json:"content_type" doc:"First Content-Type field as sent; null without."`
	Body        []byte         `parquet:"body" json:"body" doc:"Body as received, bounded; empty without."`
	Truncated   bool           `parquet:"truncated" json:"truncated" doc:"Body or header was cut at a bound."`
	TLSVersion  *string        `parquet:"tls_version,optional,dict" json:"tls_version" doc:"TLS1.0 to TLS1.3; null before a ServerHello."`
	Cipher      *string        `parquet:"cipher,optional,dict" json:"cipher" doc:"Cipher suite (IANA name); null before a ServerHello."`
	SNI         *string        `parquet:"sni,optional" json:"sni" doc:"Server name sent; null when no handshake was begun."`
	Chain       []string       `parquet:"chain,list" json:"chain" doc:"SHA-256 of each certificate as sent, leaf first; rows of table certs in the same chunk."`
	Alert       *string        `parquet:"alert,optional,dict" json:"alert" doc:"TLS alert received (RFC 8446 name); null without."`
	StartedAt   *time.Time     `parquet:"started_at,optional,timestamp(microsecond)" json:"started_at" doc:"Start, UTC; null when nothing was sent."`
	DurationUS  int64          `parquet:"duration_us" json:"duration_us" doc:"Duration of all tries in microseconds, waiting for budgets not counted."`
	Tries       int32          `parquet:"tries,dict" json:"tries" doc:"Tries made."`
	Op          *evidence.Op   `parquet:"op,optional,dict" json:"op" doc:"Step that failed; null when nothing failed."`
	Kind        *evidence.Kind `parquet:"kind,optional,dict" json:"kind" doc:"How it failed; null when nothing failed."`
	Detail      *string        `parquet:"detail,optional" json:"detail" doc:"Free text on the failure, never parsed; null when there is none."`
}

// HeaderRow is one HTTP header field.
type HeaderRow struct {
	Name  string `parquet:"name,dict" json:"name" doc:"Field name."`
	Value string `parquet:"value" json:"value" doc:"Field value."`
}

// SkipRow says what was not contacted, and why.
type SkipRow struct {
	Step    string  `parquet:"step,dict" json:"step" doc:"Step of the collection: domain, record, policy, mx, checks."`
	Host    string  `parquet:"host" json:"host" doc:"Host not contacted."`
	Address *string `parquet:"address,optional" json:"address" doc:"Address not contacted; null for the whole host."`
	Why     string  `parquet:"why,dict" json:"why" doc:"Reason, one word."`
}

// set makes r the row of d. What r allocated before is used again; r shares
// strings and pointers with d.
func (r *DomainRow) set(d *evidence.Domain) {
	t := &d.Target
	r.Domain, r.Input, r.List, r.TLD = text(t.Domain), text(t.Input), text(t.List), text(t.TLD)
	r.Registrable, r.RegistrablePrivate = text(t.Registrable), text(t.RegistrablePrivate)
	r.Rank = positive(t.Rank)
	r.ScannedAt, r.Attempt, r.Controls = d.ScannedAt, int32(d.Attempt), text(d.Controls)
	r.Reached, r.Masked, r.Sessions = texts(d.Reached), texts(d.Masked), texts(d.Sessions)
	r.Validating = texts(d.Validating)

	r.Lists = resize(r.Lists, len(t.Lists))
	for i := range t.Lists {
		l := &t.Lists[i]
		r.Lists[i] = ListRow{List: text(l.List), Rank: positive(l.Rank), Line: l.Line}
	}
	r.Earlier = resize(r.Earlier, len(d.Earlier))
	for i := range d.Earlier {
		e := &d.Earlier[i]
		r.Earlier[i] = EarlierRow{Step: text(e.Step), Host: text(e.Host), Address: given(&e.Address),
			Op: given(&e.Op), Kind: given(&e.Kind), Reply: given(&e.Reply), At: when(&e.At)}
	}
	r.Lookups = resize(r.Lookups, len(d.Lookups))
	for i := range d.Lookups {
		r.Lookups[i].set(&d.Lookups[i])
	}
	r.PolicyFetches = resize(r.PolicyFetches, len(d.Fetches))
	for i := range d.Fetches {
		r.PolicyFetches[i].set(&d.Fetches[i])
	}
	r.Skipped = resize(r.Skipped, len(d.Skipped))
	for i := range d.Skipped {
		s := &d.Skipped[i]
		r.Skipped[i] = SkipRow{Step: text(s.Step), Host: text(s.Host), Address: given(&s.Address), Why: text(s.Why)}
	}
}

func (r *LookupRow) set(l *evidence.Lookup) {
	ede := resize(r.EDE, len(l.EDE))
	for i, code := range l.EDE {
		ede[i] = int32(code)
	}
	*r = LookupRow{
		Name: text(l.Question.Name), Type: text(l.Question.Type), CD: l.Question.CD,
		RCode: given(&l.RCode), AD: l.AD, EDE: ede, Chain: texts(l.Chain), Records: texts(l.Records),
		Total: int32(l.Total), Truncated: l.Truncated, Digest: given(&l.Digest), Server: given(&l.Server), Transport: given(&l.Transport), TTL: int64(l.TTL),
		StartedAt: when(&l.Span.Start), DurationUS: micros(l.Span.Duration), Tries: int32(l.Span.Tries),
		Op: given(&l.Failure.Op), Kind: given(&l.Failure.Kind), Detail: given(&l.Failure.Detail),
	}
}

func (r *FetchRow) set(f *evidence.PolicyFetch) {
	headers := resize(r.Headers, len(f.Header))
	for i, h := range f.Header {
		headers[i] = HeaderRow{Name: text(h[0]), Value: text(h[1])}
	}
	*r = FetchRow{
		Host: text(f.Endpoint.Host), Address: addrText(f.Endpoint.Addr), HTTPStatus: httpStatus(f.Status),
		Headers: headers, ContentType: given(&f.ContentType), Body: f.Body, Truncated: f.Truncated,
		TLSVersion: given(&f.TLS.Version), Cipher: given(&f.TLS.Cipher), SNI: given(&f.TLS.SNI),
		Chain: hashes(r.Chain, f.TLS.Chain), Alert: given(&f.TLS.Alert),
		StartedAt: when(&f.Span.Start), DurationUS: micros(f.Span.Duration), Tries: int32(f.Span.Tries),
		Op: given(&f.Failure.Op), Kind: given(&f.Failure.Kind), Detail: given(&f.Failure.Detail),
	}
}

func httpStatus(code int) *int32 {
	if code == 0 {
		return nil
	}
	status := int32(code)
	return &status
}

// hashes lists chain by SHA-256, in the memory of buf.
func hashes(buf []string, chain []evidence.Certificate) []string {
	buf = resize(buf, len(chain))
	for i := range chain {
		buf[i] = text(chain[i].SHA256)
	}
	return buf
}

// evidence is the inverse of set. Certificates are looked up in certs.
func (r *DomainRow) evidence(certs certIndex) (evidence.Domain, error) {
	d := evidence.Domain{
		Target: evidence.Target{Domain: r.Domain, Input: r.Input, Rank: valueOr(r.Rank), List: r.List, TLD: r.TLD,
			Registrable: r.Registrable, RegistrablePrivate: r.RegistrablePrivate},
		ScannedAt: r.ScannedAt, Attempt: int(r.Attempt), Controls: r.Controls,
		Reached: orNil(r.Reached), Masked: orNil(r.Masked), Sessions: orNil(r.Sessions),
		Validating: orNil(r.Validating),
	}
	for _, l := range r.Lists {
		d.Target.Lists = append(d.Target.Lists, evidence.ListEntry{List: l.List, Rank: valueOr(l.Rank), Line: l.Line})
	}
	for _, e := range r.Earlier {
		d.Earlier = append(d.Earlier, evidence.Earlier{Step: e.Step, Host: e.Host, Address: valueOr(e.Address),
			Op: valueOr(e.Op), Kind: valueOr(e.Kind), Reply: valueOr(e.Reply), At: valueOr(e.At)})
	}
	for i := range r.Lookups {
		d.Lookups = append(d.Lookups, r.Lookups[i].evidence())
	}
	for i := range r.PolicyFetches {
		f, err := r.PolicyFetches[i].evidence(certs)
		if err != nil {
			return d, fmt.Errorf("policy fetch %d of %s: %w", i, r.Domain, err)
		}
		d.Fetches = append(d.Fetches, f)
	}
	for _, s := range r.Skipped {
		d.Skipped = append(d.Skipped, evidence.Skip{Step: s.Step, Host: s.Host, Address: valueOr(s.Address), Why: s.Why})
	}
	return d, nil
}

func (r *LookupRow) evidence() evidence.Lookup {
	l := evidence.Lookup{
		Question: evidence.Question{Name: r.Name, Type: r.Type, CD: r.CD},
		RCode:    valueOr(r.RCode), AD: r.AD, Chain: orNil(r.Chain), Records: orNil(r.Records), Total: int(r.Total),
		Truncated: r.Truncated, Digest: valueOr(r.Digest), Server: valueOr(r.Server), Transport: valueOr(r.Transport), TTL: uint32(r.TTL),
		Span: span(r.StartedAt, r.DurationUS, r.Tries), Failure: failure(r.Op, r.Kind, r.Detail),
	}
	for _, code := range r.EDE {
		l.EDE = append(l.EDE, uint16(code))
	}
	return l
}

func (r *FetchRow) evidence(certs certIndex) (evidence.PolicyFetch, error) {
	addr, err := parseAddr(r.Address)
	if err != nil {
		return evidence.PolicyFetch{}, err
	}
	chain, err := certs.chain(r.Chain)
	if err != nil {
		return evidence.PolicyFetch{}, err
	}
	f := evidence.PolicyFetch{
		Endpoint: evidence.Endpoint{Host: r.Host, Addr: addr}, Status: int(valueOr(r.HTTPStatus)),
		ContentType: valueOr(r.ContentType), Body: orNil(r.Body), Truncated: r.Truncated,
		TLS: evidence.TLS{Version: valueOr(r.TLSVersion), Cipher: valueOr(r.Cipher), SNI: valueOr(r.SNI),
			Chain: chain, Alert: valueOr(r.Alert)},
		Span: span(r.StartedAt, r.DurationUS, r.Tries), Failure: failure(r.Op, r.Kind, r.Detail),
	}
	for _, h := range r.Headers {
		f.Header = append(f.Header, [2]string{h.Name, h.Value})
	}
	return f, nil
}
