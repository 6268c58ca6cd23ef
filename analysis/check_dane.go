package analysis

import (
	"slices"
	"strings"

	"stscan/internal/evidence"
)

// daneCheck asks whether senders can authenticate the MX hosts by DANE.
func daneCheck() Check {
	return Check{
		Name: "dane",
		Cite: "RFC 7672 section 2.2",
		Doc: "DANE for SMTP, over all MX hosts asked for. ok: secure, usable TLSA records at each, matched by what was presented wherever " +
			"a session came so far; published: the same, and no session came so far; partial: some hosts have such records, others none. " +
			"mx_insecure: the hosts have them, the domain's own zone is unsigned; tlsa_insecure: records in an unsigned zone; bogus: " +
			"a lookup fails validation; mismatch: a host presents what no record matches; no_starttls: a host with usable records does not " +
			"offer STARTTLS; unusable: a host has no record that SMTP can use; not_validating: the resolver was not seen to validate.",
		Details: []string{detailOK, "published", "partial", detailAbsent, "mx_insecure", "tlsa_insecure", "bogus", "mismatch", "no_starttls",
			"unusable", detailNotValidating, detailUnanswered},
		AskDomain: func(c *evidence.Case) []evidence.Question {
			l, ok := c.Lookup(c.Domain.Target.Domain, evidence.TypeMX)
			if !ok {
				return nil
			}
			return askValidation(c, l)
		},
		AskMX: askTLSA,
		Judge: judgeDANE,
		Tell:  tellTLSA,
	}
}

// tlsaQuestion asks for the TLSA records of port 25 of a base domain (RFC 7672
// section 2.2.3), whatever port this run probes.
func tlsaQuestion(base string) evidence.Question {
	return evidence.Question{Name: "_25._tcp." + base, Type: evidence.TypeTLSA}
}

// askTLSA follows the aliases of a host to their end, then asks for TLSA at
// each base domain until one has records. Aliases are asked for one by one: the
// answers show which steps are signed, and, where there is none, whether the
// host's own zone is.
func askTLSA(c *evidence.Case, host string) []evidence.Question {
	if isAddress(host) || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return nil
	}
	if q, more := AliasQuestion(*c, host); more {
		return []evidence.Question{q}
	}
	for _, base := range tlsaBases(c, host) {
		q := tlsaQuestion(base)
		l, asked := c.Find(q)
		switch {
		case !asked:
			return []evidence.Question{q}
		case !l.Answered():
			return askUnchecked(c, l)
		case l.Total > 0:
			return nil
		}
	}
	return nil
}

// tlsaBases are the TLSA base domains of an MX host: where it is an alias and
// every step to the end is secure, the end and then the host; else the host
// (RFC 7672 section 2.2.2).
func tlsaBases(c *evidence.Case, host string) []string {
	chain, _ := aliases(c, host)
	if len(chain) == 0 || looped(host, chain) {
		return []string{host}
	}
	for _, name := range append([]string{host}, chain...) {
		if !aliasSecure(c, name) {
			return []string{host}
		}
	}
	return []string{lastOf(chain), host}
}

// aliasSecure reports whether the answer about an alias at name is secure: then
// so is the zone that holds name, its addresses too.
func aliasSecure(c *evidence.Case, name string) bool {
	l, ok := c.Lookup(name, evidence.TypeCNAME)
	return ok && securityOf(c, l) == secure
}

// daneState is what a sender finds at one MX host; the details of the check
// are made of them.
type daneState string

const (
	daneNotAsked   daneState = ""
	daneAbsent     daneState = "absent"
	daneInsecure   daneState = "insecure"
	daneUncertain  daneState = "uncertain" // records of a resolver that nobody saw validate
	daneBogus      daneState = "bogus"
	daneUnanswered daneState = "unanswered"
	daneUnusable   daneState = "unusable"
	daneMatched    daneState = "matched"
	daneMismatch   daneState = "mismatch"
	daneNoStartTLS daneState = "no_starttls"
	danePublished  daneState = "published" // usable, and nothing was presented to compare
)

func judgeDANE(c *evidence.Case) Adoption {
	if !slices.ContainsFunc(c.Domain.Lookups, func(l evidence.Lookup) bool { return l.Question.Type == evidence.TypeTLSA }) {
		return Adoption{}
	}
	l, ok := c.Lookup(c.Domain.Target.Domain, evidence.TypeMX)
	if !ok {
		return Adoption{}
	}
	states := map[daneState]int{}
	asked := 0
	for _, h := range daneHosts(c, l) {
		if s := hostDANE(c, h.Host); s != daneNotAsked {
			states[s]++
			asked++
		}
	}
	if asked == 0 {
		return Adoption{}
	}
	return domainDANE(states, asked, securityOf(c, l), anyValidation(c))
}

// daneHosts are the MX hosts, given the answer about MX; without records the
// domain itself (RFC 5321 section 5.1).
func daneHosts(c *evidence.Case, mx evidence.Lookup) []MXHost {
	if mx.NoData() {
		return []MXHost{{Host: c.Domain.Target.Domain}}
	}
	return MXHosts(mx)
}

// anyValidation reports whether any resolver was seen to validate.
func anyValidation(c *evidence.Case) bool {
	return len(c.Domain.Validating) > 0 ||
		slices.ContainsFunc(c.Domain.Lookups, func(l evidence.Lookup) bool { return l.AD && !l.Failure.Failed() })
}

// domainDANE puts the hosts together. What makes senders that use DANE hold
// mail back comes first; then what we could not tell, before anything that
// must hold for all hosts. mx is the security of the MX answer.
func domainDANE(states map[daneState]int, hosts int, mx security, validating bool) Adoption {
	usable := states[daneMatched] + states[danePublished]
	switch {
	case !validating:
		return Adoption{State: AdoptsUnknown, Detail: detailNotValidating}
	case states[daneBogus] > 0:
		return Adoption{State: AdoptsBroken, Detail: "bogus"}
	case states[daneMismatch] > 0:
		return Adoption{State: AdoptsBroken, Detail: "mismatch"}
	case states[daneNoStartTLS] > 0:
		return Adoption{State: AdoptsBroken, Detail: "no_starttls"}
	case states[daneUncertain] > 0, mx == indeterminate && usable > 0:
		return Adoption{State: AdoptsUnknown, Detail: detailNotValidating}
	case states[daneUnanswered] > 0:
		return Adoption{State: AdoptsUnknown, Detail: detailUnanswered}
	case states[daneUnusable] > 0:
		return Adoption{State: AdoptsBroken, Detail: "unusable"}
	case usable == 0 && states[daneInsecure] > 0:
		return Adoption{State: AdoptsBroken, Detail: "tlsa_insecure"}
	case usable == 0:
		return Adoption{State: AdoptsNo, Detail: detailAbsent}
	case mx != secure: // the hosts' operator adopts, the domain does not (RFC 7672 section 2.2.1)
		return Adoption{State: AdoptsNo, Detail: "mx_insecure"}
	case usable < hosts:
		return Adoption{State: AdoptsYes, Detail: "partial"}
	case states[daneMatched] == 0:
		return Adoption{State: AdoptsYes, Detail: "published"}
	}
	return Adoption{State: AdoptsYes, Detail: detailOK}
}

// hostDANE judges one MX host by the first base domain that has records.
func hostDANE(c *evidence.Case, host string) daneState {
	state := daneNotAsked
	for _, base := range tlsaBases(c, host) {
		l, ok := c.Find(tlsaQuestion(base))
		if !ok {
			return state
		}
		if l.Answered() && l.Total == 0 {
			state = daneAbsent
			continue
		}
		return tlsaState(c, host, base, l)
	}
	return state
}

// tlsaState judges an answer that is not a conclusive absence.
func tlsaState(c *evidence.Case, host, base string, l evidence.Lookup) daneState {
	s := securityOf(c, l)
	if s == unanswered || s == bogus {
		// A sender does not ask where the host's own zone is insecure (RFC 7672
		// section 2.2.2): servers there that choke on TLSA do no harm.
		if alias, ok := c.Lookup(host, evidence.TypeCNAME); ok && securityOf(c, alias) == insecure {
			return daneAbsent
		}
	}
	switch s {
	case unanswered:
		return daneUnanswered
	case bogus:
		return daneBogus
	case insecure:
		return daneInsecure
	case indeterminate:
		return daneUncertain
	}
	records := usableTLSA(l.Records)
	switch {
	case len(records) > 0:
		return presented(c, host, base, records)
	case l.Truncated:
		return daneUnanswered
	}
	return daneUnusable
}

// presented compares what the addresses of a host presented. One that matches
// is enough, since a sender goes on to the next address.
//
// The probes send the MX host's name as SNI, senders the TLSA base domain: the
// two differ only where the host is an alias.
func presented(c *evidence.Case, host, base string, records []tlsa) daneState {
	names := []string{base, host, c.Domain.Target.Domain} // RFC 7672 section 3.2.2
	state := danePublished
	for i := range c.Sessions {
		s := &c.Sessions[i]
		switch {
		case s.Endpoint.Host != host:
		case len(s.TLS.Chain) > 0 && s.Failure.Op != evidence.OpHandshake:
			switch matchTLSA(records, s.TLS.Chain, names, s.Span.Start) {
			case tlsaMatch:
				return daneMatched
			case tlsaMismatch:
				state = daneMismatch
			}
		case state == danePublished && withoutStartTLS(s):
			state = daneNoStartTLS
		}
	}
	return state
}

// withoutStartTLS reports whether a host answered EHLO, whole and unmasked,
// and did not offer STARTTLS.
func withoutStartTLS(s *evidence.Session) bool {
	return !s.Failure.Failed() && s.EHLO.Code() == replyOK && !s.Truncated && !offersStartTLS(s.EHLO) && !MaskedStartTLS(*s)
}
