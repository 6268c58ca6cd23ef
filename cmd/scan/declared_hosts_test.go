//go:build cgo && !noduckdb

package main

import (
	"crypto/tls"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"stscan/internal/lab"
)

// mxHost is what the lab says of one MX host.
type mxHost struct {
	name       string
	preference int
	provider   string // "" = not known
	told       bool   // somebody speaks SMTP there, and lets us see what of TLS
	dead       bool   // nobody can reach it
	starttls   bool   // if told: TLS comes about
	shown      bool   // if told: a certificate, be it in a version of TLS too old
	cert       bool   // if shown: it is good
	reason     string // why it is neither told nor dead
}

func (h mxHost) good() bool { return h.told && h.starttls && h.cert }

// hosts are those that mail goes to, the domain itself where there are no others.
func (d declared) hosts() []mxHost {
	var all []mxHost
	for _, m := range d.s.MX {
		h := mxHost{name: d.expand(m.Host), preference: m.Preference}
		names := []string{h.name}
		for _, alias := range m.CNAME {
			names = append(names, d.expand(alias))
		}
		h.provider = d.operator(names...)
		switch {
		case unanswered(m.Fault):
			h.reason = whyUntold(true, m.Fault)
		case m.Fault != lab.DNSOK && m.Fault != lab.DNSTruncate:
			h.dead = true
		default:
			h.meet(m.Servers)
		}
		all = append(all, h)
	}
	for _, text := range d.s.Apex.MXText {
		preference, host, _ := strings.Cut(strings.TrimSuffix(d.expand(text), "."), " ")
		if host == "" {
			continue // a null MX
		}
		n, _ := strconv.Atoi(preference)
		h := mxHost{name: host, preference: n, provider: d.operator(host)}
		if host == d.domain {
			h.meetAt(d.s.Apex.Addrs)
		} else {
			h.provider, h.dead = "", true // an address or localhost
		}
		all = append(all, h)
	}
	if d.mxStatus() == "implicit" {
		h := mxHost{name: d.domain, provider: d.registrable}
		h.meetAt(d.s.Apex.Addrs)
		all = append(all, h)
	}
	return all
}

func (h *mxHost) meetAt(places []lab.Place) {
	var servers []lab.MailServer
	for _, p := range places {
		servers = append(servers, lab.MailServer{Place: p})
	}
	h.meet(servers)
}

// meet sums up the servers of a host: the best of them counts, since a sender goes on
// to the next.
func (h *mxHost) meet(servers []lab.MailServer) {
	h.dead = true
	for _, s := range servers {
		dead, reason, shown := dialogue(s)
		h.dead = h.dead && dead
		if reason != "" {
			h.reason = reason
		}
		if !dead && reason == "" {
			h.told = true
			h.shown = h.shown || shown
			h.cert = h.cert || shown && goodCert(s.TLS.Cert)
			h.starttls = h.starttls || shown && (s.TLS.MaxVersion == 0 || s.TLS.MaxVersion >= tls.VersionTLS12)
		}
	}
	if h.told {
		h.reason = ""
	}
}

// dialogue is what comes of a session at one mail server.
func dialogue(s lab.MailServer) (dead bool, reason string, shown bool) {
	switch s.Place {
	case lab.PlaceOpen, lab.PlaceIPv6:
	case lab.PlaceBlackhole:
		return false, "inc_tcp_timeout", false
	default:
		return true, "", false
	}
	switch {
	case s.Silent:
		return false, "inc_banner_timeout", false
	case s.CloseEarly:
		return false, "inc_closed_early", false
	case s.NotSMTP:
		return true, "", false
	case strings.HasPrefix(s.Greeting, "421"):
		return false, "inc_rate_limited", false
	case strings.HasPrefix(s.Greeting, "4"):
		return false, "inc_greylisted", false
	case strings.HasPrefix(s.Greeting, "5"):
		return false, "inc_blocked_reputation", false
	case strings.HasPrefix(s.StartTLS, "454") && s.FailFirst != "":
		return false, "inc_starttls_tempfail", false // not twice
	case s.TLS.Stall:
		return false, "inc_tls_timeout", false
	}
	works := s.TLS.Alert == 0 && !s.TLS.Junk && !s.TLS.Close
	return false, "", works && !s.NoStartTLS && !s.NoEHLO && !s.Masked && (s.StartTLS == "" || strings.HasPrefix(s.StartTLS, "220"))
}

func goodCert(c lab.Cert) bool {
	return slices.Contains([]lab.Cert{lab.CertGood, lab.CertWildcard, lab.CertExtraRoot, lab.CertEndsSoon, lab.CertWeakKey, lab.CertUppercaseSAN}, c)
}

// expand writes out the names of a scenario.
func (d declared) expand(name string) string {
	dashed := strings.ReplaceAll(strings.ReplaceAll(d.domain, "-", "--"), ".", "-")
	r := strings.NewReplacer("{domain}", d.domain, "{dash}", dashed, "{underscore}", strings.ReplaceAll(d.domain, ".", "_"), "{group}", d.group())
	return r.Replace(name)
}

// group is the {group} of a name with a number: they take turns at 400 of them.
func (d declared) group() string {
	const digits, base, groups = 6, 32, 400
	label, _, _ := strings.Cut(d.domain, ".")
	n, err := strconv.ParseUint(label[max(0, len(label)-digits):], base, 32)
	if err != nil {
		return ""
	}
	return strconv.FormatUint(groups+n%groups, 10)
}

// operator labels who runs a host, by the host and its aliases: the first that
// stands in nobody's domain but an operator's (docs/OPERATORS.md).
func (d declared) operator(names ...string) string {
	for _, name := range names {
		if name != d.registrable && !strings.HasSuffix(name, "."+d.registrable) {
			zone := zoneOf(name)
			if label, ok := imc25Labels()[zone]; ok {
				return label
			}
			return zone
		}
	}
	return d.registrable
}

// mailOperator is who takes the mail: the operator of the hosts tried first.
func (d declared) mailOperator() string {
	hosts := d.hosts()
	if d.mxStatus() != "explicit" && d.mxStatus() != "implicit" || len(hosts) == 0 {
		return ""
	}
	first := slices.MinFunc(hosts, func(a, b mxHost) int { return a.preference - b.preference }).preference
	label := ""
	for _, h := range hosts {
		switch {
		case h.preference != first || h.provider == "" || h.provider == label:
		case label == "":
			label = h.provider
		default:
			return "mixed"
		}
	}
	return label
}

// policyOperator is who runs the policy host, "" if there is none. An alias to a name
// that is handed out for MTA-STS alone says it first, that of the record, too.
func (d declared) policyOperator() string {
	for _, alias := range slices.Concat(d.s.Policy.CNAME, d.s.Record.CNAME) {
		if label, ok := imc25Labels()[zoneOf(alias)]; ok {
			return label
		}
	}
	names := []string{"mta-sts." + d.domain}
	for _, alias := range d.s.Policy.CNAME {
		names = append(names, d.expand(alias))
	}
	gone := d.s.Policy.Fault != lab.DNSOK && d.s.Policy.Fault != lab.DNSTruncate
	if d.s.Policy.Fault == lab.DNSLoop || len(names) == 1 && (gone || len(d.s.Policy.Servers) == 0) {
		return ""
	}
	return d.operator(names...)
}

// ownOr is the label of an operator, but for who serves himself and for nobody.
func (d declared) ownOr(label, own, nobody string) string {
	switch {
	case label == "":
		return nobody
	case label == d.domain || strings.HasSuffix(d.domain, "."+label):
		return own
	}
	return label
}

// zoneOf is the last two labels.
func zoneOf(host string) string {
	labels := strings.Split(host, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

// reportReceivers are the domains to which the TLSRPT record of a name, as the lab
// publishes it, sends reports.
func reportReceivers(world *lab.World, domain string) []string {
	question := new(dns.Msg).SetQuestion("_smtp._tls."+domain+".", dns.TypeTXT)
	var to []string
	for _, rr := range world.Answer(question, false).Answer {
		txt, ok := rr.(*dns.TXT)
		if !ok {
			continue
		}
		_, addresses, _ := strings.Cut(strings.Join(txt.Txt, ""), "rua=")
		for address := range strings.SplitSeq(strings.TrimRight(addresses, "; "), ",") {
			if host, ok := strings.CutPrefix(address, "https://"); ok {
				host, _, _ = strings.Cut(host, "/")
				to = append(to, host)
			} else {
				to = append(to, address[strings.LastIndexByte(address, '@')+1:])
			}
		}
	}
	return to
}
