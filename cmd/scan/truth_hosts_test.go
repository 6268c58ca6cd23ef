//go:build cgo && !noduckdb

package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func hostTruths() truths {
	return truths{
		"policy_hosts": policyHostsTruth, "mx_hosts_by_provider": mailByProviderTruth, "mailstats_daily": mailstatsTruth,
		"rpt_rua_concentration": reportsTruth, "sts_by_server": byServerTruth, "sts_cdf_provider": spreadTruth,
	}
}

func policyHostsTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.rec() {
			t.add(is{"n": true, "unknown": d.policyUntold(), "enforce": d.enforces(), "misconfigured": d.faulty()},
				d.ownOr(d.policyOperator(), "own host", "none or not known"))
		}
	}
	return t.fold("n").share(0)
}

func mailByProviderTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.inMX() {
			t.add(is{"n": true, "unknown": d.mailOperator() == "", "with_record": d.rec()}, d.ownOr(d.mailOperator(), "own host", "not known"))
		}
	}
	return t.fold("n").share(0)
}

func mailstatsTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.inMX() {
			t.put(d.mailOperator() == "", d.ownOr(d.mailOperator(), "self-hosted", "not known"))
		}
	}
	return t.share(0).cut("n")
}

func reportsTruth(names []declared) tally {
	t := tally{}
	var adopters, untold int64
	for _, d := range names {
		if d.adoption("tlsrpt") == "unknown" {
			untold++
		}
		if d.adoption("tlsrpt") != "yes" {
			continue
		}
		adopters++
		to := slices.Clone(d.reportsTo)
		slices.Sort(to)
		for _, receiver := range slices.Compact(to) {
			own := receiver == d.domain || strings.HasSuffix(receiver, "."+d.domain) || strings.HasSuffix(d.domain, "."+receiver)
			if own {
				receiver = "own domain"
			}
			t.put(false, receiver)
		}
	}
	return t.set("total", adopters).set("unknown", untold).cut("n")
}

// byServerTruth takes each host once, and its names as often as they have it.
func byServerTruth(names []declared) tally {
	t := tally{}
	hosts, customers := map[string]mxHost{}, map[string]int64{}
	for _, d := range names {
		if d.rec() {
			for _, h := range d.hosts() {
				hosts[h.name] = h
				customers[h.name]++
			}
		}
	}
	for name, h := range hosts {
		for property, of := range map[string]struct{ told, has bool }{
			"no STARTTLS that works": {h.told, !h.starttls}, "bad certificate": {h.shown, !h.cert}, "good": {h.told, h.good()},
		} {
			row := t.row(property)
			switch {
			case !h.told:
				row["unknown"]++
			case !of.told: // no certificate to judge
			case of.has:
				row["n"]++
				row["names"] += customers[name]
				fallthrough
			default:
				row["total"]++
			}
		}
	}
	return t
}

// spreadTruth is the whole curve: the metric draws it with fewer points.
func spreadTruth(names []declared) tally {
	sizes, unknown := map[string]map[string]int64{"policy hosts": {}, "mail": {}}, columns{}
	for _, d := range names {
		for part, at := range map[string]struct {
			label  string
			untold bool
		}{"policy hosts": {d.policyOperator(), d.policyUntold()}, "mail": {d.mailOperator(), !slices.Contains([]string{"none", "null_mx"}, d.mxStatus())}} {
			switch {
			case !d.rec() || at.label == "mixed": // at several is at none
			case at.label != "":
				sizes[part][at.label]++
			case at.untold:
				unknown[part]++
			}
		}
	}
	t := tally{}
	for part, of := range sizes {
		var upTo int64
		all := slices.Sorted(maps.Values(of))
		for _, size := range all {
			upTo += size
			row := t.row(part, strconv.FormatInt(size, 10))
			row["operators"]++
			row["n"] = upTo // of equal ones the last counts
		}
		for _, size := range all {
			row := t.row(part, strconv.FormatInt(size, 10))
			row["total"], row["unknown"] = upTo, unknown[part]
		}
	}
	return t
}
