package sinks

import (
	"time"
	"unicode/utf8"

	"stscan/analysis"
	"stscan/internal/taxonomy"
)

// VerdictRow is a row of table verdicts: what the evidence of one name means
// under the ruleset in the path. Null means unknown or not applicable, never false.
type VerdictRow struct {
	Domain       string    `parquet:"domain" json:"domain" doc:"The name: lower-case A-labels without final dot. Unique in a snapshot and ruleset."`
	Rank         *int64    `parquet:"rank,optional" json:"rank" doc:"Rank in the first list that gives one; null without."`
	List         string    `parquet:"list,dict" json:"list" doc:"First list naming it."`
	TLD          string    `parquet:"tld,dict" json:"tld" doc:"Last label."`
	Registrable  string    `parquet:"registrable" json:"registrable" doc:"Registrable domain by the ICANN rules of the Public Suffix List."`
	ScannedAt    time.Time `parquet:"scanned_at,plain,timestamp(microsecond)" json:"scanned_at" doc:"Start of the collection, UTC, to the last 1.024 ms."`
	Attempt      int32     `parquet:"attempt" json:"attempt" doc:"1, or 2 for a name deferred to the second pass."`
	RulesVersion string    `parquet:"rules_version,dict" json:"rules_version" doc:"Version of the rules that judged."`

	Status             taxonomy.Status    `parquet:"status,dict" json:"status" doc:"First layer that decided: not_deployed, valid_*, broken_*, inconclusive."`
	Delivery           taxonomy.Delivery  `parquet:"delivery,dict" json:"delivery" doc:"What a conforming sender with an empty cache does."`
	DeliveryIfEnforced *taxonomy.Delivery `parquet:"delivery_if_enforced,optional,dict" json:"delivery_if_enforced" doc:"The same if the policy said enforce; null without a policy in force of mode testing or enforce."`
	FirstFailure       *taxonomy.Code     `parquet:"first_failure,optional,dict" json:"first_failure" doc:"First code of class error in the order of layers; null without an error."`
	Codes              []taxonomy.Code    `parquet:"codes,list" json:"codes" doc:"Every code of the domain, its MX hosts included, sorted, once each."`
	Findings           []FindingRow       `parquet:"findings,list" json:"findings" doc:"The codes with what they are about."`

	RecordPresent *bool    `parquet:"record_present,optional" json:"record_present" doc:"A TXT claims to be an MTA-STS record; null: could not tell."`
	RecordValid   *bool    `parquet:"record_valid,optional" json:"record_valid" doc:"The record is valid, so that a sender goes on to the policy; null when nothing claims or was meant to be one, or it could not be told."`
	RecordID      *string  `parquet:"record_id,optional" json:"record_id" doc:"id of the record; null without a record that has one."`
	PolicyFetched *bool    `parquet:"policy_fetched,optional" json:"policy_fetched" doc:"200 over a valid TLS connection, body complete and within the limit; null when it was not tried, or could not be told."`
	PolicyValid   *bool    `parquet:"policy_valid,optional" json:"policy_valid" doc:"Media type and text of the policy are good; null where policy_fetched is. It is in force only if record_valid is true, too."`
	Mode          *string  `parquet:"mode,optional,dict" json:"mode" doc:"enforce, testing or none; null without a valid policy."`
	MaxAge        *int64   `parquet:"max_age,optional" json:"max_age" doc:"max_age in seconds; null without a valid policy."`
	PolicyMX      []string `parquet:"policy_mx,list" json:"policy_mx" doc:"mx patterns of the policy; empty without a valid policy."`
	PolicySHA256  *string  `parquet:"policy_sha256,optional" json:"policy_sha256" doc:"SHA-256 of the policy body as received, lower-case hex; null where policy_fetched is not true."`
	PolicyCNAME   []string `parquet:"policy_cname,list" json:"policy_cname" doc:"CNAME targets of the policy host, in order."`
	PolicyAddrs   []string `parquet:"policy_addrs,list" json:"policy_addrs" doc:"Addresses of the policy host."`

	MXStatus       analysis.MXStatus `parquet:"mx_status,dict" json:"mx_status" doc:"explicit, implicit, null_mx, none or inconclusive."`
	MX             []MXVerdictRow    `parquet:"mx,list" json:"mx" doc:"The MX hosts, by preference and name."`
	NS             []string          `parquet:"ns,list" json:"ns" doc:"Name servers of the domain."`
	PolicyTLSRPT   []taxonomy.Result `parquet:"policy_tlsrpt,list" json:"policy_tlsrpt" doc:"RFC 8460 result types of the record and policy stage."`
	MXProvider     *string           `parquet:"mx_provider,optional,dict" json:"mx_provider" doc:"Label (docs/OPERATORS.md) of the operator of the MX hosts of the lowest preference; mixed for several, null when it is not known."`
	PolicyProvider *string           `parquet:"policy_provider,optional,dict" json:"policy_provider" doc:"Label of the operator of the policy host, by its CNAME chain or that of the record, else its own name; null when the host leads to nothing known."`
	DNSProvider    *string           `parquet:"dns_provider,optional,dict" json:"dns_provider" doc:"Label of the operator of the name servers; mixed for several, null when it is not known."`
	Adopts         []AdoptionRow     `parquet:"adopts,list" json:"adopts" doc:"State of the sibling standards."`
	TLSRPTRUA      []string          `parquet:"tlsrpt_rua,list" json:"tlsrpt_rua" doc:"Who gets the TLS reports: domains of mailto and hosts of https URIs of rua, lower case, sorted, once each, at most 32; empty unless the TLSRPT record is in order."`
	TLSA           []TLSARow         `parquet:"tlsa,list" json:"tlsa" doc:"The MX hosts for which TLSA records of port 25 were seen; empty without, and where DANE was not asked for."`
}

// FindingRow is one coded, cited observation.
type FindingRow struct {
	Code      taxonomy.Code    `parquet:"code,dict" json:"code" doc:"Code of the finding."`
	Class     taxonomy.Class   `parquet:"class,dict" json:"class" doc:"info, lint, error or inconclusive, in this row."`
	Layer     taxonomy.Layer   `parquet:"layer,dict" json:"layer" doc:"Layer of the finding."`
	Where     string           `parquet:"where" json:"where" doc:"What it is about: a name, a host and address, a line."`
	Got       string           `parquet:"got" json:"got" doc:"What was seen, bounded."`
	Cite      string           `parquet:"cite,dict" json:"cite" doc:"Section of the standard."`
	TLSRPT    *taxonomy.Result `parquet:"tlsrpt,optional,dict" json:"tlsrpt" doc:"RFC 8460 result type; null when not reportable here."`
	Contested bool             `parquet:"contested" json:"contested" doc:"Only one ruleset makes it."`
}

// MXVerdictRow is what a sender finds at one MX host.
type MXVerdictRow struct {
	Host           string            `parquet:"host" json:"host" doc:"MX host."`
	Preference     int32             `parquet:"preference" json:"preference" doc:"Preference of the MX record."`
	Addrs          []string          `parquet:"addrs,list" json:"addrs" doc:"Its addresses."`
	PolicyMatch    *bool             `parquet:"policy_match,optional" json:"policy_match" doc:"A pattern of the policy matches it; null without a valid policy."`
	MatchedPattern *string           `parquet:"matched_pattern,optional" json:"matched_pattern" doc:"First pattern that matches; null without."`
	StartTLS       *bool             `parquet:"starttls,optional" json:"starttls" doc:"STARTTLS works; null: could not tell."`
	CertValid      *bool             `parquet:"cert_valid,optional" json:"cert_valid" doc:"Its certificate is valid for the host; null: could not tell."`
	EnforceOK      *bool             `parquet:"enforce_ok,optional" json:"enforce_ok" doc:"Match, STARTTLS and certificate are all good; null: could not tell."`
	Usable         *bool             `parquet:"usable,optional" json:"usable" doc:"A conforming sender delivers here under the mode in force; null: could not tell."`
	Provider       *string           `parquet:"provider,optional,dict" json:"provider" doc:"Label of the operator of the host; null when it is not known."`
	Codes          []taxonomy.Code   `parquet:"codes,list" json:"codes" doc:"Codes of this host, sorted, once each."`
	TLSRPT         []taxonomy.Result `parquet:"tlsrpt,list" json:"tlsrpt" doc:"RFC 8460 result types of this host."`
}

// AdoptionRow is the state of one sibling standard.
type AdoptionRow struct {
	Check  string                 `parquet:"check,dict" json:"check" doc:"Name of the check."`
	State  analysis.AdoptionState `parquet:"state,dict" json:"state" doc:"yes, no, broken or unknown."`
	Detail string                 `parquet:"detail,dict" json:"detail" doc:"One word of the check's closed list."`
}

// TLSARow says that there are TLSA records for an MX host.
type TLSARow struct {
	Host      string `parquet:"host" json:"host" doc:"MX host."`
	Base      string `parquet:"base" json:"base" doc:"The records stand at _25._tcp.BASE: the host, or where its aliases end."`
	Validated bool   `parquet:"validated" json:"validated" doc:"The resolver says it validated the answer (AD)."`
}

func (r *VerdictRow) set(v *analysis.Verdict) {
	findings, mx := resize(r.Findings, len(v.Findings)), resize(r.MX, len(v.MX))
	adopts, tlsa := resize(r.Adopts, len(v.Adopts)), resize(r.TLSA, len(v.TLSA))
	for i := range v.Findings {
		f := &v.Findings[i]
		findings[i] = FindingRow{Code: f.Code, Class: f.Class, Layer: f.Layer, Where: text(f.Where), Got: text(f.Got),
			Cite: text(f.Cite), TLSRPT: given(&f.Result), Contested: f.Contested}
	}
	for i := range v.MX {
		mx[i].set(&v.MX[i])
	}
	for i, t := range v.TLSA {
		tlsa[i] = TLSARow{Host: text(t.Host), Base: text(t.Base), Validated: t.Validated}
	}
	for i, a := range v.Adopts {
		adopts[i] = AdoptionRow{Check: text(a.Check), State: a.State, Detail: text(a.Detail)}
	}
	*r = VerdictRow{
		Domain: text(v.Domain), Rank: positive(v.Rank), List: text(v.List), TLD: text(v.TLD), Registrable: text(v.Registrable),
		ScannedAt: v.ScannedAt, Attempt: int32(v.Attempt), RulesVersion: text(v.RulesVersion),
		Status: v.Status, Delivery: v.Delivery, DeliveryIfEnforced: v.DeliveryIfEnforced,
		FirstFailure: firstFailure(v.FirstFailure), Codes: v.Codes, Findings: findings,
		RecordPresent: v.RecordPresent, RecordValid: v.RecordValid, RecordID: known(v.RecordID),
		PolicyFetched: v.PolicyFetched, PolicyValid: v.PolicyValid, Mode: known(v.Mode), MaxAge: v.MaxAge,
		PolicyMX: texts(v.PolicyMX), PolicySHA256: known(v.PolicySHA256),
		PolicyCNAME: texts(v.PolicyCNAME), PolicyAddrs: texts(v.PolicyAddrs),
		MXStatus: v.MXStatus, MX: mx, NS: texts(v.NS), PolicyTLSRPT: v.PolicyTLSRPT,
		MXProvider: known(v.MXProvider), PolicyProvider: known(v.PolicyProvider), DNSProvider: known(v.DNSProvider),
		Adopts: adopts, TLSRPTRUA: texts(v.TLSRPTRUA), TLSA: tlsa,
	}
}

func (r *MXVerdictRow) set(m *analysis.MXVerdict) {
	*r = MXVerdictRow{
		Host: text(m.Host), Preference: int32(m.Preference), Addrs: texts(m.Addrs),
		PolicyMatch: m.PolicyMatch, MatchedPattern: known(m.MatchedPattern), StartTLS: m.StartTLS, CertValid: m.CertValid,
		EnforceOK: m.EnforceOK, Usable: m.Usable, Provider: known(m.Provider), Codes: m.Codes, TLSRPT: m.TLSRPT,
	}
}

// firstFailure copies the code: a pointer into the verdict would move all of it to the heap.
func firstFailure(code taxonomy.Code) *taxonomy.Code {
	if code == "" {
		return nil
	}
	first := code
	return &first
}

// known is p with its string valid UTF-8; an empty string stays one, as only nil is null.
func known(p *string) *string {
	if p == nil || utf8.ValidString(*p) {
		return p
	}
	clean := text(*p)
	return &clean
}

// Verdict is the inverse of the conversion that wrote r.
func (r *VerdictRow) Verdict() analysis.Verdict {
	v := analysis.Verdict{
		Domain: r.Domain, Rank: valueOr(r.Rank), List: r.List, TLD: r.TLD, Registrable: r.Registrable,
		ScannedAt: r.ScannedAt, Attempt: int(r.Attempt), RulesVersion: r.RulesVersion,
		Status: r.Status, Delivery: r.Delivery, DeliveryIfEnforced: r.DeliveryIfEnforced,
		FirstFailure: valueOr(r.FirstFailure), Codes: orNil(r.Codes),
		RecordPresent: r.RecordPresent, RecordValid: r.RecordValid, RecordID: r.RecordID,
		PolicyFetched: r.PolicyFetched, PolicyValid: r.PolicyValid, Mode: r.Mode, MaxAge: r.MaxAge,
		PolicyMX: orNil(r.PolicyMX), PolicySHA256: r.PolicySHA256, PolicyCNAME: orNil(r.PolicyCNAME), PolicyAddrs: orNil(r.PolicyAddrs),
		MXStatus: r.MXStatus, NS: orNil(r.NS), PolicyTLSRPT: orNil(r.PolicyTLSRPT),
		MXProvider: r.MXProvider, PolicyProvider: r.PolicyProvider, DNSProvider: r.DNSProvider, TLSRPTRUA: orNil(r.TLSRPTRUA),
	}
	for _, f := range r.Findings {
		v.Findings = append(v.Findings, analysis.Finding{Code: f.Code, Class: f.Class, Layer: f.Layer, Where: f.Where,
			Got: f.Got, Cite: f.Cite, Result: valueOr(f.TLSRPT), Contested: f.Contested})
	}
	for _, m := range r.MX {
		v.MX = append(v.MX, analysis.MXVerdict{Host: m.Host, Preference: int(m.Preference), Addrs: orNil(m.Addrs),
			PolicyMatch: m.PolicyMatch, MatchedPattern: m.MatchedPattern, StartTLS: m.StartTLS, CertValid: m.CertValid,
			EnforceOK: m.EnforceOK, Usable: m.Usable, Provider: m.Provider, Codes: orNil(m.Codes), TLSRPT: orNil(m.TLSRPT)})
	}
	for _, a := range r.Adopts {
		v.Adopts = append(v.Adopts, analysis.Adoption{Check: a.Check, State: a.State, Detail: a.Detail})
	}
	for _, t := range r.TLSA {
		v.TLSA = append(v.TLSA, analysis.TLSA(t))
	}
	return v
}
