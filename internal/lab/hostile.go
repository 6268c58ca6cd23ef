package lab

import "slices"

// HostileScenarios are servers and zones that would mislead or hang a scanner.
// None is in Scenarios. Every call makes new ones.
//
// What is true of them: a stranger's tricks never make a domain valid that is
// not, and what could be a limit or a fault of ours is never held against them.
func HostileScenarios() []Scenario {
	return slices.Concat(hostileSMTP(), hostileSMTPTLS(), hostileHTTPS(), hostileHTTPSTLS(), hostilePolicies(),
		hostileRecords(), hostileHosts(), hostileMX(), hostileNames())
}

// hostile is a scenario that is there for what it does, not for a code.
func hostile(name, doc string, truth Truth, changes ...change) Scenario {
	return scenario(name, "", doc, truth, changes...)
}

// hostileHealthy is how often each healthy deployment occurs in preset hostile,
// for one of each hostile scenario.
const hostileHealthy = 5

// hostileMixture is preset hostile: every hostile scenario that real sockets
// can play, the slow ones too, and healthy names between them, which have to
// come out as well as ever. The others have weight 0.
//
// It is meant to be slow, and bounded: no session with an MX host takes longer
// than two and a half minutes, no policy host longer than one, and about every
// sixth name takes one of them twice, once a pass. Beside the wait for the
// second pass a scan of 3,000 names, 2,000 of them in flight, takes two minutes
// on loopback; one of 10,000 names, 1,000 in flight, four and a half.
func hostileMixture() Mixture {
	var m Mixture
	hosts, healthy := HostileScenarios(), slices.Concat(deployedScenarios(), undeployedScenarios())
	for i := range hosts {
		weight := 1
		if hosts[i].Memory {
			weight = 0
		}
		m = append(m, Weighted{&hosts[i], weight})
	}
	for i := range healthy {
		if s := &healthy[i]; !s.Memory && !s.Slow {
			m = append(m, Weighted{s, hostileHealthy})
		}
	}
	return m
}
