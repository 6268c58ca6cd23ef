package sinks

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// The same rules over the same evidence give the same files, bit for bit.
func TestReclassifyIsIdentical(t *testing.T) { inBoth(t, testReclassifyIsIdentical) }

func testReclassifyIsIdentical(t *testing.T, f Format) {
	dir := completed(t, f)
	before := contents(t, dir)
	names, err := Reclassify(t.Context(), dir, testOptions, judge)
	if err != nil || names != 9 {
		t.Fatalf("%d names, %v", names, err)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range listing(t, dir) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	return files
}

func TestReclassifyByOtherRules(t *testing.T) { inBoth(t, testReclassifyByOtherRules) }

func testReclassifyByOtherRules(t *testing.T, f Format) {
	dir := completed(t, f)
	deployed := testOptions
	deployed.Ruleset = "deployed"
	if _, err := Reclassify(t.Context(), dir, deployed, enforced); err != nil {
		t.Fatal(err)
	}
	stricter := testOptions
	stricter.RulesVersion = "2"
	if _, err := Reclassify(t.Context(), dir, stricter, enforced); err != nil {
		t.Fatal(err)
	}
	for _, ruleset := range []string{"rfc", "deployed"} {
		for row, err := range eachRow[VerdictRow](f, VerdictPath(dir, ruleset, "retry-000000", f)) {
			if err != nil || row.Status != taxonomy.StatusValidEnforce {
				t.Errorf("%s: %s is %s, %v", ruleset, row.Domain, row.Status, err)
			}
		}
	}
	report, err := Verify(dir)
	if err != nil || !report.OK() {
		t.Errorf("verify: %v, %v", err, report.Problems)
	}
	if diff := cmp.Diff([]string{"deployed", "rfc"}, report.Rulesets); diff != "" {
		t.Error(diff)
	}
}

func enforced(c evidence.Case) analysis.Verdict {
	v := judge(c)
	v.Status = taxonomy.StatusValidEnforce
	return v
}

// What stops it half way leaves the verdicts that were there.
func TestReclassifyInterrupted(t *testing.T) { inBoth(t, testReclassifyInterrupted) }

func testReclassifyInterrupted(t *testing.T, f Format) {
	dir := completed(t, f)
	before := contents(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	judged := 0
	_, err := Reclassify(ctx, dir, testOptions, func(c evidence.Case) analysis.Verdict {
		if judged++; judged == 6 {
			cancel()
		}
		return enforced(c)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want cancelled", err)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// A scan that goes on after verdicts were derived again keeps them.
func TestReclassifyOfAPartialSnapshot(t *testing.T) { inBoth(t, testReclassifyOfAPartialSnapshot) }

func testReclassifyOfAPartialSnapshot(t *testing.T, f Format) {
	all := nameCases(0, 6)
	s := newSnapshot(t, t.TempDir(), Manifest{Names: 6, Digest: digestOf(all), Format: f})
	mustCommit(t, s, evidence.FirstPass(0), all[:3])
	finish(t, s, StatePartial)
	if _, err := Reclassify(t.Context(), s.Dir(), testOptions, enforced); err != nil {
		t.Fatal(err)
	}
	s, err := Open(s.Dir(), testOptions)
	if err != nil {
		t.Fatal(err)
	}
	mustCommit(t, s, evidence.FirstPass(1), all[3:])
	finish(t, s, StateComplete)
	report, err := Verify(s.Dir())
	if err != nil || !report.OK() {
		t.Errorf("verify: %v, %v", err, report.Problems)
	}
	var status []string
	if err := eachString(f, VerdictPath(s.Dir(), "rfc", "chunk-000000", f), "status", func(v string) { status = append(status, v) }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"valid_enforce", "valid_enforce", "valid_enforce"}, status); diff != "" {
		t.Error(diff)
	}
}

// Evidence that does not hold together is told, not judged.
func TestReadCasesTellsWhatIsMissing(t *testing.T) { inBoth(t, testReadCasesTellsWhatIsMissing) }

func testReadCasesTellsWhatIsMissing(t *testing.T, f Format) {
	s := newSnapshot(t, t.TempDir(), Manifest{Format: f})
	part := begun(t, s, nil)
	part.sessions["sharedsharedsharedsharedsh"] = struct{}{}
	if err := part.Write(nameCase(0), judge(nameCase(0))); err != nil {
		t.Fatal(err)
	}
	if _, err := part.Commit(evidence.Commit{Names: 1}); err != nil {
		t.Fatal(err)
	}
	for _, err := range ReadCases(s.Dir(), "chunk-000000") {
		if err == nil || !strings.Contains(err.Error(), "session sharedsharedsharedsharedsh of n0.example is not in table mx") {
			t.Errorf("%v", err)
		}
	}
	for _, err := range ReadCases(s.Dir(), "chunk-000001") {
		if !errors.Is(err, syscall.ENOENT) {
			t.Errorf("no such chunk: %v", err)
		}
	}
	if err := os.WriteFile(PartPath(s.Dir(), TableDomains, "chunk-000000", f), []byte("PAR1 no"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, err := range ReadCases(s.Dir(), "chunk-000000") {
		if err == nil {
			t.Error("a broken part was read")
		}
	}
}
