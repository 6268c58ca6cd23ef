package analysis

import (
	"time"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// expiresSoon is when mxcert_expires_soon is given: automatic renewal that works
// comes weeks before the end.
const expiresSoon = 7 * 24 * time.Hour

// mxHandshake judges a handshake that failed.
func (j *judge) mxHandshake(s *evidence.Session, where string) contact {
	switch {
	case s.Failure.Kind == evidence.KindTimeout:
		return unable(taxonomy.IncTLSTimeout, where, "")
	case s.Failure.Kind == evidence.KindOversize, unreadable(s.TLS):
		return unable(taxonomy.IncParserLimit, where, s.Failure.Detail)
	case s.TLS.Alert == alertProtocolVersion:
		return plain(taxonomy.MxtlsVersionTooOld, where, tlsText(s.TLS, s.Failure))
	case s.TLS.Alert == alertUnrecognizedName:
		return plain(taxonomy.MxtlsNoCertificate, where, tlsText(s.TLS, s.Failure))
	}
	return plain(taxonomy.MxtlsHandshakeFailed, where, tlsText(s.TLS, s.Failure))
}

// mxCertCode is the code of what is wrong with an MX host's certificate.
func mxCertCode(f certFault) taxonomy.Code {
	switch f {
	case certNameMismatch:
		return taxonomy.MxcertNameMismatch
	case certCNOnly:
		return taxonomy.MxcertCNOnly
	case certExpired:
		return taxonomy.MxcertExpired
	case certNotYetValid:
		return taxonomy.MxcertNotYetValid
	case certSelfSigned:
		return taxonomy.MxcertSelfSigned
	case certUntrusted:
		return taxonomy.MxcertUntrusted
	}
	return taxonomy.MxcertChainIncomplete // certIncomplete
}

// mxTLS judges a completed handshake: the version, and the certificate for the
// MX host name, not for the pattern or the mail domain (RFC 8461 section 4.2).
func (j *judge) mxTLS(s *evidence.Session, where string) contact {
	t := contact{state: stateGood, starttls: new(true)}
	if oldTLS(s.TLS.Version) {
		j.disputed = true
		if !j.lenient {
			t = plain(taxonomy.MxtlsVersionTooOld, where, s.TLS.Version)
		}
	}
	if len(s.TLS.Chain) == 0 {
		return plain(taxonomy.MxtlsNoCertificate, where, "")
	}
	v := j.r.judgeChain(s.TLS.Chain, s.Endpoint.Host, s.Span.Start)
	if doubted(v.faults, s.TLS.Chain, s.Truncated) {
		return unable(taxonomy.IncParserLimit, where, v.faults[0].got)
	}
	t.cert = new(v.good())
	for _, fault := range v.faults {
		if fault.kind == certUnreadable {
			return unable(taxonomy.IncParserLimit, where, fault.got)
		}
		t.findings = append(t.findings, newFinding(mxCertCode(fault.kind), where, fault.got))
		t.state = stateFailed
	}
	if v.weak != "" {
		t.findings = append(t.findings, newFinding(taxonomy.MxcertWeak, where, v.weak))
	}
	if left := v.notAfter.Sub(s.Span.Start); left >= 0 && left < expiresSoon {
		t.findings = append(t.findings, newFinding(taxonomy.MxcertExpiresSoon, where, "not after "+timeText(v.notAfter)))
	}
	return t
}
