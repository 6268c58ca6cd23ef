package lab

import (
	"cmp"
	"slices"
	"strings"
)

// Adoption is what is true of one sibling standard at one name, in the words of
// column adopts.
type Adoption struct {
	Check  string `json:"check"`
	State  string `json:"state"`
	Detail string `json:"detail"`
}

// sibling is one way to publish, or not to publish, the records of a sibling
// standard, with what is true of it by the text of that standard.
type sibling struct {
	share  int // of a thousand names
	txt    []string
	state  string
	detail string
}

// siblings are the ways of one standard. What is left of the thousand has none.
type siblings struct {
	check    string
	label    string // below the domain, with its final dot; "" = at the domain itself
	inherits bool   // from the organizational domain
	ways     []sibling
}

func siblingStandards() []siblings {
	return []siblings{
		{check: "spf", ways: []sibling{
			{400, []string{"v=spf1 mx -all"}, "yes", "fail"},
			{100, []string{"v=spf1 include:_spf.alpha-mail.test ip4:192.0.2.0/24 ~all"}, "yes", "softfail"},
			{20, []string{"v=spf1 a:{domain} ?all"}, "yes", "neutral"},
			{5, []string{"v=spf1 +all"}, "yes", "pass"},
			{30, []string{"v=spf1 redirect=_spf.alpha-mail.test"}, "yes", "redirect"},
			{15, []string{"v=spf1 mx"}, "yes", "open"},
			{15, []string{"v=spf1 mx -all", "v=spf1 include:_spf.alpha-mail.test -all"}, "broken", "multiple"},
			{15, []string{"v=spf1 ipv4:192.0.2.1 -all"}, "broken", "syntax"},
		}},
		{check: "dmarc", label: "_dmarc.", inherits: true, ways: []sibling{
			{150, []string{"v=DMARC1; p=none"}, "yes", "none"},
			{100, []string{"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"}, "yes", "none_rua"},
			{30, []string{"v=DMARC1; p=quarantine; pct=100"}, "yes", "quarantine"},
			{30, []string{"v=DMARC1;p=quarantine;rua=mailto:dmarc@{domain}"}, "yes", "quarantine_rua"},
			{40, []string{"v=DMARC1; p=reject"}, "yes", "reject"},
			{40, []string{"v=DMARC1; p=reject; rua=mailto:dmarc@{domain},mailto:dmarc@alpha-mail.test"}, "yes", "reject_rua"},
			{5, []string{"v=DMARC1; p=none", "v=DMARC1; p=reject"}, "broken", "multiple"},
			{5, []string{"v=DMARC1 p=none"}, "broken", "syntax"},
			{5, []string{"v=DMARC1; p=monitor"}, "broken", "bad_policy"},
		}},
		{check: "bimi", label: "default._bimi.", inherits: true, ways: []sibling{
			{15, []string{"v=BIMI1; l=https://{domain}/logo.svg"}, "yes", "logo"},
			{5, []string{"v=BIMI1; l=https://{domain}/logo.svg; a=https://{domain}/logo.pem"}, "yes", "certified"},
			{5, []string{"v=BIMI1; l=; a=;"}, "no", "declined"},
			{5, []string{"v=BIMI1; l=http://{domain}/logo.svg"}, "broken", "bad_location"},
		}},
		{check: "tlsrpt", label: "_smtp._tls.", ways: []sibling{
			{600, []string{"v=TLSRPTv1; rua=mailto:tlsrpt@{domain}"}, "yes", "ok"},
			{60, []string{"v=TLSRPTv1;rua=https://alpha-mail.test/tlsrpt,mailto:tlsrpt@{domain};"}, "yes", "ok"},
			{10, []string{"v=TLSRPTv1; rua=mailto:a@{domain}", "v=TLSRPTv1; rua=mailto:b@{domain}"}, "broken", "rpt_multiple"},
			{10, []string{"v=TLSRPTv1;"}, "broken", "rpt_missing_rua"},
			{10, []string{"v=TLSRPTv1; rua=http://{domain}/tlsrpt"}, "broken", "rpt_bad_scheme"},
			{10, []string{"v=tlsrptv1; rua=mailto:tlsrpt@{domain}"}, "broken", "rpt_bad_version"},
			{10, []string{"v=TLSRPTv1; rua=mailto:"}, "broken", "rpt_bad_rua"},
			{10, []string{"v=TLSRPTv1; rua=mailto:tlsrpt@{domain};; x=y"}, "broken", "rpt_bad_separator"},
			{10, []string{"v=TLSRPTv1; rua=mailto:tlsrpt@{domain}; ext"}, "broken", "rpt_bad_extension"},
			{10, []string{"lab-verification=1"}, "no", "rpt_foreign_txt"},
		}},
	}
}

// tlsrptAlone is how many of a hundred names without an MTA-STS record are
// dealt a way of TLSRPT at all: the two come together.
const tlsrptAlone = 2

// way is how a domain that exists does s. Names without any are of state no.
func (s siblings) way(w *World, domain string, d *deployment) sibling {
	none := sibling{state: "no", detail: "absent"}
	if d.Apex.NXDomain || d.Apex.Bare {
		return none
	}
	if s.check == "tlsrpt" && len(d.Record.TXT) == 0 && hash(w.cfg.Seed, "tlsrpt alone", domain)%100 >= tlsrptAlone {
		return none
	}
	n := int(hash(w.cfg.Seed, s.check, domain) % 1000)
	for _, way := range s.ways {
		if n -= way.share; n < 0 {
			return way
		}
	}
	return none
}

// apexTXT are the TXT records of a domain that exists.
func (w *World) apexTXT(domain string, d *deployment) []string {
	if d.Apex.Bare {
		return nil
	}
	texts := []string{"lab-verification=" + policyID(w.cfg.Seed, domain)}
	for _, s := range w.siblings {
		if s.label == "" {
			texts = append(texts, s.way(w, domain, d).txt...)
		}
	}
	return texts
}

// siblingTXT are the TXT records of other standards below a domain.
func (w *World) siblingTXT(name string, n node) []string {
	i := w.siblingAt(name, n)
	if i < 0 {
		return nil
	}
	return w.siblings[i].way(w, n.domain, n.dep).txt
}

// siblingAt is which standard has its records at this name below a domain; -1 = none.
func (w *World) siblingAt(name string, n node) int {
	label := strings.TrimSuffix(name, n.domain)
	return slices.IndexFunc(w.siblings, func(s siblings) bool { return s.label == label && label != "" })
}

// Adopts is what is true of the sibling standards, by name of the check; DANE is
// left out where there is no MX host. organizational is the organizational domain
// above the name, "" where it is one itself: the lab knows no Public Suffix List.
func (w *World) Adopts(domain, organizational string) []Adoption {
	d := w.deployment(domain)
	out := []Adoption{w.dnssec(domain, d)}
	if a, ok := w.dane(domain, d); ok {
		out = append(out, a)
	}
	for _, s := range w.siblings {
		way := s.way(w, domain, d)
		a := Adoption{s.check, way.state, way.detail}
		switch {
		case s.label != "" && d.Apex.Siblings != DNSOK:
			a.State, a.Detail = "unknown", "unanswered"
		case len(way.txt) > 0:
		case s.inherits && organizational != "":
			above := s.way(w, organizational, w.deployment(organizational))
			a.State, a.Detail = above.state, above.detail
			if above.state == "yes" {
				a.Detail = "org_" + above.detail
			}
		case s.check == "tlsrpt" && len(d.Record.Wildcard) > 0 && !d.Apex.NXDomain:
			a.Detail = "rpt_foreign_txt" // no wildcard of the lab is a record of TLSRPT
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Adoption) int { return cmp.Compare(a.Check, b.Check) })
	return out
}
