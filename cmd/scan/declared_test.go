//go:build cgo && !noduckdb

package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// declared is what the lab says of a name: how it is deployed, and what is true of
// it. What METRICS counts follows from it by the methods below, of which none reads
// a verdict.
type declared struct {
	domain      string
	rank        int64 // 0 = none
	registrable string
	s           *lab.Scenario
	truth       lab.Truth // by ruleset rfc
	lenient     lab.Truth // by ruleset deployed
	adopts      []lab.Adoption
	reportsTo   []string        // domains that get its TLS reports
	tlsa        map[string]bool // MX hosts with TLSA records, and whether the resolver has validated these
	strict      bool            // --strict-rfc is given
}

func declare(world *lab.World, domain string) declared {
	d := declared{domain: domain, registrable: domain, s: world.Scenario(domain),
		truth: world.Truth(domain), lenient: world.TruthUnder(lab.RulesetDeployed, domain)}
	above := ""
	if registrable, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil && registrable != domain {
		d.registrable, above = registrable, registrable
	}
	d.adopts = world.Adopts(domain, above)
	d.tlsa = tlsaHosts(world, d)
	if d.adoption("tlsrpt") == "yes" {
		d.reportsTo = reportReceivers(world, domain)
	}
	return d
}

func (d declared) tld() string { return d.domain[strings.LastIndexByte(d.domain, '.')+1:] }

func (d declared) adoption(check string) string {
	for _, a := range d.adopts {
		if a.Check == check {
			return a.State
		}
	}
	return ""
}

// code is the first code of the truth, in the order of the taxonomy, that begins so.
func (d declared) code(prefixes ...string) taxonomy.Code {
	codes := slices.SortedFunc(slices.Values(d.truth.Codes), func(a, b taxonomy.Code) int { return taxonomy.Row(a) - taxonomy.Row(b) })
	for _, code := range codes {
		for _, prefix := range prefixes {
			if strings.HasPrefix(string(code), prefix) {
				return code
			}
		}
	}
	return ""
}

func (d declared) has(prefixes ...string) bool { return d.code(prefixes...) != "" }

func (d declared) status(statuses ...taxonomy.Status) bool {
	return slices.Contains(statuses, d.truth.Status)
}

func (d declared) undecided() bool { return d.status(taxonomy.StatusInconclusive) }

// unanswered: the resolver gives nothing to go by.
func unanswered(f lab.DNSFault) bool {
	return slices.Contains([]lab.DNSFault{lab.DNSServFail, lab.DNSTimeout, lab.DNSRefused, lab.DNSTCPClosed}, f)
}

func (d declared) mxUntold() bool { return unanswered(d.s.Apex.MXFault) }

// exists is EXISTS: the name answers, or there is something below it.
func (d declared) exists() bool { return !d.s.Apex.NXDomain && (!d.mxUntold() || d.signals()) }

// mxStatus is where its mail goes.
func (d declared) mxStatus() string {
	switch {
	case d.mxUntold():
		return "inconclusive"
	case d.has("dom_null_mx"):
		return "null_mx"
	case len(d.s.MX) > 0 || len(d.s.Apex.MXText) > 0:
		return "explicit"
	case len(d.s.Apex.Addrs) > 0:
		return "implicit"
	}
	return "none"
}

func (d declared) inMX() bool { return d.mxStatus() == "explicit" }

// recordUntold: whether there is a record cannot be told.
func (d declared) recordUntold() bool { return unanswered(d.s.Record.Fault) }

// claims: a TXT begins as a record does, whatever follows.
func (d declared) claims() bool {
	return !d.recordUntold() && !d.status(taxonomy.StatusNotDeployed) && !d.has("rec_bad_version", "rec_policy_in_txt", "rec_cname_dangling")
}

// signals: a claim or a near miss.
func (d declared) signals() bool { return d.claims() || d.has("rec_bad_version", "rec_policy_in_txt") }

// rec is REC, which --strict-rfc makes REC_OK.
func (d declared) rec() bool { return d.signals() && (!d.strict || d.recOK()) }

func (d declared) recOK() bool { return d.claims() && !d.status(taxonomy.StatusBrokenRecord) }

// policyUntold: whether there is a policy behind the record cannot be told.
func (d declared) policyUntold() bool {
	return d.rec() && (unanswered(d.s.Policy.Fault) || d.has("inc_http_timeout"))
}

// policyFault is why the policy cannot be had or used, "" if it can.
func (d declared) policyFault() taxonomy.Code {
	if d.policyUntold() || !d.status(taxonomy.StatusBrokenRecord, taxonomy.StatusBrokenRetrieval, taxonomy.StatusBrokenSyntax) {
		return ""
	}
	return d.code("phost_", "ptcp_", "ptls_", "phttp_", "psyn_")
}

// fetched: there is an answer of status 200, whatever it holds.
func (d declared) fetched() bool {
	fault := d.policyFault()
	return d.rec() && !d.policyUntold() && (fault == "" || fault == taxonomy.PhttpContentType || strings.HasPrefix(string(fault), "psyn_"))
}

func (d declared) policyOK() bool { return d.recOK() && !d.policyUntold() && d.policyFault() == "" }

// field is the first of this name in the policy, as its operators wrote it.
func (d declared) field(name string) string {
	for _, server := range d.s.Policy.Servers {
		for line := range strings.Lines(server.HTTP.Body) {
			if key, value, ok := strings.Cut(line, ":"); ok && key == name {
				return strings.TrimSpace(value)
			}
		}
	}
	return ""
}

// mode is the mode of a valid policy, "" without one.
func (d declared) mode() string {
	if !d.policyOK() {
		return ""
	}
	return d.field("mode")
}

func (d declared) maxAge() int64 {
	n, err := strconv.ParseInt(d.field("max_age"), 10, 64)
	if err != nil {
		panic(d.s.Name + ": " + err.Error())
	}
	return n
}

func (d declared) enforces() bool { return d.mode() == "enforce" }
func (d declared) tests() bool    { return d.mode() == "testing" }

// inForce: what is wrong with the MX hosts matters to a sender.
func (d declared) inForce() bool { return d.enforces() || d.tests() }

func (d declared) faulty() bool {
	return d.rec() && strings.HasPrefix(string(d.truth.Status), "broken_")
}
func (d declared) works() bool {
	return d.status(taxonomy.StatusValidTesting, taxonomy.StatusValidEnforce)
}

// firstFault is the code of the first layer that fails.
func (d declared) firstFault() taxonomy.Code {
	switch d.truth.Status {
	case taxonomy.StatusBrokenRecord:
		return d.code("rec_multiple", "rec_bad", "rec_missing", "rec_empty", "rec_id", "rec_policy", "rec_cname")
	case taxonomy.StatusBrokenRetrieval, taxonomy.StatusBrokenSyntax:
		return d.policyFault()
	case taxonomy.StatusBrokenMatch:
		return d.code("match_")
	case taxonomy.StatusBrokenMX:
		return d.code("smtp_starttls_", "mxtls_", "mxcert_")
	}
	return ""
}

// class is how much a code of its truth weighs in it.
func (d declared) class(code taxonomy.Code) taxonomy.Class {
	e, _ := taxonomy.Of(code)
	switch e.Layer {
	case taxonomy.LayerMXDNS, taxonomy.LayerMXSMTP, taxonomy.LayerMXTLS, taxonomy.LayerMXCert:
		if !d.inForce() && e.Class != taxonomy.ClassInconclusive {
			return taxonomy.ClassInfo
		}
	}
	if e.Class == taxonomy.ClassError && strings.HasPrefix(string(d.truth.Status), "valid_") {
		return taxonomy.ClassLint // senders go on to another address
	}
	return e.Class
}

// enforcedDelivery is what senders would do in mode enforce, of a policy in mode
// enforce or testing.
func (d declared) enforcedDelivery() taxonomy.Delivery {
	if d.enforces() {
		return d.truth.Delivery
	}
	if slices.Contains([]string{"null_mx", "none"}, d.mxStatus()) {
		return taxonomy.DeliveryNoMail
	}
	good, bad := 0, 0
	for _, h := range d.hosts() {
		switch {
		case d.has("match_none") || h.told && !h.good():
			bad++
		case h.told:
			good++
		}
	}
	switch {
	case good+bad == 0:
		return taxonomy.DeliveryUnknown
	case bad == 0:
		return taxonomy.DeliveryProtected
	case good == 0:
		return taxonomy.DeliveryRefusedAllMX
	}
	return taxonomy.DeliveryAtRiskSomeMX
}

// again: what is seen of it first may pass, so that it is looked at a second time.
func (d declared) again() bool {
	for _, code := range d.truth.Codes {
		lasting := code == taxonomy.IncBlockedReputation || code == taxonomy.IncParserLimit || code == taxonomy.IncNotProbed
		if strings.HasPrefix(string(code), "inc_") && !lasting || code == taxonomy.PtcpTimeout || code == taxonomy.SmtpStartTLSStripped {
			return true
		}
	}
	if !d.signals() {
		return false // nobody looks at its hosts
	}
	for _, server := range d.s.Policy.Servers {
		if server.StallFirst || server.HTTP.Status == http.StatusTooManyRequests {
			return true
		}
	}
	for _, m := range d.s.MX {
		for _, server := range m.Servers {
			if server.FailFirst != "" || strings.HasPrefix(server.StartTLS, "4") {
				return true
			}
		}
	}
	return false
}

// whyUntold is the code of a question that was not answered.
func whyUntold(untold bool, f lab.DNSFault) string {
	switch {
	case !untold:
		return ""
	case f == lab.DNSTCPClosed:
		return string(taxonomy.IncDNSTCPFailed)
	}
	return "inc_dns_" + string(f)
}
