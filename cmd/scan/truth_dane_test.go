//go:build cgo && !noduckdb

package main

import (
	"maps"
	"slices"

	"github.com/miekg/dns"

	"stscan/internal/lab"
)

func daneTruths() truths {
	return truths{
		"dane20_t1": tlsaTruth, "dane20_f4": partialTruth, "dane20_f5": validatedTruth, "dane20_f7": tlsaCausesTruth,
		"dane20_f8": brokenTLSATruth, "dane22_t1": brokenUnitsTruth, "dane_survey": daneSurveyTruth, "pillilz": eitherTruth,
	}
}

// dane is what the lab says of DANE; unanswered where there is nobody to ask.
func (d declared) dane() string {
	for _, a := range d.adopts {
		if a.Check == "dane" {
			return a.Detail
		}
	}
	return "unanswered"
}

func (d declared) daneBroken() bool {
	return slices.Contains([]string{"tlsa_insecure", "mismatch", "no_starttls", "unusable"}, d.dane())
}

// withTLSA: there are TLSA records at one host or more, good or bad.
func (d declared) withTLSA() bool {
	return d.daneBroken() || slices.Contains([]string{"ok", "published", "partial", "mx_insecure"}, d.dane())
}

func (d declared) daneUntold() bool {
	return slices.Contains([]string{"unanswered", "not_validating", "bogus"}, d.dane())
}

// tlsaHosts are the MX hosts of a name at which the lab's resolver finds TLSA
// records, and whether it has validated them.
func tlsaHosts(world *lab.World, d declared) map[string]bool {
	found := map[string]bool{}
	for _, h := range d.hosts() {
		question := new(dns.Msg).SetQuestion("_25._tcp."+h.name+".", dns.TypeTLSA)
		question.AuthenticatedData = true
		if answer := world.Answer(question, true); len(answer.Answer) > 0 {
			found[h.name] = answer.AuthenticatedData
		}
	}
	return found
}

func tlsaTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.inMX() {
			of := is{"n": d.withTLSA(), "unknown": d.daneUntold()}
			t.add(of, d.tld())
			t.add(of, "all")
		}
	}
	return t
}

func partialTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.inMX() && d.withTLSA() {
			t.count(d.dane() == "partial", d.tld())
		}
	}
	return t
}

func validatedTruth(names []declared) tally {
	t, hosts := tally{}, map[string]bool{}
	for _, d := range names {
		if d.inMX() {
			maps.Copy(hosts, d.tlsa)
		}
	}
	for _, validated := range hosts {
		state := "not validated"
		if validated {
			state = "validated"
		}
		t.put(false, state)
	}
	return t.share(0)
}

func tlsaCausesTruth(names []declared) tally {
	causes := map[string]string{"bogus": "dnssec", "tlsa_insecure": "dnssec", "mx_insecure": "dnssec", "mismatch": "certificate",
		"unusable": "other", "ok": "good", "published": "good", "partial": "good"}
	t := tally{}
	for _, d := range names {
		if d.inMX() && (d.withTLSA() || d.dane() == "bogus") {
			t.put(d.dane() == "bogus", causes[d.dane()], d.dane())
		}
	}
	return t.share(0)
}

func brokenTLSATruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.inMX() && d.withTLSA() {
			t.count(d.daneBroken(), d.tld())
		}
	}
	return t
}

func brokenUnitsTruth(names []declared) tally {
	type served struct{ host, tld string }
	t, hosts := tally{}, map[served]bool{}
	for _, d := range names {
		switch {
		case !d.inMX():
		case d.daneUntold():
			t.row(d.tld(), "names")["unknown"]++
		case d.withTLSA():
			t.count(d.daneBroken(), d.tld(), "names")
			for _, h := range d.hosts() {
				at := served{h.name, d.tld()}
				hosts[at] = hosts[at] || d.daneBroken()
			}
		}
	}
	for at, broken := range hosts {
		t.count(broken, at.tld, "MX hosts of these names")
	}
	return t
}

func daneSurveyTruth(names []declared) tally {
	t, all := tally{}, tally{}
	for _, d := range names {
		if !d.inMX() || d.adoption("dnssec") != "yes" {
			continue
		}
		of := is{"n": d.dane() == "ok" || d.dane() == "published", "unknown": d.daneUntold() && d.dane() != "bogus"}
		provider := d.mailOperator()
		if provider == "" {
			provider = "not known"
		}
		t.add(of, provider)
		all.add(of, "all")
	}
	t = t.cut("n")
	maps.Copy(t, all)
	return t
}

func eitherTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if !d.inMX() {
			continue
		}
		published := "neither"
		switch {
		case d.rec() && d.withTLSA():
			published = "both"
		case d.rec():
			published = "mta-sts only"
		case d.dane() == "partial":
			published = "dane only, partial"
		case d.withTLSA():
			published = "dane only"
		}
		t.put(d.recordUntold() || d.daneUntold(), published)
	}
	return t.share(0)
}
