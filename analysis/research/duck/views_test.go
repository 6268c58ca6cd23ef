//go:build cgo && !noduckdb

package duck

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

// enforced is a name whose policy is in force, with two MX hosts, one of which
// the policy does not list.
func enforced(v *analysis.Verdict) {
	v.Status, v.Delivery = taxonomy.StatusBrokenMatch, taxonomy.DeliveryAtRiskSomeMX
	v.RecordPresent, v.RecordValid, v.RecordID = ptr(true), ptr(true), ptr("1")
	v.PolicyFetched, v.PolicyValid, v.Mode, v.MaxAge = ptr(true), ptr(true), ptr("enforce"), ptr(int64(86400))
	v.FirstFailure, v.Codes = taxonomy.MatchNone, []taxonomy.Code{taxonomy.MatchNone}
	v.Findings = []analysis.Finding{
		{Code: taxonomy.MatchNone, Class: taxonomy.ClassError, Layer: taxonomy.LayerMatch, Where: "mx2.b.com", Got: "b", Cite: "RFC 8461"},
		{Code: taxonomy.RecDelegated, Class: taxonomy.ClassInfo, Layer: taxonomy.LayerRecord, Where: "_mta-sts.b.com", Cite: "RFC 8461"},
	}
	v.MX = []analysis.MXVerdict{
		{Host: "mx1.b.com", Preference: 10, PolicyMatch: ptr(true), StartTLS: ptr(true), CertValid: ptr(true), EnforceOK: ptr(true)},
		{Host: "mx2.b.com", Preference: 20, PolicyMatch: ptr(false), StartTLS: nil, CertValid: nil, EnforceOK: ptr(false)},
	}
}

// untold is a name whose record and MX could not be told.
func untold(v *analysis.Verdict) {
	v.Status, v.RecordPresent, v.MXStatus = taxonomy.StatusInconclusive, nil, analysis.MXInconclusive
	v.Codes = []taxonomy.Code{taxonomy.IncDNSTimeout}
}

func TestTables(t *testing.T) {
	shared := session("S1", "mx.shared.net", "c1", "c2")
	first, second := named("a.com"), named("b.com", enforced)
	first.sessions = []evidence.Session{shared}
	second.sessions = []evidence.Session{shared, session("S2", "mx1.b.com", "c2")}
	third := named("c.org", untold)
	third.sessions = []evidence.Session{shared}
	dir := snapshot(t, t.TempDir(), sinks.Manifest{Names: 3}, "2026-11-22", []name{first, second}, []name{third})
	db := open(t, Options{}, dir)

	for sql, want := range map[string]string{
		// A session and a certificate stand in both chunks, and count once.
		"SELECT count(*), count(DISTINCT session_id) FROM mx":                                     "[[2 2]]",
		"SELECT host, count(*) FROM mx GROUP BY host ORDER BY host":                               "[[mx.shared.net 1] [mx1.b.com 1]]",
		"SELECT count(*), count(DISTINCT sha256) FROM certs":                                      "[[2 2]]",
		"SELECT domain, len(sessions) FROM domains ORDER BY domain":                               "[[a.com 1] [b.com 2] [c.org 1]]",
		"SELECT domain, ruleset, snapshot FROM verdicts ORDER BY domain LIMIT 1":                  "[[a.com rfc 2026-11-22]]",
		"SELECT typeof(snapshot) FROM verdicts LIMIT 1":                                           "[[VARCHAR]]",
		"SELECT typeof(scanned_at), scanned_at::VARCHAR FROM verdicts LIMIT 1":                    "[[TIMESTAMP WITH TIME ZONE 2026-11-22 10:00:00+00]]",
		"SELECT domain, code, class, layer, \"where\", got FROM findings ORDER BY code":           "[[b.com match_none error match mx2.b.com b] [b.com rec_delegated info record _mta-sts.b.com ]]",
		"SELECT domain, host, policy_match, starttls FROM mx_hosts ORDER BY host":                 "[[b.com mx1.b.com true true] [b.com mx2.b.com false <nil>]]",
		"SELECT snapshot, state, names FROM snapshots":                                            "[[2026-11-22 complete 3]]",
		"SELECT count(*) FROM verdicts WHERE NOT record_present":                                  "[[1]]",
		"SELECT count(*) FROM verdicts WHERE record_present IS NULL":                              "[[1]]",
		"SELECT domain, rec, in_mx, enf, is_done, inconclusive_record FROM names ORDER BY domain": "[[a.com false true false true false] [b.com true true true true false] [c.org false false false false true]]",
		"SELECT count(*) FILTER (rec), count(*) FILTER (NOT rec), count(*) FROM names":            "[[1 2 3]]",
		"SELECT (SELECT count(*) FROM series), (SELECT count(*) FROM all_verdicts)":               "[[3 3]]",
		"SELECT view_name FROM duckdb_views() WHERE NOT internal AND view_name LIKE '%deployed'":  "[]",
	} {
		if got := fmt.Sprint(answer(t, db, sql)); got != want {
			t.Errorf("%s\n got %s\nwant %s", sql, got, want)
		}
	}
	for _, table := range Tables() {
		if table.Name != "verdicts_deployed" {
			answer(t, db, "FROM "+table.Name)
		}
	}
}

// The same name in two snapshots, given in the wrong order.
func TestTwoSnapshots(t *testing.T) {
	root := t.TempDir()
	old := snapshot(t, root, sinks.Manifest{StartedAt: scannedAt}, "9-oldest", []name{named("a.com"), named("b.com", enforced)})
	recent := snapshot(t, root, sinks.Manifest{StartedAt: scannedAt.Add(24 * time.Hour)}, "1-newest", []name{named("a.com", enforced), named("b.com", enforced), named("d.se")})
	const mine = "SELECT snapshot, count(*), count(*) FILTER (mode = 'enforce') FROM %s GROUP BY snapshot ORDER BY snapshot DESC"
	both, newest := "[[9-oldest 2 1] [1-newest 3 2]]", "[[1-newest 3 2]]"

	apart := open(t, Options{}, recent, old)
	for table, want := range map[string]string{"verdicts": newest, "names": newest, "all_verdicts": both, "all_names": both, "series": both} {
		if got := fmt.Sprint(answer(t, apart, fmt.Sprintf(mine, table))); got != want {
			t.Errorf("%s: %s, want %s", table, got, want)
		}
	}
	together := open(t, Options{Together: true}, recent, old)
	for _, table := range []string{"verdicts", "names", "all_verdicts", "series"} {
		if got := fmt.Sprint(answer(t, together, fmt.Sprintf(mine, table))); got != both {
			t.Errorf("together: %s: %s, want %s", table, got, both)
		}
	}
	var ids []string
	for _, s := range apart.Snapshots() {
		ids = append(ids, s.ID)
	}
	if diff := cmp.Diff([]string{"9-oldest", "1-newest"}, ids); diff != "" {
		t.Errorf("order of the snapshots: %s", diff)
	}
	if got := fmt.Sprint(answer(t, apart, "SELECT a.domain, a.status, b.status FROM series a JOIN series b USING (domain) WHERE a.snapshot = '9-oldest' AND b.snapshot = '1-newest' AND a.status <> b.status")); got != "[[a.com not_deployed broken_match]]" {
		t.Errorf("the name that changed: %s", got)
	}
}
