//go:build cgo && !noduckdb

package main

import (
	"cmp"
	"slices"
	"strconv"

	"stscan/internal/taxonomy"
)

// truths are what metrics have to give over names of which the lab says this, by
// the definitions of METRICS and of the headers.
type truths map[string]func(names []declared) tally

func adoptionTruths() truths {
	return truths{
		"adopts": adoptsTruth, "delivery": deliveryTruth, "delivery_if_enforced": ifEnforcedTruth, "funnel": funnelTruth,
		"headlines": headlinesTruth, "mail": mailGoesTruth, "modes": modesTruth, "status": statusTruth,
		"adopt_by_mx_provider": byProviderTruth, "max_age": maxAgeTruth,
	}
}

func adoptsTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		for _, a := range d.adopts {
			if d.inMX() {
				t.put(a.State == "unknown", a.Check, "mx", a.State)
			}
			if d.inMX() && d.rec() {
				t.put(a.State == "unknown", a.Check, "mta-sts", a.State)
			}
		}
	}
	return t.share(2)
}

func deliveryTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.rec() {
			t.put(d.truth.Delivery == taxonomy.DeliveryUnknown, string(d.truth.Delivery))
		}
	}
	return t.share(0)
}

func ifEnforcedTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.inForce() {
			t.put(d.enforcedDelivery() == taxonomy.DeliveryUnknown, d.mode(), string(d.enforcedDelivery()))
		}
	}
	return t.share(1)
}

func funnelTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if !d.inMX() {
			continue
		}
		policyUntold := d.recordUntold() || d.recOK() && d.policyUntold()
		t.add(is{"n": d.rec(), "unknown": d.recordUntold()}, "record")
		t.add(is{"n": d.recOK(), "unknown": d.recordUntold()}, "valid record")
		t.add(is{"n": d.recOK() && d.fetched(), "unknown": policyUntold}, "policy fetched")
		t.add(is{"n": d.policyOK(), "unknown": policyUntold}, "policy valid")
		t.add(is{"n": d.inForce(), "unknown": policyUntold}, "testing or enforce")
		t.add(is{"n": d.works(), "unknown": d.undecided()}, "every judged host good")
		t.add(is{"n": d.truth.Delivery == taxonomy.DeliveryProtected, "unknown": d.truth.Delivery == taxonomy.DeliveryUnknown}, "protected")
	}
	return t
}

// refused: a sender that conforms delivers nothing to some hosts or to all.
func (d declared) refused() bool {
	return slices.Contains([]taxonomy.Delivery{taxonomy.DeliveryRefusedAllMX, taxonomy.DeliveryAtRiskSomeMX}, d.truth.Delivery)
}

func headlinesTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.inMX() {
			t.add(is{"n": d.rec(), "unknown": d.recordUntold()}, "of the domains with MX records have an MTA-STS record")
		}
		if d.rec() {
			t.add(is{"n": d.works(), "unknown": d.undecided()}, "of the names with a record work: policy, match, STARTTLS and certificates")
			t.add(is{"n": d.faulty(), "unknown": d.undecided()}, "of the names with a record have a fault that a conforming sender meets")
		}
		if d.policyOK() {
			t.count(d.enforces(), "of the valid policies are in mode enforce")
		}
		if d.enforces() {
			t.add(is{"n": d.refused(), "unknown": d.truth.Delivery == taxonomy.DeliveryUnknown},
				"of the names that enforce have mail servers that a conforming sender would refuse")
		}
		t.add(is{"n": d.undecided(), "unknown": d.undecided()}, "of all names could not be told")
	}
	t.row("of the valid policies are in mode enforce")["unknown"] = policiesUntold(names)
	return t
}

// policiesUntold are the names with a valid record whose policy could not be told.
func policiesUntold(names []declared) (n int64) {
	for _, d := range names {
		if d.recOK() && d.policyUntold() {
			n++
		}
	}
	return n
}

func mailGoesTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		t.add(is{"n": true, "unknown": d.mxUntold(), "with_record": d.rec()}, d.mxStatus())
	}
	return t.share(0)
}

func modesTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.policyOK() {
			t.put(false, d.mode())
		}
	}
	return t.share(0).set("unknown", policiesUntold(names))
}

func statusTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if !d.status(taxonomy.StatusNotDeployed) {
			t.put(d.undecided(), string(d.truth.Status))
		}
	}
	return t.share(0)
}

func byProviderTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.inMX() {
			t.add(is{"n": d.rec(), "unknown": d.recordUntold(), "enforce": d.enforces(), "misconfigured": d.faulty()},
				d.ownOr(d.mailOperator(), "own host", "not known"))
		}
	}
	return t.fold("total")
}

// maxAgeTruth is the whole curve: the metric draws it with fewer points.
func maxAgeTruth(names []declared) tally {
	t := tally{}
	ages := map[string][]int64{}
	for _, d := range names {
		if d.policyOK() {
			ages[d.mode()] = append(ages[d.mode()], d.maxAge())
		}
	}
	for mode, all := range ages {
		slices.Sort(all)
		for i, age := range all {
			row := t.row(mode, strconv.FormatInt(age, 10))
			row["n"], row["total"] = int64(i+1), int64(len(all)) // of equal ones the last counts
		}
	}
	return t
}

// thinned is a curve without the points that got may leave out: those that raise it
// by less than a step.
func thinned(want, got tally, steps int64) tally {
	type point struct {
		key  string
		row  columns
		part string
	}
	var points []point
	for key, row := range want {
		points = append(points, point{key, row, firstAxes(key, 1)})
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.row["n"], b.row["n"])) })
	kept := tally{}
	part, step := "", int64(-1)
	for _, p := range points {
		if p.part != part {
			part, step = p.part, -1
		}
		at := p.row["n"] * steps / p.row["total"]
		if at > step || got[p.key] != nil {
			kept[p.key] = p.row
		}
		step = at
	}
	return kept
}
