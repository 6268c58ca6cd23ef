package sinks

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stscan/internal/evidence"
)

// Each case breaks a complete snapshot in one way; Verify must say so in these words.
func TestVerifyFindsWhatIsBroken(t *testing.T) { inBoth(t, testVerifyFindsWhatIsBroken) }

func testVerifyFindsWhatIsBroken(t *testing.T, f Format) {
	const chunk = evidence.ChunkID("chunk-000000")
	other := Formats()[1-slices.Index(Formats(), f)]
	for _, c := range []struct {
		name string
		harm func(t *testing.T, dir string)
		want string
	}{
		{"part missing", func(t *testing.T, dir string) { remove(t, PartPath(dir, TableMX, chunk, f)) },
			"mx/chunk-000000" + f.ext() + ": missing"},
		{"part changed", func(t *testing.T, dir string) { appendTo(t, PartPath(dir, TableDomains, chunk, f)) },
			"domains/chunk-000000" + f.ext() + ": SHA-256 is "},
		{"verdicts changed", func(t *testing.T, dir string) { appendTo(t, VerdictPath(dir, "rfc", chunk, f)) },
			"verdicts/ruleset=rfc/chunk-000000" + f.ext() + ": SHA-256 is "},
		{"verdicts missing", func(t *testing.T, dir string) { remove(t, VerdictPath(dir, "rfc", chunk, f)) },
			"verdicts/ruleset=rfc/chunk-000000" + f.ext() + ": missing"},
		{"ruleset missing", func(t *testing.T, dir string) { remove(t, verdictDir(dir, "rfc")) },
			"chunk-000000: no verdicts of ruleset rfc"},
		{"no checksums", func(t *testing.T, dir string) { remove(t, filepath.Join(verdictDir(dir, "rfc"), checksumsName)) },
			"checksums of ruleset rfc: none"},
		{"verdicts of other names", func(t *testing.T, dir string) {
			copyFile(t, VerdictPath(dir, "rfc", "chunk-000001", f), VerdictPath(dir, "rfc", chunk, f))
			sums, err := ReadChecksums(dir, "rfc")
			if err != nil {
				t.Fatal(err)
			}
			sums["chunk-000000"+f.ext()] = sums["chunk-000001"+f.ext()]
			write(t, filepath.Join(verdictDir(dir, "rfc"), checksumsName), sums)
		}, "chunk-000000: verdicts of ruleset rfc are not of the names of table domains"},
		{"chunk missing", func(t *testing.T, dir string) {
			remove(t, recordPath(dir, chunk))
		}, "manifest: 9 names, but 5 rows"},
		{"parts without a record", func(t *testing.T, dir string) { remove(t, recordPath(dir, chunk)) },
			"domains/chunk-000000" + f.ext() + ": stray file"},
		{"chunk twice", func(t *testing.T, dir string) {
			for _, table := range evidenceTables() {
				copyFile(t, PartPath(dir, table, chunk, f), PartPath(dir, table, "chunk-000007", f))
			}
			copyFile(t, VerdictPath(dir, "rfc", chunk, f), VerdictPath(dir, "rfc", "chunk-000007", f))
			changeRecord(t, dir, chunk, func(r *evidence.Commit) { r.Chunk = "chunk-000007" })
		}, "n3.example has a row in chunk-000000 and in chunk-000007"},
		{"rows miscounted", func(t *testing.T, dir string) {
			changeRecord(t, dir, chunk, func(r *evidence.Commit) { r.Rows, r.Names = 5, 5 })
		}, "chunk-000000: table domains has 4 rows"},
		{"statuses miscounted", func(t *testing.T, dir string) {
			changeRecord(t, dir, chunk, func(r *evidence.Commit) { r.Status = map[string]int{"valid_enforce": 4} })
		}, "chunk-000000: counts by status"},
		{"a name lost", func(t *testing.T, dir string) {
			changeRecord(t, dir, chunk, func(r *evidence.Commit) { r.Names = 5 })
		}, "chunk-000000: 5 names given, but 4 rows and 0 deferred"},
		{"other names deferred", func(t *testing.T, dir string) {
			changeRecord(t, dir, "chunk-000001", func(r *evidence.Commit) { r.Deferred[0].Domain = "other.example" })
		}, "the names of the second pass are not those deferred by the first"},
		{"no retry plan", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, chunksDir, retryPlanName)) },
			"1 chunks of the second pass, but no retry-plan.json"},
		{"retry plan of other names", func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, chunksDir, retryPlanName), evidence.RetryPlan{Names: 2})
		}, "retry-plan.json: 2 names, the commit records deferred 1"},
		{"second pass missing", func(t *testing.T, dir string) { remove(t, recordPath(dir, "retry-000000")) },
			"complete, but 1 deferred names have no row"},
		{"manifest of other names", func(t *testing.T, dir string) {
			changeManifest(t, dir, func(m *Manifest) { m.Digest = digestOf(nameCases(1, 10)) })
		}, "manifest: digest of names is "},
		{"manifest miscounts", func(t *testing.T, dir string) {
			changeManifest(t, dir, func(m *Manifest) { m.Counts.Status = map[string]int{"not_deployed": 8} })
		}, "manifest: counts by status are not those of the commit records"},
		{"unknown state", func(t *testing.T, dir string) {
			changeManifest(t, dir, func(m *Manifest) { m.State = "done" })
		}, `manifest: unknown state "done"`},
		{"part of the other format", func(t *testing.T, dir string) {
			copyFile(t, PartPath(dir, TableMX, chunk, f), PartPath(dir, TableMX, chunk, other))
		}, "mx/chunk-000000" + other.ext() + ": stray file"},
		{"stray file", func(t *testing.T, dir string) { write(t, filepath.Join(dir, TableMX, ".chunk.tmp"), 1) },
			"mx/.chunk.tmp: stray file"},
		{"stray folder", func(t *testing.T, dir string) {
			if err := os.MkdirAll(filepath.Join(dir, TableVerdicts, "old"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, "verdicts/old/: stray folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := completed(t, f)
			c.harm(t, dir)
			report, err := Verify(dir)
			if err != nil {
				t.Fatal(err)
			}
			if told := strings.Join(report.Problems, "\n"); !strings.Contains(told, c.want) {
				t.Errorf("want %q, have:\n%s", c.want, told)
			}
		})
	}
}

// References are checked by the values in the files, so these chunks are written
// wrong on purpose, past the guards of Part.Write.
func TestVerifyFindsDanglingReferences(t *testing.T) { inBoth(t, testVerifyFindsDanglingReferences) }

func testVerifyFindsDanglingReferences(t *testing.T, f Format) {
	for _, c := range []struct {
		name string
		harm func(*Part) error
		want string
	}{
		{"session", func(p *Part) error { p.sessions["sharedsharedsharedsharedsh"] = struct{}{}; return nil },
			"chunk-000000: session sharedsharedsharedsharedsh is referred to, but not there"},
		{"certificate of a session", func(p *Part) error { p.seen[certOf("mx").SHA256] = struct{}{}; return nil },
			"chunk-000000: certificate " + certOf("mx").SHA256 + " is referred to, but not there"},
		{"certificate of a fetch", func(p *Part) error { p.seen[certOf("ca").SHA256] = struct{}{}; return nil },
			"chunk-000000: certificate " + certOf("ca").SHA256 + " is referred to, but not there"},
		{"certificate that is another", func(p *Part) error {
			wrong := certOf("ca")
			wrong.DER = []byte("other")
			return p.writeChain([]evidence.Certificate{wrong})
		}, "chunk-000000: row 0 of table certs does not hold the certificate it names"},
		{"session twice", func(p *Part) error {
			s := nameCase(0).Sessions[0]
			err := p.writeSession(&s)
			delete(p.sessions, s.ID)
			return err
		}, "chunk-000000: session sharedsharedsharedsharedsh stands twice in table mx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSnapshot(t, t.TempDir(), Manifest{Names: 1, Digest: digestOf(nameCases(0, 1)), Format: f})
			part, err := s.Begin(evidence.FirstPass(0))
			if err != nil {
				t.Fatal(err)
			}
			if err := c.harm(part); err != nil {
				t.Fatal(err)
			}
			if err := part.Write(nameCase(0), judge(nameCase(0))); err != nil {
				t.Fatal(err)
			}
			if _, err := part.Commit(evidence.Commit{Names: 1, Status: map[string]int{"not_deployed": 1}}); err != nil {
				t.Fatal(err)
			}
			finish(t, s, StatePartial)
			report, err := Verify(s.Dir())
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Problems) != 1 || report.Problems[0] != c.want {
				t.Errorf("want %q, have %q", c.want, report.Problems)
			}
		})
	}
}

func TestVerifyPartial(t *testing.T) {
	all := nameCases(0, 9)
	s := newSnapshot(t, t.TempDir(), Manifest{Names: 9, Digest: digestOf(all)})
	mustCommit(t, s, evidence.FirstPass(0), all[:3], evidence.Deferred{Domain: "n8.example"})
	if report, err := Verify(s.Dir()); err != nil || !report.OK() || report.State != StateRunning {
		t.Errorf("running: %v, %+v", err, report)
	}
	finish(t, s, StatePartial)
	report, err := Verify(s.Dir())
	if err != nil || !report.OK() || report.Rows != 3 || report.Deferred != 1 || report.State != StatePartial {
		t.Errorf("partial: %v, %+v", err, report)
	}
}

func TestVerifyOfNoSnapshot(t *testing.T) {
	if _, err := Verify(t.TempDir()); err == nil {
		t.Error("no error")
	}
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
}

func appendTo(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, append(data, 0), 0o644); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name string, v any) {
	t.Helper()
	data, err := encode(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// changeRecord writes a changed commit record, under the chunk it then names.
func changeRecord(t *testing.T, dir string, id evidence.ChunkID, change func(*evidence.Commit)) {
	t.Helper()
	var record evidence.Commit
	if err := readJSON(recordPath(dir, id), &record); err != nil {
		t.Fatal(err)
	}
	change(&record)
	write(t, recordPath(dir, record.Chunk), record)
}

func changeManifest(t *testing.T, dir string, change func(*Manifest)) {
	t.Helper()
	m, err := ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	change(&m)
	write(t, filepath.Join(dir, manifestName), m)
}
