//go:build cgo && !noduckdb

package main

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stscan/internal/lab"
	"stscan/sinks"
)

// queried is a complete snapshot of five names whose deployments are known.
func queried(t *testing.T) string {
	t.Helper()
	out := t.TempDir()
	bubble(t, func(t *testing.T) {
		enforced := scenarioNamed(t, "enforce-own")
		world := newWorld(t, lab.Config{Seed: 1, Assign: map[string]*lab.Scenario{
			"a.example": enforced, "b.example": enforced, "c.example": scenarioNamed(t, "none-own-mx"),
		}})
		defer world.Close()
		if _, err := inMemory(t, world, out, "a.example\nb.example\nc.example\n", func(j *job) { j.chunkSize = 1 }); err != nil {
			t.Fatal(err)
		}
	})
	return sinks.Dir(out, "test")
}

func TestQuery(t *testing.T) {
	dir := queried(t)
	file := filepath.Join(t.TempDir(), "q.sql")
	if err := os.WriteFile(file, []byte("SELECT 'a\x1b[31m' AS text,\n 1 AS n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const count = "SELECT status, count(*) AS n FROM verdicts GROUP BY status ORDER BY status"
	for _, c := range []struct {
		name, stdin string
		args        []string
		want        string
	}{
		{"table", "", []string{dir, count}, "status         n\nnot_deployed   1\nvalid_enforce  2\n"},
		{"csv", "", []string{"--format", "csv", dir, count}, "status,n\nnot_deployed,1\nvalid_enforce,2\n"},
		{"json", "", []string{"--json", dir, count}, "[\n{\"status\":\"not_deployed\",\"n\":1},\n{\"status\":\"valid_enforce\",\"n\":2}\n]\n"},
		{"no row", "", []string{"--json", dir, "SELECT 1 WHERE false"}, "[]\n"},
		{"a file, its text escaped", "", []string{dir, "@" + file}, "text       n\na\\x1b[31m  1\n"},
		{"standard input", "SELECT count(*) AS n FROM names WHERE enf", []string{dir, "-"}, "n\n2\n"},
		{"null and lists", "", []string{"--format", "csv", dir, "SELECT NULL AS a, [1, NULL] AS b, {'x': 'y'} AS c, 1.50::DECIMAL(4,2) AS d, DATE '2026-01-02' AS e, sum(2) AS f, 'p\"q' AS g"},
			"a,b,c,d,e,f,g\n,\"[1,null]\",\"{\"\"x\"\":\"\"y\"\"}\",1.5,2026-01-02,2,\"p\"\"q\"\n"},
		{"columns", "", []string{"--explain-columns", dir, "SELECT tld FROM verdicts"}, "  tld  VARCHAR  Last label.\n"},
	} {
		code, stdout, stderr := command(t, c.stdin, append([]string{"query"}, c.args...)...)
		if code != exitDone || stdout != c.want || stderr != "" {
			t.Errorf("%s: exit %d %s\n got %q\nwant %q", c.name, code, stderr, stdout, c.want)
		}
	}
	parquet := filepath.Join(t.TempDir(), "answer.parquet")
	if code, stdout, stderr := command(t, "", "query", "--format", "parquet", "-o", parquet, dir, count); code != exitDone || stdout != "" {
		t.Errorf("parquet: exit %d %s%s", code, stdout, stderr)
	}
	if data, err := os.ReadFile(parquet); err != nil || !strings.HasPrefix(string(data), "PAR1") {
		t.Errorf("parquet: %v", err)
	}
}

// One line says what is wrong, with the exit code of its kind; no file is left.
func TestBadQuestions(t *testing.T) {
	dir := queried(t)
	work := t.TempDir()
	t.Chdir(work)
	before := partSums(t, dir)
	for _, c := range []struct {
		name string
		args []string
		code int
		says []string
	}{
		{"nothing", []string{"query"}, exitUsage, []string{"snapshot folders, then one SQL"}},
		{"a path instead of SQL", []string{"query", dir}, exitUsage, []string{"last argument is a folder"}},
		{"SQL instead of a path", []string{"query", "SELECT 1"}, exitUsage, []string{"no snapshot stands before"}},
		{"SQL before the path", []string{"query", "SELECT 1", dir}, exitUsage, []string{"last argument is a folder"}},
		{"a statement in pieces", []string{"query", dir, "SELECT *", "FROM names"}, exitUsage, []string{"in one argument"}},
		{"no such snapshot", []string{"query", dir + "x", "SELECT 1"}, exitUsage, []string{"no such snapshot"}},
		{"no snapshot", []string{"query", work, "SELECT 1"}, exitUsage, []string{"manifest.json"}},
		{"wrong SQL", []string{"query", "-o", "out.csv", dir, "SELEC 1"}, exitUsage, []string{"syntax error"}},
		{"an error in the answer", []string{"query", "-o", "out.csv", dir, "SELECT domain::INT FROM verdicts"}, exitUsage, []string{"Could not convert"}},
		{"writing", []string{"query", dir, "COPY verdicts TO 'out.csv'"}, exitUsage, []string{"out.csv"}},
		{"output in the snapshot", []string{"query", "-o", filepath.Join(dir, "x.csv"), dir, "SELECT 1"}, exitUsage, []string{"only read"}},
		{"output nowhere", []string{"query", "-o", "no/such/x.csv", dir, "SELECT 1"}, exitUsage, []string{"no/such"}},
		{"a format that is none", []string{"query", "--format", "xls", dir, "SELECT 1"}, exitUsage, []string{"xls", "parquet"}},
		{"no such file", []string{"query", dir, "@nowhere.sql"}, exitUsage, []string{"nowhere.sql"}},
		{"a file without @", []string{"query", dir, filepath.Join(dir, "manifest.json")}, exitUsage, []string{"is a file", "@"}},
		{"a ruleset that is none", []string{"query", "--ruleset", "mine", dir, "SELECT 1"}, exitUsage, []string{"mine"}},
		{"a ruleset not written", []string{"query", "--ruleset", "deployed", dir, "SELECT 1"}, exitUsage, []string{"scan classify"}},
		{"report of nothing", []string{"report"}, exitUsage, []string{"snapshot folder"}},
		{"no such metric", []string{"report", "--metric", "imc25_t11", dir}, exitUsage, []string{"imc25_t1"}},
		{"no such study", []string{"report", "--paper", "imc26", dir}, exitUsage, []string{"imc26", "imc25"}},
		{"thresholds that overlap", []string{"report", "--self-max", "60", dir}, exitUsage, []string{"--third-party-min 50", "self-max 60"}},
		{"no folder of metrics", []string{"report", "--metrics-dir", "nowhere", dir}, exitUsage, []string{"nowhere"}},
		{"no weights", []string{"report", "--weights", "nowhere.csv", dir}, exitUsage, []string{"nowhere.csv"}},
		{"a format of no report", []string{"report", "--format", "parquet", dir}, exitUsage, []string{"parquet"}},
	} {
		code, stdout, stderr := command(t, "", c.args...)
		if code != c.code || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit %d, %q, %q", c.name, code, stdout, stderr)
		}
		for _, want := range c.says {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q does not say %q", c.name, stderr, want)
			}
		}
	}
	if left, err := os.ReadDir(work); err != nil || len(left) > 0 {
		t.Errorf("files were written: %v %v", left, err)
	}
	for name, sum := range partSums(t, dir) {
		if before[name] != sum {
			t.Errorf("%s has changed", name)
		}
	}
}

func TestReportOnTheTerminal(t *testing.T) {
	dir := queried(t)
	own := t.TempDir()
	metric := "-- id: mine\n-- title: Mine\n-- group: mine\n-- cite: me\n-- sure: D\n-- population: IN\n-- numerator: ENF\n-- denominator: IN\n-- axes: mode\n-- parameters: bin\n-- chart: bar x=mode y=share share\n-- published: mode=enforce n=1 total=4\nSELECT mode, count(*) FILTER (enf) AS n, (SELECT count(*) FROM names) AS total, getvariable('bin') AS bin FROM names GROUP BY mode ORDER BY mode NULLS LAST\n"
	if err := os.WriteFile(filepath.Join(own, "mine.sql"), []byte(metric), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"report", "--metrics-dir", own, "--bin", "7", dir}
	code, stdout, stderr := command(t, "", append(args, "--paper", "mine")...)
	if code != exitDone || stderr != "" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	for _, want := range []string{"snapshot test: 3 of 3 names (complete), ruleset rfc", "mine  Mine\nme\nsnapshots: test\nmade by: stscan ", ", ruleset rfc of version ", "population: IN\ncounted: ENF\nof: IN\ncould not tell: 0 of 3 names\nthresholds: bin = 7\n\n",
		"mode     n  total   share  bin  in print   share\nenforce  2      3  66.7 %    7     1 / 4  25.0 %\n–        0      3   0.0 %    7\n", "█", "\n  SELECT mode, "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is not in\n%s", want, stdout)
		}
	}
	code, stdout, _ = command(t, "", append(args, "--metric", "mine", "--format", "csv")...)
	if code != exitDone || stdout != "mode,n,total,share,bin\nenforce,2,3,0.6666666666666666,7\n,0,3,0,7\n" {
		t.Errorf("exit %d\n%s", code, stdout)
	}
	code, stdout, _ = command(t, "", append(args, "--metric", "mine", "--sensitivity")...)
	if code != exitDone || !strings.Contains(stdout, "\n* bin = 3 in place of 7: no row differs.\n* bin = 14 in place of 7: no row differs.\n") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
	code, stdout, _ = command(t, "", append(args, "--metric", "mine", "--json")...)
	for _, want := range []string{`"snapshots":["test"],"sources":[{"snapshot":"test","tool":"`, `","rules_version":"`, `"population":"IN"`, `"parameters":{"bin":"7"}`, `"inconclusive":0`, `"sql":"SELECT mode, `} {
		if code != exitDone || !strings.Contains(stdout, want) {
			t.Errorf("exit %d, %s is not in\n%s", code, want, stdout)
		}
	}
	code, stdout, _ = command(t, "", "report", "--metric", "imc25_f2", dir)
	if code != exitDone || !strings.Contains(stdout, "not computed: one snapshot") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
}

// partSums is the hash of every file of a snapshot.
func partSums(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		sums[path] = sha256.Sum256(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// Who reads the answer leaves before it comes: nothing is said, and nothing is left in
// the temporary folder.
func TestNobodyReadsTheAnswer(t *testing.T) {
	dir, tmp := queried(t), t.TempDir()
	for _, args := range [][]string{{"query", dir, "SELECT repeat('x', 100000)"}, {"report", "--metric", "status", dir}} {
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		read.Close()
		var stderr strings.Builder
		cmd := exec.Command(os.Args[0], args...)
		cmd.Env = append(os.Environ(), asCommand+"=1", "TMPDIR="+tmp)
		cmd.Stdout, cmd.Stderr = write, &stderr
		err = cmd.Run()
		write.Close()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != exitFailure || stderr.String() != "" {
			t.Errorf("%s: %v, %q", args[0], err, stderr.String())
		}
		if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
			t.Errorf("%s left behind: %v %v", args[0], left, err)
		}
	}
}
