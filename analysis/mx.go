package analysis

import (
	"net/netip"
	"slices"
	"strings"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// mailHost is one MX host under judgement.
type mailHost struct {
	v        MXVerdict
	findings []Finding
	dead     bool // conclusively without a usable address
}

// listed and unlisted report a conclusive answer; both are false without a
// policy to ask.
func (h *mailHost) listed() bool   { return h.v.PolicyMatch != nil && *h.v.PolicyMatch }
func (h *mailHost) unlisted() bool { return h.v.PolicyMatch != nil && !*h.v.PolicyMatch }

// addMX adds a finding about the MX stage: of a host, or of the domain for nil.
// Without a policy in force it is a fact and no more.
func (j *judge) addMX(h *mailHost, f Finding) {
	if !j.inForce() && f.Class != taxonomy.ClassInconclusive {
		f.Class = taxonomy.ClassInfo
	}
	if h == nil {
		j.findings = append(j.findings, f)
		return
	}
	h.findings = append(h.findings, f)
}

// judgeContacts judges each MX host by its addresses.
func (j *judge) judgeContacts() {
	for i := range j.hosts {
		h := &j.hosts[i]
		if !j.nameUsable(h) {
			continue
		}
		dns := j.resolve(h.v.Host)
		for _, a := range dns.addrs {
			h.v.Addrs = append(h.v.Addrs, a.String())
		}
		if len(dns.chain) > 0 && j.v.MXStatus == MXExplicit {
			j.addMX(h, newFinding(taxonomy.MxdnsCNAME, h.v.Host, lastOf(dns.chain)))
		}
		j.judgeHost(h, dns)
	}
}

// nameUsable reports whether the name in the MX record can be that of a mail
// host at all.
func (j *judge) nameUsable(h *mailHost) bool {
	code := taxonomy.Code("")
	switch {
	case h.v.Host == "localhost" || strings.HasSuffix(h.v.Host, ".localhost"): // RFC 6761 section 6.3
		code = taxonomy.MxdnsLocalhost
	case isAddress(h.v.Host): // RFC 1035 section 3.3.9
		code = taxonomy.MxdnsIPLiteral
	default:
		return true
	}
	h.dead = true
	j.addMX(h, newFinding(code, h.v.Host, ""))
	j.enforceable(h, false, false)
	return false
}

// isAddress reports whether the target of an MX record is the text of an
// address, with or without the brackets of RFC 5321 section 4.1.3.
func isAddress(host string) bool {
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if host == "" || strings.IndexByte(host, ':') < 0 && (host[len(host)-1] < '0' || host[len(host)-1] > '9') {
		return false // nearly all: an error, with its text, is not made for each
	}
	_, err := netip.ParseAddr(strings.TrimPrefix(host, "ipv6:"))
	return err == nil
}

// judgeHost puts the contacts with all addresses of a host together.
func (j *judge) judgeHost(h *mailHost, dns hostDNS) {
	var tried []contact
	for i := range j.c.Sessions {
		if s := &j.c.Sessions[i]; s.Endpoint.Host == h.v.Host {
			tried = append(tried, j.judgeSession(s))
		}
	}
	skipped := j.skips(evidence.StepMX, h.v.Host)
	if skipped.optedOut {
		j.add(taxonomy.DomOptedOut, h.v.Host, "")
	}
	if len(tried) == 0 {
		j.unprobed(h, dns, skipped)
		return
	}
	for _, t := range tried {
		if t.state == stateNone { // nobody was there: not judged
			j.addAll(h, t.findings)
		}
	}
	tried = slices.DeleteFunc(tried, func(t contact) bool { return t.state == stateNone })
	if decide(tried) != stateGood {
		tried = append(tried, skipped.contacts...)
		j.addAll(h, dns.unknown)
	}
	j.combine(h, tried)
}

func (j *judge) addAll(h *mailHost, findings []Finding) {
	for _, f := range findings {
		j.addMX(h, f)
	}
}

// combine: one good address is enough, since a sender goes on to the next. Where
// addresses differ, the failing ones do not decide.
func (j *judge) combine(h *mailHost, tried []contact) {
	good, bad := false, false
	for _, t := range tried {
		good = good || t.state == stateGood
		bad = bad || t.state == stateFailed
	}
	for _, t := range tried {
		if t.state == stateFailed && good {
			withClass(t.findings, taxonomy.ClassLint)
			where := t.findings[0].Where
			j.addMX(h, newFinding(taxonomy.MxcertAddrInconsistent, where, string(t.findings[0].Code)))
		}
		if j.worthTelling(t, h) {
			j.addAll(h, t.findings)
		}
	}
	switch {
	case good:
		h.v.StartTLS, h.v.CertValid = new(true), new(true)
	case bad:
		h.v.StartTLS, h.v.CertValid = best(tried, func(t contact) *bool { return t.starttls }),
			best(tried, func(t contact) *bool { return t.cert })
	}
	j.enforceable(h, good, bad)
}

// worthTelling leaves out that an address of ours to choose was not probed,
// where nothing hangs on it: the host is unlisted, or no policy is in force.
func (j *judge) worthTelling(t contact, h *mailHost) bool {
	return t.state != stateUnknown || t.findings[0].Code != taxonomy.IncNotProbed || j.inForce() && h.listed()
}

// best is true if a conclusive contact says so, else false if one says that,
// else nil.
func best(tried []contact, of func(contact) *bool) *bool {
	var out *bool
	for _, t := range tried {
		if v := of(t); t.state == stateFailed && v != nil && (out == nil || *v) {
			out = v
		}
	}
	return out
}

// enforceable sets EnforceOK and Usable. An unlisted host needs no contact to be
// judged. In every mode but enforce a host that speaks SMTP is usable.
func (j *judge) enforceable(h *mailHost, good, bad bool) {
	switch {
	case h.unlisted():
		h.v.EnforceOK = new(false)
	case h.listed() && (good || bad):
		h.v.EnforceOK = new(good)
	}
	switch {
	case j.enforcing():
		h.v.Usable = h.v.EnforceOK
	case good || bad:
		h.v.Usable = new(true)
	}
}

// unprobed says why no address of a host was contacted.
func (j *judge) unprobed(h *mailHost, dns hostDNS, s skips) {
	j.enforceable(h, false, false)
	code := taxonomy.Code("")
	switch dns.state {
	case dnsNXDomain:
		code = taxonomy.MxdnsNXDomain
	case dnsNoData, dnsLoop:
		code = taxonomy.MxdnsNoData
	case dnsBogus:
		j.addMX(h, newFinding(taxonomy.MxdnsDNSSECBogus, h.v.Host, ""))
		return
	case dnsUnknown:
		j.addAll(h, dns.unknown)
		return
	case dnsAddresses:
		if len(s.contacts) == 0 && s.special != "" && !s.noIPv6 {
			code = taxonomy.MxdnsSpecialAddress
		}
	}
	if code != "" {
		h.dead = true
		j.addMX(h, newFinding(code, h.v.Host, dnsText(dns)+s.special))
		return
	}
	for _, t := range s.contacts {
		if j.worthTelling(t, h) {
			j.addAll(h, t.findings)
		}
	}
	if len(s.contacts) > 0 || !j.inForce() || !h.listed() {
		return
	}
	if s.noIPv6 {
		j.addMX(h, newFinding(taxonomy.IncIPv6Unavailable, h.v.Host, ""))
		return
	}
	j.addMX(h, newFinding(j.notAsked(evidence.StepMX), h.v.Host, ""))
}
