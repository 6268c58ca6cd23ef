//go:build cgo && !noduckdb

package main

func surveyTruths() truths {
	return truths{
		"tatang21_adopt": unitsTruth, "tatang21_maxage": rangesTruth, "tatang21_mode": modesTruth, "tatang21_tlsrpt": tlsrptTruth,
		"txt_state": postureTruth, "eff_stats": effTruth, "dnstats": dnstatsTruth, "dp994": standardsTruth,
		"top10k_absent": absentTruth,
	}
}

// unitsTruth: of a registrable domain nothing is told if no name of it has a record
// and of one it could not be told.
func unitsTruth(names []declared) tally {
	t := tally{}
	records, untold := map[string]bool{}, map[string]bool{}
	for _, d := range names {
		t.add(is{"n": d.rec(), "unknown": d.recordUntold()}, "names")
		records[d.registrable] = records[d.registrable] || d.rec()
		untold[d.registrable] = untold[d.registrable] || d.recordUntold()
	}
	for registrable, has := range records {
		t.add(is{"n": has, "unknown": !has && untold[registrable]}, "registrable domains")
	}
	return t
}

func rangesTruth(names []declared) tally {
	const day, year = 24 * 60 * 60, 365 * 24 * 60 * 60
	t := tally{}
	for _, d := range names {
		if !d.policyOK() {
			continue
		}
		of := "a year"
		switch age := d.maxAge(); {
		case age == 0:
			of = "0"
		case age < day:
			of = "less than a day"
		case age < 7*day:
			of = "a day to a week"
		case age < 30*day:
			of = "a week to 30 days"
		case age < year:
			of = "30 days to a year"
		}
		t.put(false, of)
	}
	return t.share(0).set("unknown", policiesUntold(names))
}

func tlsrptTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.rec() {
			t.put(d.adoption("tlsrpt") == "unknown", d.adoption("tlsrpt"))
		}
	}
	return t.share(0)
}

func postureTruth(names []declared) tally {
	sizes, t := tally{}, tally{}
	provider := func(d declared) string { return d.ownOr(d.mailOperator(), "own host", "not known") }
	for _, d := range names {
		if d.inMX() {
			sizes.put(false, provider(d))
		}
	}
	top, _ := sizes.largest("n")
	large := map[string]bool{}
	for _, label := range top {
		large[label] = true
	}
	for _, d := range names {
		if !d.inMX() || !large[provider(d)] {
			continue
		}
		t.add(is{"n": d.rec(), "unknown": d.recordUntold()}, provider(d), "mta-sts")
		for _, check := range []string{"tlsrpt", "dmarc", "bimi"} {
			t.add(is{"n": d.adoption(check) == "yes", "unknown": d.adoption(check) == "unknown"}, provider(d), check)
		}
	}
	return t
}

func effTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		if d.inMX() {
			untold := d.recordUntold() || d.recOK() && d.policyUntold()
			t.add(is{"n": d.inForce(), "unknown": untold}, "testing or enforce")
			t.add(is{"n": d.enforces(), "unknown": untold}, "enforce")
		}
	}
	return t
}

func standardsTruth(names []declared) tally {
	t := tally{}
	for _, d := range names {
		t.add(is{"n": d.rec(), "unknown": d.recordUntold()}, "mta-sts")
		for _, a := range d.adopts {
			t.add(is{"n": a.State == "yes", "unknown": a.State == "unknown"}, a.Check)
		}
		if d.mxUntold() {
			t.add(is{"n": false, "unknown": true}, "dane") // of hosts that are not known
		}
	}
	return t.set("total", int64(len(names))) // of DANE, too, which is not asked of names without MX hosts
}

func dnstatsTruth(names []declared) tally {
	var existing []declared
	for _, d := range names {
		if d.exists() {
			existing = append(existing, d)
		}
	}
	return standardsTruth(existing)
}

func absentTruth(names []declared) tally {
	const top = 10_000
	t := tally{}
	for _, d := range names {
		if d.rank == 0 || d.rank > top {
			continue
		}
		t.add(is{"n": !d.rec() && !d.recordUntold(), "unknown": d.recordUntold()}, "mta-sts")
		for _, check := range []string{"tlsrpt", "dmarc"} {
			t.add(is{"n": d.adoption(check) == "no", "unknown": d.adoption(check) == "unknown"}, check)
		}
	}
	return t
}

// trendTruth is of one snapshot, under its name, in the year in which simulated time
// begins.
func trendTruth(names []declared, snapshot string) tally {
	t := tally{}
	for _, d := range names {
		t.add(is{"n": d.rec(), "unknown": d.recordUntold(), "valid_policy": d.policyOK()}, "2000", snapshot)
	}
	return t
}
