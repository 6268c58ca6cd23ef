//go:build cgo && !noduckdb

package main

import (
	"slices"
	"strings"

	"stscan/internal/taxonomy"
)

func failureTruths() truths {
	return truths{
		"codes": codesTruth, "first_failure": firstFailureTruth, "failures_by_mx_provider": failuresByMailTruth,
		"failures_by_policy_host": failuresByPolicyTruth, "pol_fetch_reasons": reasonsTruth,
		"imc25_optout": optOutTruth, "inconclusive": inconclusiveTruth, "second_pass": secondPassTruth, "coverage": coverageTruth,
	}
}

func codesTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		for _, code := range d.truth.Codes {
			class := d.class(code)
			contested := !slices.Contains(d.lenient.Codes, code)
			t.add(is{"n": true, "unknown": class == taxonomy.ClassInconclusive, "contested": contested}, string(code), string(class))
		}
	}
	return t.set("total", int64(len(names)))
}

func firstFailureTruth(names []declared) tally {
	t := tally{}
	var untold int64
	for _, d := range names {
		if d.faulty() {
			t.put(false, string(d.firstFault()))
		}
		if d.rec() && d.undecided() {
			untold++
		}
	}
	return t.share(0).set("unknown", untold)
}

// hostFails: a judged MX host of a policy in force is not listed, or has no good TLS.
func (d declared) hostFails() bool {
	return d.inForce() && d.status(taxonomy.StatusBrokenMatch, taxonomy.StatusBrokenMX)
}

func failuresByMailTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if !d.inForce() {
			continue
		}
		unjudged, badCert, withoutTLS := false, false, false
		for _, h := range d.hosts() {
			unjudged = unjudged || !h.told
			badCert = badCert || h.shown && !h.cert
			withoutTLS = withoutTLS || h.told && !h.starttls
		}
		t.add(is{"n": d.hostFails(), "unknown": !d.hostFails() && unjudged, "not_listed": d.has("match_"), "bad_certificate": badCert, "without_tls": withoutTLS},
			d.ownOr(d.mailOperator(), "own host", "not known"))
	}
	return t.only().cut("n")
}

func failuresByPolicyTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.rec() {
			t.add(is{"n": d.policyFault() != "", "unknown": d.policyUntold()}, d.ownOr(d.policyOperator(), "own host", "none or not known"))
		}
	}
	return t.only().cut("n")
}

func reasonsTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if !d.rec() {
			continue
		}
		reason := "fetched"
		switch {
		case d.policyUntold():
			reason = d.policyReason()
		case !d.fetched():
			reason = string(d.policyFault())
		}
		t.put(d.policyUntold(), reason)
	}
	return t.share(0)
}

// policyReason is why its policy could not be told.
func (d declared) policyReason() string {
	if unanswered(d.s.Policy.Fault) {
		return whyUntold(true, d.s.Policy.Fault)
	}
	return "inc_http_timeout"
}

func optOutTruth(names []declared) tally {
	customers := map[string][]declared{}
	sizes := tally{}
	for _, d := range names {
		if label := d.policyOperator(); d.rec() && label != "" && d.ownOr(label, "", "") != "" {
			customers[label] = append(customers[label], d)
			sizes.put(false, label)
		}
	}
	t := tally{}
	top, _ := sizes.largest("n")
	for _, label := range top {
		for _, d := range customers[label] {
			t.count(d.has("phost_cname_dangling", "phost_nxdomain", "phost_nodata"), label, "alias to nothing")
			t.count(d.policyOK() && d.has("match_none"), label, "policy that lists no MX host")
			t.count(d.has("psyn_empty"), label, "empty policy")
			t.count(d.mode() == "none", label, "mode none")
		}
	}
	return t
}

func inconclusiveTruth(names []declared) tally {
	t := tally{}
	var untold int64
	for _, d := range names {
		if !d.undecided() {
			continue
		}
		untold++
		for _, code := range d.truth.Codes {
			if strings.HasPrefix(string(code), "inc_") {
				t.put(true, string(code))
			}
		}
	}
	return t.set("total", untold).set("unknown", untold) // none of them could be told
}

func secondPassTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.again() {
			t.put(d.undecided(), string(d.truth.Status))
		}
	}
	return t.share(0)
}

func coverageTruth(names []declared) tally {
	t := tally{}
	put := func(layer, reason string) {
		if reason == "" {
			t.put(false, layer, "told")
		} else {
			t.put(true, layer, reason)
		}
	}
	for _, d := range names {
		put("record", whyUntold(d.recordUntold(), d.s.Record.Fault))
		put("mx records", whyUntold(d.mxUntold(), d.s.Apex.MXFault))
		if !d.rec() {
			continue
		}
		reason := ""
		if d.policyUntold() {
			reason = d.policyReason()
		}
		put("policy", reason)
		for _, h := range d.hosts() {
			put("mx hosts", h.reason)
		}
	}
	return t.share(1)
}

// layersTruth is of failure_layers with the managers left out.
func layersTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.faulty() && d.rec() {
			t.put(false, d.faultLayer())
		}
	}
	return t
}

// faultLayer is where a sender meets the first fault.
func (d declared) faultLayer() string {
	e, _ := taxonomy.Of(d.firstFault())
	return string(e.Layer)
}
