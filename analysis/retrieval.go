package analysis

import (
	"strconv"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// contact is what one address of a host showed.
type contact struct {
	state    state
	findings []Finding
	starttls *bool // MX only: a TLS session that counts
	cert     *bool // MX only: a certificate that a sender accepts; nil = none was seen
}

// unable is a contact that told us nothing, for the reason given by code.
func unable(code taxonomy.Code, where, got string) contact {
	return contact{state: stateUnknown, findings: []Finding{newFinding(code, where, got)}}
}

// broken is a contact at which a sender fails.
func broken(code taxonomy.Code, where, got string) contact {
	return contact{state: stateFailed, findings: []Finding{newFinding(code, where, got)}}
}

// retrieve judges the layers policy dns, tcp, tls and http. It returns the fetch
// that succeeded, if one did.
//
// One success is enough: a sender tries the addresses in turn. Without one, an
// address of which we cannot tell leaves the whole unknown, since a sender may
// succeed there. Either way the failures of the others do not decide, and are
// kept with class lint.
func (j *judge) retrieve() (fetched *evidence.PolicyFetch) {
	host := PolicyHost(j.domain)
	dns := j.resolve(host)
	j.v.PolicyCNAME = dns.chain
	for _, a := range dns.addrs {
		j.v.PolicyAddrs = append(j.v.PolicyAddrs, a.String())
	}
	if len(dns.chain) > 0 {
		j.v.PolicyProvider = operator(lastOf(dns.chain))
	}
	var tried []contact
	for i := range j.c.Domain.Fetches {
		f := &j.c.Domain.Fetches[i]
		t := j.judgeFetch(f)
		if t.state == stateGood && fetched == nil {
			fetched = f
		}
		tried = append(tried, t)
	}
	if fetched == nil {
		tried = append(tried, j.unfetched(host, dns, len(tried) > 0)...)
	}
	j.retrieval = decide(tried)
	for _, t := range tried {
		if j.retrieval != stateFailed {
			withClass(t.findings, taxonomy.ClassLint)
		}
		j.findings = append(j.findings, t.findings...)
	}
	return fetched
}

// decide is good if one contact is, else unknown if one is, else failed.
func decide(contacts []contact) state {
	out := stateNone
	for _, t := range contacts {
		switch {
		case t.state == stateGood:
			return stateGood
		case t.state == stateUnknown, out == stateNone:
			out = t.state
		}
	}
	return out
}

// unfetched is what is to be said of the addresses that were not tried, where
// none of those tried gave the policy.
func (j *judge) unfetched(host string, dns hostDNS, tried bool) []contact {
	s := j.skips(evidence.StepPolicy, host)
	if s.optedOut {
		j.add(taxonomy.DomOptedOut, host, "")
	}
	out := s.contacts
	if tried {
		for _, f := range dns.unknown {
			out = append(out, contact{state: stateUnknown, findings: []Finding{f}})
		}
		return out
	}
	switch dns.state {
	case dnsNotAsked:
		if len(out) == 0 {
			out = append(out, unable(j.notAsked(evidence.StepPolicy), host, ""))
		}
	case dnsNXDomain, dnsNoData:
		out = append(out, broken(deadPolicyHost(dns), host, dnsText(dns)))
	case dnsLoop:
		out = append(out, broken(taxonomy.PhostCNAMELoop, host, dnsText(dns)))
	case dnsBogus:
		out = append(out, broken(taxonomy.PhostDNSSECBogus, host, ""))
	case dnsUnknown:
		for _, f := range dns.unknown {
			out = append(out, contact{state: stateUnknown, findings: []Finding{f}})
		}
	case dnsAddresses:
		switch {
		case len(out) > 0:
		case s.special != "" && !s.noIPv6:
			out = append(out, broken(taxonomy.PhostSpecialAddress, host, s.special))
		case s.noIPv6:
			out = append(out, unable(taxonomy.IncIPv6Unavailable, host, ""))
		default:
			out = append(out, unable(j.notAsked(evidence.StepPolicy), host, ""))
		}
	}
	return out
}

func deadPolicyHost(dns hostDNS) taxonomy.Code {
	switch {
	case len(dns.chain) > 0:
		return taxonomy.PhostCNAMEDangling
	case dns.state == dnsNXDomain:
		return taxonomy.PhostNXDomain
	}
	return taxonomy.PhostNoData
}

func dnsText(dns hostDNS) string {
	if len(dns.chain) == 0 {
		return ""
	}
	return lastOf(dns.chain) + ": " + string(dns.state)
}

// skips are the addresses of one host that were not contacted, by reason.
type skips struct {
	special  string    // an address of a special-purpose block
	noIPv6   bool      // addresses of IPv6, which this machine does not have
	optedOut bool      // addresses, or the host
	contacts []contact // those of which we could not tell
}

func (j *judge) skips(step, host string) skips {
	var out skips
	for _, s := range j.c.Domain.Skipped {
		if s.Step != step || s.Host != host && s.Host != "" {
			continue
		}
		where := host
		if s.Address != "" {
			where += " " + s.Address
		}
		switch s.Why {
		case string(evidence.KindSpecialAddress):
			out.special = s.Address
		case evidence.WhyNoIPv6:
			out.noIPv6 = true
		case evidence.WhyAnswered:
		case string(evidence.KindBudget):
			out.contacts = append(out.contacts, unable(taxonomy.IncBudgetExhausted, where, ""))
		case string(evidence.KindCancelled):
			out.contacts = append(out.contacts, unable(taxonomy.IncCancelled, where, ""))
		default: // opted_out, cap, not_asked
			out.optedOut = out.optedOut || s.Why == string(evidence.KindOptedOut)
			out.contacts = append(out.contacts, unable(taxonomy.IncNotProbed, where, s.Why))
		}
	}
	return out
}

// judgeFetch judges one try: tcp, tls, http, in this order. What a server says
// behind a certificate that a sender does not accept is not judged: anybody may
// have said it.
func (j *judge) judgeFetch(f *evidence.PolicyFetch) contact {
	where := endpointText(f.Endpoint)
	if own, ok := ownFault(f.Failure, f.Endpoint); ok {
		return unable(own, where, f.Failure.Detail)
	}
	switch f.Failure.Op {
	case evidence.OpDial:
		return j.policyDial(f, where)
	case evidence.OpHandshake:
		return j.policyHandshake(f, where)
	}
	if t := j.policyTLS(f, where); t.state != stateGood {
		return t
	}
	return j.policyHTTP(f, where)
}

// ownFault is the code of failures that say nothing about the peer.
func ownFault(f evidence.Failure, e evidence.Endpoint) (taxonomy.Code, bool) {
	switch f.Kind {
	case evidence.KindLocal:
		return taxonomy.IncLocalError, true
	case evidence.KindNoRoute:
		if e.Addr.Is6() && !e.Addr.Is4In6() {
			return taxonomy.IncIPv6Unavailable, true
		}
		return taxonomy.IncLocalError, true
	case evidence.KindBudget:
		return taxonomy.IncBudgetExhausted, true
	case evidence.KindCancelled:
		return taxonomy.IncCancelled, true
	case evidence.KindOptedOut, evidence.KindSpecialAddress:
		return taxonomy.IncNotProbed, true
	}
	return "", false
}

// policyTimeout is a timeout of the policy host. One alone may be our own
// network's; the same at the same address in both attempts is theirs.
func (j *judge) policyTimeout(f *evidence.PolicyFetch, once taxonomy.Code, where string) contact {
	got := string(f.Failure.Op)
	if j.failedBefore(f.Endpoint, f.Failure.Op, evidence.KindTimeout, "") {
		return broken(taxonomy.PtcpTimeout, where, got)
	}
	return unable(once, where, got)
}

func (j *judge) policyDial(f *evidence.PolicyFetch, where string) contact {
	switch f.Failure.Kind {
	case evidence.KindTimeout:
		return j.policyTimeout(f, taxonomy.IncTCPTimeout, where)
	case evidence.KindRefused:
		return broken(taxonomy.PtcpRefused, where, "")
	case evidence.KindReset:
		return broken(taxonomy.PtcpReset, where, "")
	case evidence.KindUnreachable:
		return broken(taxonomy.PtcpUnreachable, where, "")
	}
	return unable(taxonomy.IncLocalError, where, f.Failure.Detail)
}

// TLS alerts that say what is missing (RFC 8446 section 6).
const (
	alertProtocolVersion  = "protocol_version"
	alertUnrecognizedName = "unrecognized_name"
)

func (j *judge) policyHandshake(f *evidence.PolicyFetch, where string) contact {
	switch {
	case f.Failure.Kind == evidence.KindTimeout:
		return j.policyTimeout(f, taxonomy.IncTLSTimeout, where)
	case f.Failure.Kind == evidence.KindReset:
		return broken(taxonomy.PtcpReset, where, "TLS handshake")
	case f.Failure.Kind == evidence.KindOversize, unreadable(f.TLS):
		return unable(taxonomy.IncParserLimit, where, f.Failure.Detail)
	case f.TLS.Alert == alertUnrecognizedName:
		return broken(taxonomy.PtlsNoCertForName, where, f.TLS.Alert)
	case f.TLS.Alert == alertProtocolVersion:
		return broken(taxonomy.PtlsVersionTooOld, where, f.TLS.Alert)
	}
	return broken(taxonomy.PtlsHandshakeOther, where, tlsText(f.TLS, f.Failure))
}

func tlsText(t evidence.TLS, f evidence.Failure) string {
	if t.Alert != "" {
		return "alert " + t.Alert
	}
	return f.Detail
}

// policyCertCodes are the codes of what is wrong with a policy host's certificate. Read-only.
var policyCertCodes = map[certFault]taxonomy.Code{
	certNameMismatch: taxonomy.PtlsCertNameMismatch,
	certCNOnly:       taxonomy.PtlsCertCNOnly,
	certExpired:      taxonomy.PtlsCertExpired,
	certNotYetValid:  taxonomy.PtlsCertNotYetValid,
	certSelfSigned:   taxonomy.PtlsCertSelfSigned,
	certUntrusted:    taxonomy.PtlsCertUntrusted,
	certIncomplete:   taxonomy.PtlsChainIncomplete,
}

// policyTLS judges the session of a handshake that was completed (RFC 8461
// section 3.3).
func (j *judge) policyTLS(f *evidence.PolicyFetch, where string) contact {
	t := contact{state: stateGood}
	if oldTLS(f.TLS.Version) {
		t = broken(taxonomy.PtlsVersionTooOld, where, f.TLS.Version)
	}
	if len(f.TLS.Chain) == 0 {
		return broken(taxonomy.PtlsHandshakeOther, where, "no certificate was sent")
	}
	v := j.r.judgeChain(f.TLS.Chain, f.Endpoint.Host, f.Span.Start)
	for _, fault := range v.faults {
		if fault.kind == certUnreadable {
			return unable(taxonomy.IncParserLimit, where, fault.got)
		}
		t.findings = append(t.findings, newFinding(policyCertCodes[fault.kind], where, fault.got))
		t.state = stateFailed
	}
	return t
}

// oldTLS reports a version below 1.2, which RFC 8996 has deprecated.
func oldTLS(version string) bool {
	switch version {
	case "SSL3.0", "TLS1.0", "TLS1.1":
		return true
	}
	return false
}

// Statuses of HTTP that the judge names (RFC 9110 section 15).
const (
	statusOK              = 200
	statusForbidden       = 403
	statusNotFound        = 404
	statusTooManyRequests = 429
)

// policyHTTP judges the HTTP answer. Only 200 is success, and redirects are not
// followed (RFC 8461 section 3.3).
func (j *judge) policyHTTP(f *evidence.PolicyFetch, where string) contact {
	if f.Status != 0 && f.Status != statusOK {
		return j.policyStatus(f, where)
	}
	got := string(f.Failure.Op) + ": " + f.Failure.Detail
	switch f.Failure.Kind {
	case "":
		if f.Status == 0 {
			return unable(taxonomy.IncNotProbed, where, "")
		}
		return contact{state: stateGood}
	case evidence.KindTimeout:
		return j.policyTimeout(f, taxonomy.IncHTTPTimeout, where)
	case evidence.KindEOF:
		return broken(taxonomy.PhttpTruncated, where, got)
	case evidence.KindReset:
		if f.Status == 0 {
			return broken(taxonomy.PtcpReset, where, got)
		}
		return broken(taxonomy.PhttpTruncated, where, got)
	case evidence.KindMalformed:
		return broken(taxonomy.PhttpNotHTTP, where, got)
	case evidence.KindAlert: // TLS 1.3 refuses after the client has finished
		return broken(taxonomy.PtlsHandshakeOther, where, tlsText(f.TLS, f.Failure))
	case evidence.KindOversize:
		if f.Failure.Op == evidence.OpBody {
			return broken(taxonomy.PhttpTooLarge, where, "")
		}
		return unable(taxonomy.IncParserLimit, where, got)
	}
	return unable(taxonomy.IncLocalError, where, got)
}

func (j *judge) policyStatus(f *evidence.PolicyFetch, where string) contact {
	got := "status " + strconv.Itoa(f.Status)
	if f.Status == statusTooManyRequests {
		op, kind := fetchFailure(f)
		if !j.failedBefore(f.Endpoint, op, kind, strconv.Itoa(f.Status)) {
			return unable(taxonomy.IncRateLimited, where, got)
		}
	}
	return broken(statusCode(f.Status), where, got)
}

func statusCode(status int) taxonomy.Code {
	switch {
	case status == 301, status == 302, status == 303, status == 307, status == 308:
		return taxonomy.PhttpRedirect
	case status == statusNotFound:
		return taxonomy.Phttp404
	case status == statusForbidden:
		return taxonomy.Phttp403
	case status >= 400 && status < 500:
		return taxonomy.Phttp4xxOther
	case status >= 500 && status < 600:
		return taxonomy.Phttp5xx
	}
	return taxonomy.PhttpOtherStatus
}

// fetchFailure is the step and kind of a fetch that is no success: a status
// other than 200 is a refusal, whether or not the prober says so too.
func fetchFailure(f *evidence.PolicyFetch) (evidence.Op, evidence.Kind) {
	switch {
	case f.Failure.Failed():
		return f.Failure.Op, f.Failure.Kind
	case f.Status != statusOK:
		return evidence.OpRequest, evidence.KindStatus
	}
	return "", ""
}
