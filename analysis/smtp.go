package analysis

import (
	"slices"
	"strconv"
	"strings"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// Replies of SMTP that the judge names (RFC 5321 section 4.2.3, RFC 3207).
const (
	replyReady    = 220
	replyOK       = 250
	replyShutdown = 421
)

// The keyword, and what firewalls write over it: some leave its last letter.
const (
	startTLSVerb = "STARTTLS"
	maskedVerb   = "XXXXXXX"
)

// permanent and transient report the class of a refusal by its first digit (RFC
// 5321 section 4.2.1).
func permanent(code int) bool { return code/100 == 5 }
func transient(code int) bool { return code/100 == 4 }

// absent is a contact at which nobody was found to judge: a dead address.
func absent(code taxonomy.Code, where, got string) contact {
	return contact{findings: []Finding{newFinding(code, where, got)}}
}

// plain is a contact without STARTTLS.
func plain(code taxonomy.Code, where, got string) contact {
	t := broken(code, where, got)
	t.starttls = new(false)
	return t
}

// judgeSession judges the STARTTLS dialogue with one address (RFC 8461 section
// 4.2, RFC 3207).
func (j *judge) judgeSession(s *evidence.Session) contact {
	where := endpointText(s.Endpoint)
	if own, ok := j.ownFault(s.Failure, s.Endpoint); ok {
		return unable(own, where, s.Failure.Detail)
	}
	switch s.Failure.Op {
	case evidence.OpDial:
		return j.mxDial(s, where)
	case evidence.OpGreet:
		return j.mxRefused(s, where, s.Greeting)
	case evidence.OpEHLO:
		if len(s.HELO) > 0 {
			return j.mxRefused(s, where, s.HELO)
		}
		return j.mxRefused(s, where, s.EHLO)
	case evidence.OpStartTLS:
		return j.startTLSFailed(s, where)
	case evidence.OpHandshake:
		return j.mxHandshake(s, where)
	}
	if s.StartTLS.Code() != replyReady {
		return j.noStartTLS(s, where)
	}
	return j.mxTLS(s, where)
}

// mxDial judges a connection that could not be opened. Firewalls near us reject
// port 25 too, so that a refusal counts only if another network was reached.
func (j *judge) mxDial(s *evidence.Session, where string) contact {
	switch s.Failure.Kind {
	case evidence.KindTimeout:
		return unable(taxonomy.IncTCPTimeout, where, "")
	case evidence.KindRefused, evidence.KindReset, evidence.KindUnreachable:
		return j.mxRejected(s, where)
	}
	return unable(taxonomy.IncLocalError, where, s.Failure.Detail)
}

func (j *judge) mxRejected(s *evidence.Session, where string) contact {
	if !j.reachedElsewhere(Network(s.Endpoint.Addr)) {
		return unable(taxonomy.IncPort25Blocked, where, string(s.Failure.Kind))
	}
	return absent(taxonomy.SmtpTCPRefused, where, string(s.Failure.Kind))
}

// reachedElsewhere reports whether this run reached an SMTP port in a network
// other than own.
func (j *judge) reachedElsewhere(own string) bool {
	for _, n := range j.c.Domain.Reached {
		if n != own {
			return true
		}
	}
	return slices.ContainsFunc(j.c.Sessions, func(s evidence.Session) bool {
		return s.Failure.Op != evidence.OpDial && Network(s.Endpoint.Addr) != own
	})
}

// mxRefused judges a session that ended before STARTTLS could be tried.
func (j *judge) mxRefused(s *evidence.Session, where string, last evidence.Reply) contact {
	got := replyText(last)
	switch s.Failure.Kind {
	case evidence.KindTimeout:
		return unable(taxonomy.IncBannerTimeout, where, string(s.Failure.Op))
	case evidence.KindReset:
		if len(s.Greeting) == 0 { // a reset in place of a greeting is a refusal by other means
			return j.mxRejected(s, where)
		}
		return unable(taxonomy.IncClosedEarly, where, got)
	case evidence.KindEOF:
		return unable(taxonomy.IncClosedEarly, where, got)
	case evidence.KindMalformed:
		return absent(taxonomy.SmtpNotSMTP, where, got)
	case evidence.KindStatus:
		return refusal(last.Code(), where, got)
	case evidence.KindOversize:
		return unable(taxonomy.IncParserLimit, where, s.Failure.Detail)
	}
	return unable(taxonomy.IncClosedEarly, where, s.Failure.Detail)
}

// refusal judges a reply that turns the session away. What is permanent may be
// meant for us alone, as block lists do, and is never held against the host.
func refusal(code int, where, got string) contact {
	switch {
	case code == replyShutdown:
		return unable(taxonomy.IncRateLimited, where, got)
	case transient(code):
		return unable(taxonomy.IncGreylisted, where, got)
	case permanent(code):
		return unable(taxonomy.IncBlockedReputation, where, got)
	}
	return absent(taxonomy.SmtpNotSMTP, where, got)
}

// noStartTLS judges a session in which STARTTLS was not offered.
func (j *judge) noStartTLS(s *evidence.Session, where string) contact {
	switch {
	case s.HELO.Code() == replyOK: // no EHLO, no extensions (RFC 5321 section 4.1.1.1)
		t := plain(taxonomy.SmtpStartTLSAbsent, where, "")
		t.findings = append(t.findings, newFinding(taxonomy.SmtpEHLOUnsupported, where, replyText(s.EHLO)))
		return t
	case s.EHLO.Code() != replyOK:
		return unable(taxonomy.IncNotProbed, where, "")
	case MaskedStartTLS(*s):
		if j.maskedElsewhere(Network(s.Endpoint.Addr)) {
			return unable(taxonomy.IncVantageDown, where, "STARTTLS is masked in unrelated networks")
		}
		return plain(taxonomy.SmtpStartTLSStripped, where, "")
	case s.Truncated:
		return unable(taxonomy.IncParserLimit, where, "EHLO")
	}
	return plain(taxonomy.SmtpStartTLSAbsent, where, "")
}

// maskedElsewhere reports whether this run saw a masked STARTTLS in a network
// other than own: then it is our own network that masks.
func (j *judge) maskedElsewhere(own string) bool {
	for _, n := range j.c.Domain.Masked {
		if n != own {
			return true
		}
	}
	return slices.ContainsFunc(j.c.Sessions, func(s evidence.Session) bool {
		return MaskedStartTLS(s) && Network(s.Endpoint.Addr) != own
	})
}

// MaskedStartTLS reports whether an EHLO reply holds what firewalls leave of a
// STARTTLS offer: eight letters, X but for the last (RFC 3207 section 6).
func MaskedStartTLS(s evidence.Session) bool {
	for i, line := range s.EHLO {
		if word := keyword(i, line); len(word) == len(startTLSVerb) && strings.HasPrefix(word, maskedVerb) {
			return !offersStartTLS(s.EHLO)
		}
	}
	return false
}

func offersStartTLS(ehlo evidence.Reply) bool {
	for i, line := range ehlo {
		if strings.EqualFold(keyword(i, line), startTLSVerb) {
			return true
		}
	}
	return false
}

// keyword is the first word of the i-th line of an EHLO reply; the first line
// is the server's name (RFC 5321 section 4.1.1.1).
func keyword(i int, line string) string {
	const code = len("250-")
	if i == 0 || len(line) <= code {
		return ""
	}
	word, _, _ := strings.Cut(line[code:], " ")
	return word
}

// reputationWords are what hosts write that refuse us for our address. Read-only.
var reputationWords = [...]string{"blocked", "blacklist", "blocklist", "block list", "black list", "dnsbl", "rbl",
	"spamhaus", "reputation", "banned", "barracuda"}

func namesReputation(reply string) bool {
	reply = strings.ToLower(reply)
	return slices.ContainsFunc(reputationWords[:], func(w string) bool { return strings.Contains(reply, w) })
}

// startTLSFailed judges a STARTTLS command that led to no handshake.
func (j *judge) startTLSFailed(s *evidence.Session, where string) contact {
	code, got := s.StartTLS.Code(), replyText(s.StartTLS)
	switch {
	case code == replyReady && s.Failure.Kind == evidence.KindMalformed:
		// Plaintext stands where the handshake must: a sender that does not
		// discard it (RFC 3207 section 5) fails, one that does takes a risk.
		return plain(taxonomy.MxtlsHandshakeFailed, where, "plaintext behind the reply to STARTTLS")
	case s.Failure.Kind != evidence.KindStatus:
		return j.mxRefused(s, where, s.StartTLS)
	case code == replyShutdown:
		return unable(taxonomy.IncRateLimited, where, got)
	case transient(code):
		if j.failedBefore(s.Endpoint, evidence.OpStartTLS, evidence.KindStatus, "") {
			return plain(taxonomy.SmtpStartTLSRefused, where, got)
		}
		return unable(taxonomy.IncStartTLSTempfail, where, got)
	case permanent(code) && namesReputation(got):
		return unable(taxonomy.IncBlockedReputation, where, got)
	}
	return plain(taxonomy.SmtpStartTLSRefused, where, got)
}

// replyText is a reply in one line.
func replyText(r evidence.Reply) string {
	if len(r) == 0 {
		return ""
	}
	if len(r) == 1 {
		return r[0]
	}
	return r[len(r)-1] + " (" + strconv.Itoa(len(r)) + " lines)"
}
