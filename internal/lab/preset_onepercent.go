package lab

// Presets onepercent and onepercent-txt are lists of the wild in which adoption
// has come further: of a hundred names 99 are silent, and one is what those names
// of preset demo are that are not. In onepercent the silent names publish nothing
// but where their mail goes; in onepercent-txt they publish TXT records, too,
// as those of real lists do (wildStandards). Neither has DNSSEC or TLSA
// records (validatesIn): what a name takes is measured by them.

// silentShares say how the silent names receive their mail, of a hundred: most
// of them at an operator, nearly a third not at all.
func silentShares() map[string]int {
	return map[string]int{
		"none-alpha": 20, "none-beta": 15, "none-gamma": 10,
		"none-own-mx": 12, "none-own-mx-broken": 3,
		"none-web-only": 18, "none-parked": 12, "none-null-mx": 3, "none-nxdomain": 6, "none-policy-host": 1,
	}
}

// silentToOne is how many names are silent for each that is not.
const silentToOne = 99

// onePercentMixture is the deployments of preset demo, in its proportions, among
// 99 times as many silent names, which may be bare of other standards' records.
func onePercentMixture(bare bool) Mixture {
	m, shares := demoMixture(), silentShares()
	others := 0
	for _, e := range m {
		if _, silent := shares[e.Scenario.Name]; !silent {
			others += e.Weight
		}
	}
	const whole = 100
	for i, e := range m {
		m[i].Weight = e.Weight * whole
		if share, silent := shares[e.Scenario.Name]; silent {
			m[i].Weight = others * silentToOne * share
			e.Scenario.Apex.Bare = bare
		}
	}
	return m
}
