//go:build cgo && !noduckdb

package duck

import (
	"testing"

	"stscan/analysis"
	"stscan/analysis/research"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

// What changed between two snapshots, and whose it is:
//
//	a.com, b.com  have a record now; b.com gets TLS reports, too
//	c.org         has no fault any more
//	d.se          has no record any more, and moved away at the same time
//	e.nl          has a record, and before it could not be told
//	f.com, g.com  have a record, and are new on the list and gone from it
//	h.com         is as it was
func TestMetricOfJumps(t *testing.T) {
	reports := func(v *analysis.Verdict) { v.Adopts[0].State = analysis.AdoptsYes }
	root := t.TempDir()
	before := snapshot(t, root, sinks.Manifest{StartedAt: scannedAt.AddDate(0, 0, -7)}, "week-9", []name{
		named("a.com", by("", "elsewhere.net", "elsewhere.net")), named("b.com"),
		claimant("c.org", "c.org", faulty(taxonomy.StatusBrokenRetrieval, taxonomy.Phttp404), by("", "big.net", "")),
		claimant("d.se", "d.se", by("host.net", "d.se", "d.se")), named("e.nl", untold),
		claimant("g.com", "g.com", by("host.net", "big.net", "x.net")), claimant("h.com", "h.com"),
	})
	after := snapshot(t, root, sinks.Manifest{StartedAt: scannedAt}, "week-10", []name{
		claimant("a.com", "a.com", by("a.com", "big.net", "x.net")), claimant("b.com", "b.com", by("", "b.com", "x.net"), reports),
		claimant("c.org", "c.org", by("", "big.net", "")), named("d.se", by("", "other.net", "other.net")),
		claimant("e.nl", "e.nl"), claimant("f.com", "f.com"), claimant("h.com", "h.com"),
	})
	db := open(t, Options{}, after, before)
	expect(t, db, research.DefaultThresholds(), map[string][]string{"jumps": {
		"week-10 MTA-STS record came DNS operator x.net 2/2 ?1",
		"week-10 MTA-STS record came TLD com 2/2 ?1",
		"week-10 MTA-STS record came mail operator big.net 1/2 ?1",
		"week-10 MTA-STS record came mail operator its own 1/2 ?1",
		"week-10 MTA-STS record came policy operator its own 1/2 ?1",
		"week-10 MTA-STS record came policy operator not known 1/2 ?1",
		"week-10 MTA-STS record gone DNS operator x.net 1/1 ?1",
		"week-10 MTA-STS record gone TLD com 1/1 ?1",
		"week-10 MTA-STS record gone mail operator big.net 1/1 ?1",
		"week-10 MTA-STS record gone policy operator host.net 1/1 ?1",
		"week-10 MTA-STS record left DNS operator its own 1/1 ?1",
		"week-10 MTA-STS record left TLD se 1/1 ?1",
		"week-10 MTA-STS record left mail operator its own 1/1 ?1",
		"week-10 MTA-STS record left policy operator host.net 1/1 ?1",
		"week-10 MTA-STS record new DNS operator not known 1/1 ?1",
		"week-10 MTA-STS record new TLD com 1/1 ?1",
		"week-10 MTA-STS record new mail operator not known 1/1 ?1",
		"week-10 MTA-STS record new policy operator not known 1/1 ?1",
		"week-10 fault left DNS operator not known 1/1 ?0",
		"week-10 fault left TLD org 1/1 ?0",
		"week-10 fault left mail operator big.net 1/1 ?0",
		"week-10 fault left policy operator not known 1/1 ?0",
		"week-10 TLS reports came DNS operator x.net 1/1 ?0",
		"week-10 TLS reports came TLD com 1/1 ?0",
		"week-10 TLS reports came mail operator its own 1/1 ?0",
		"week-10 TLS reports came policy operator not known 1/1 ?0",
	}})
	largest := research.DefaultThresholds()
	largest.Top = 1
	expect(t, db, largest, map[string][]string{"jumps": {
		"week-10 MTA-STS record came DNS operator x.net 2/2 ?1",
		"week-10 fault left DNS operator not known 1/1 ?0",
		"week-10 TLS reports came DNS operator x.net 1/1 ?0",
	}})
}
