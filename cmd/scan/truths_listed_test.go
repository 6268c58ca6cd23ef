//go:build cgo && !noduckdb

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The list of who holds which metric against a truth says of these tests what they
// do.
func TestTruthsAreListed(t *testing.T) {
	want := []string{"top1m_trend TestCatalogueMetricsAreTheTruth"}
	for id := range generalTruths() {
		want = append(want, id+" TestCatalogueMetricsAreTheTruth")
	}
	for id := range imc25Truth(nil) {
		want = append(want, id+" TestIMC25MetricsAreTheTruth")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "analysis", "research", "testdata", "truths.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[1] == "cmd/scan" {
			got = append(got, fields[0]+" "+fields[2])
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("analysis/research/testdata/truths.txt (-tests +list):\n%s", diff)
	}
}
