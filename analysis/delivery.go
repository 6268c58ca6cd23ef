package analysis

import (
	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// enforcing reports whether a sender refuses MX hosts that fail.
func (j *judge) enforcing() bool { return j.inForce() && j.policy.Mode == mtasts.ModeEnforce }

// status takes the layers in order: the first that failed conclusively names
// the status; the first that could not be told, before any failed, makes it
// inconclusive.
func (j *judge) status() taxonomy.Status {
	switch {
	case j.record == stateUnknown:
		return taxonomy.StatusInconclusive
	case j.record == stateNone:
		return taxonomy.StatusNotDeployed
	case j.record == stateFailed:
		return taxonomy.StatusBrokenRecord
	case j.retrieval == stateFailed:
		return taxonomy.StatusBrokenRetrieval
	case j.syntax == stateFailed:
		return taxonomy.StatusBrokenSyntax
	case j.policy == nil:
		return taxonomy.StatusInconclusive
	case j.policy.Mode == mtasts.ModeNone:
		return taxonomy.StatusValidNone
	}
	return j.mailStatus()
}

// mailStatus is the status behind a policy in force: match, then mx.
func (j *judge) mailStatus() taxonomy.Status {
	valid := taxonomy.StatusValidTesting
	if j.policy.Mode == mtasts.ModeEnforce {
		valid = taxonomy.StatusValidEnforce
	}
	if j.v.MXStatus == MXInconclusive {
		return taxonomy.StatusInconclusive
	}
	if j.noMail() {
		return valid
	}
	judged, failed := 0, 0
	for i := range j.hosts {
		h := &j.hosts[i]
		if h.unlisted() {
			return taxonomy.StatusBrokenMatch
		}
		if h.v.EnforceOK != nil {
			judged++
			if !*h.v.EnforceOK {
				failed++
			}
		}
	}
	switch {
	case j.moreHosts: // one of which may be unlisted
		return taxonomy.StatusInconclusive
	case failed > 0:
		return taxonomy.StatusBrokenMX
	case judged > 0:
		return valid
	}
	return taxonomy.StatusInconclusive
}

// noMail reports whether no sender delivers anything here, so that there is
// nothing for the policy to apply to: a null MX (RFC 7505), neither MX nor
// address, or every MX listed and conclusively dead in the DNS.
func (j *judge) noMail() bool {
	switch j.v.MXStatus {
	case MXNull, MXNone:
		return true
	case MXInconclusive:
		return false
	}
	if j.moreHosts {
		return false
	}
	for i := range j.hosts {
		if h := &j.hosts[i]; !h.dead || !h.listed() {
			return false
		}
	}
	return true
}

// deliveries sets what a conforming sender with an empty cache does. To a sender
// a near miss is no record.
func (j *judge) deliveries() {
	v := &j.v
	switch v.Status {
	case taxonomy.StatusNotDeployed, taxonomy.StatusValidNone:
		v.Delivery = taxonomy.DeliveryUnprotected
		return
	case taxonomy.StatusBrokenRecord:
		v.Delivery = taxonomy.DeliveryPolicyIgnored
		if j.signal == SignalNearMiss {
			v.Delivery = taxonomy.DeliveryUnprotected
		}
		return
	case taxonomy.StatusBrokenRetrieval, taxonomy.StatusBrokenSyntax:
		v.Delivery = taxonomy.DeliveryPolicyIgnored
		return
	}
	if !j.inForce() {
		v.Delivery = taxonomy.DeliveryUnknown
		return
	}
	enforced := j.enforcedDelivery()
	v.DeliveryIfEnforced = &enforced
	v.Delivery = enforced
	if j.policy.Mode == mtasts.ModeTesting && enforced != taxonomy.DeliveryNoMail && enforced != taxonomy.DeliveryUnknown {
		v.Delivery = taxonomy.DeliveryReportsOnly
	}
}

// enforcedDelivery is the delivery under mode enforce. Unlisted hosts count as
// judged, hosts of which nothing is known do not decide.
func (j *judge) enforcedDelivery() taxonomy.Delivery {
	if j.noMail() {
		return taxonomy.DeliveryNoMail
	}
	if j.v.Status == taxonomy.StatusInconclusive {
		return taxonomy.DeliveryUnknown
	}
	good, bad := 0, 0
	for i := range j.hosts {
		if ok := j.hosts[i].v.EnforceOK; ok != nil {
			if *ok {
				good++
			} else {
				bad++
			}
		}
	}
	switch {
	case bad == 0:
		return taxonomy.DeliveryProtected
	case good == 0:
		return taxonomy.DeliveryRefusedAllMX
	}
	return taxonomy.DeliveryAtRiskSomeMX
}
