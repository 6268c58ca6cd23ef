package analysis

import (
	"time"

	"stscan/internal/evidence"
)

// CertFaults are the faults, as words, for which a sender would not take a chain
// sent by host at that time; none: it would.
func (r *Rules) CertFaults(chain []evidence.Certificate, host string, at time.Time) []string {
	var faults []string
	for _, f := range r.judgeChain(chain, host, at).faults {
		faults = append(faults, string(f.kind))
	}
	return faults
}
