package analysis

import (
	"strconv"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// judgeFetch judges one try: tcp, tls, http, in this order. What a server says
// behind a certificate that a sender does not accept is not judged: anybody may
// have said it.
func (j *judge) judgeFetch(f *evidence.PolicyFetch) contact {
	where := endpointText(f.Endpoint)
	if own, ok := j.ownFault(f.Failure, f.Endpoint); ok {
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

// policyCertCode is the code of what is wrong with a policy host's certificate.
func policyCertCode(f certFault) taxonomy.Code {
	switch f {
	case certNameMismatch:
		return taxonomy.PtlsCertNameMismatch
	case certCNOnly:
		return taxonomy.PtlsCertCNOnly
	case certExpired:
		return taxonomy.PtlsCertExpired
	case certNotYetValid:
		return taxonomy.PtlsCertNotYetValid
	case certSelfSigned:
		return taxonomy.PtlsCertSelfSigned
	case certUntrusted:
		return taxonomy.PtlsCertUntrusted
	}
	return taxonomy.PtlsChainIncomplete // certIncomplete
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
	if doubted(v.faults, f.TLS.Chain, f.Truncated) {
		return unable(taxonomy.IncParserLimit, where, v.faults[0].got)
	}
	for _, fault := range v.faults {
		if fault.kind == certUnreadable {
			return unable(taxonomy.IncParserLimit, where, fault.got)
		}
		t.findings = append(t.findings, newFinding(policyCertCode(fault.kind), where, fault.got))
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

// maxPolicyBytes is the limit that RFC 8461 section 3.3 suggests.
const maxPolicyBytes = 64 << 10

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
		if f.Failure.Op == evidence.OpBody && len(f.Body) >= maxPolicyBytes { // not its framing in chunks
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
