package sinks

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A column has one path in both formats, and the same strings.
func TestColumnsOfBothFormats(t *testing.T) {
	inBoth(t, func(t *testing.T, f Format) {
		s := newSnapshot(t, t.TempDir(), Manifest{Format: f})
		mustCommit(t, s, "chunk-000000", nameCases(2, 5)) // of these n3 alone has a fetch and a session
		domains, mx := PartPath(s.Dir(), TableDomains, "chunk-000000", f), PartPath(s.Dir(), TableMX, "chunk-000000", f)
		for _, c := range []struct {
			part, column string
			want         []string
		}{
			{domains, "domain", []string{"n2.example", "n3.example", "n4.example"}},
			{domains, "list", []string{"l", "l", "l"}},
			{domains, "lists.list", nil},
			{domains, "lookups.rcode", []string{"NXDOMAIN", "NXDOMAIN", "NXDOMAIN"}},
			{domains, "lookups.op", nil}, // null in each row
			{domains, "lookups.chain", []string{"n2.example", "n3.example", "n4.example"}},
			{domains, "sessions", []string{"sharedsharedsharedsharedsh"}},
			{domains, "policy_fetches.chain", []string{certOf("policy").SHA256, certOf("ca").SHA256}},
			{mx, "chain", []string{certOf("mx").SHA256}},
		} {
			var got []string
			if err := eachString(f, c.part, c.column, func(s string) { got = append(got, s) }); err != nil {
				t.Errorf("%s: %v", c.column, err)
			}
			if c.column == "domain" || c.column == "lookups.chain" { // rows stand in no order to rely on
				slices.Sort(got)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.column, diff)
			}
		}
		for _, column := range []string{"domains", "lookups.nothing", ""} {
			if err := eachString(f, domains, column, func(string) {}); err == nil {
				t.Errorf("no error for column %q", column)
			}
		}
	})
}

// The format stands in the manifest; manifests from before it did are of Parquet.
func TestManifestSaysTheFormat(t *testing.T) {
	inBoth(t, func(t *testing.T, f Format) {
		m, err := ReadManifest(completed(t, f))
		if err != nil || m.Format != f {
			t.Errorf("format %q, %v", m.Format, err)
		}
	})
	dir := completed(t, "")
	changeManifest(t, dir, func(m *Manifest) { m.Format = "" })
	if m, err := ReadManifest(dir); err != nil || m.Format != FormatParquet {
		t.Errorf("without a format: %q, %v", m.Format, err)
	}
	if report, err := Verify(dir); err != nil || !report.OK() {
		t.Errorf("without a format: %v, %q", err, report.Problems)
	}
	changeManifest(t, dir, func(m *Manifest) { m.Format = "csv" })
	const unknown = `its parts are of format "csv", which this program does not know`
	if _, err := ReadManifest(dir); err == nil || !strings.Contains(err.Error(), unknown) {
		t.Errorf("read: %v", err)
	}
	fresh := filepath.Join(t.TempDir(), "snapshot=x")
	if _, err := Create(fresh, Manifest{Format: "csv"}, testOptions); err == nil || !strings.Contains(err.Error(), unknown) {
		t.Errorf("create: %v", err)
	}
	if _, err := os.Stat(fresh); !os.IsNotExist(err) {
		t.Errorf("left behind: %v", err)
	}
}
