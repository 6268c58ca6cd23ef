package page

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"stscan/analysis/research"
	"stscan/internal/taxonomy"
)

// What a hostile administrator may publish in a TXT record, a policy or a name.
var hostile = []string{
	`<script>alert(1)</script>`, `</script><script>alert(2)</script>`, `"><img src=x onerror=alert(3)>`, `' onmouseover='alert(4)`,
	"a\x00b\x1b[31mred\x07", "\u202egnp.exe\u202c", "line\r\nbreak", `<!--`, `=HYPERLINK("http://evil.example","x")`,
	`\input{/etc/passwd}`, `\end{document}`, `{{.Report}}`, `100%_&#~^$`, strings.Repeat("x", 3000),
}

// twoTLDs is a result written by hand, with a hostile value on its axis.
func twoTLDs(values ...string) research.Result {
	r := research.Result{
		Metric: research.Metric{
			ID: "by_tld", Title: "Adoption by TLD", Group: "adoption", Cite: "ours", Numerator: "REC", Denominator: "MX", Population: "MX",
			Axes: []string{"tld"}, Parameters: []string{"top", "strict_rfc"}, Chart: &research.Chart{Mark: "bar", X: "share", Y: "tld", Share: true},
			Published: []research.Published{{Where: map[string]string{"tld": "com"}, N: 53800, Total: 73939004}, {Where: map[string]string{"tld": "zz"}, N: 1, Total: 2}},
		},
		Snapshots: []string{"2026-11-23"}, Sources: []research.Source{{Snapshot: "2026-11-23", Tool: "1.2", Rules: "3"}}, Ruleset: "rfc", Held: 92424,
		Params: map[string]string{"strict_rfc": "false", "top": "20"}, Notes: []string{"a note"}, SQL: "SELECT tld FROM names WHERE '</script>' <> ''",
		Columns: []research.Column{{Name: "tld", Type: research.TypeText}, {Name: "n", Type: research.TypeCount}, {Name: "total", Type: research.TypeCount}, {Name: "share", Type: research.TypeShare}},
		Rows:    [][]any{{"com", int64(67), int64(92424), 67. / 92424}, {"net", int64(0), int64(0), nil}},
		Names:   92424, Unknown: 12,
	}
	for _, v := range values {
		r.Rows = append(r.Rows, []any{v, int64(1), int64(2), .5})
	}
	return r
}

func hostileReport() Report {
	r := Report{Title: "Report " + hostile[0], Ruleset: "rfc", Results: []research.Result{twoTLDs(hostile...)},
		Snapshots: []Snapshot{{ID: "2026-11-23", State: "complete", Contact: hostile[1]}}}
	for _, h := range hostile {
		r.Codes = append(r.Codes, CodeCount{Code: taxonomy.MatchNone, Names: 3, Examples: []Example{{Domain: "a.example", Where: h, Got: h}}})
	}
	return r
}

// elements walks a page and calls visit for each element and each text in it.
func elements(t *testing.T, page []byte, visit func(n *html.Node)) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		visit(n)
	}
}

// Whatever stands in names and records, the page has our elements only, and
// nothing in it that runs but our scripts.
func TestHostileTextStaysText(t *testing.T) {
	count := func(r Report) map[string]int {
		page, err := renderHTML(r, map[string]json.RawMessage{"by_tld": json.RawMessage(`{"data":{"values":[{"tld":"</script><script>alert(5)</script>"}]}}`)})
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		elements(t, page, func(n *html.Node) {
			if n.Type != html.ElementNode {
				return
			}
			switch n.Data {
			case "script", "style", "img", "iframe", "link", "object", "svg":
				counts[n.Data]++
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "src" {
					t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
			}
		})
		for _, forbidden := range []string{"\x00", "\x1b", "\u202e"} {
			if bytes.Contains(page, []byte(forbidden)) {
				t.Errorf("the page holds %q", forbidden)
			}
		}
		return counts
	}
	tame := count(Report{Title: "Report", Results: []research.Result{twoTLDs("org")}})
	wild := count(hostileReport())
	if len(tame) == 0 || tame["script"] != wild["script"] || tame["style"] != wild["style"] || len(wild) != 2 {
		t.Errorf("elements of a tame page %v, of a hostile one %v", tame, wild)
	}
}

func TestPageShowsCountsUnknownsAndPublished(t *testing.T) {
	page, err := renderHTML(Report{Title: "Report", Results: []research.Result{twoTLDs()}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	elements(t, page, func(n *html.Node) {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			shown.WriteString(n.Data + "\n")
		}
	})
	for _, want := range []string{"0.072 %", "92,424", "Could not tell: 12 of 92,424 names.",
		"Thresholds: top = 20, strict_rfc = false. Snapshots: 2026-11-23; stscan 1.2, ruleset rfc of version 3.", "53,800 / 73,939,004", "0.073 %", research.Unknown} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}

// Of several snapshots the newest heads the page.
func TestTilesAreOfTheNewest(t *testing.T) {
	r := research.Result{Metric: research.Metric{ID: headlinesID}, Snapshots: []string{"w1", "w2"},
		Columns: []research.Column{{Name: "snapshot"}, {Name: "question"}, {Name: "n"}, {Name: "total"}},
		Rows:    [][]any{{"w1", "adopt", int64(1), int64(9)}, {"w2", "adopt", int64(2), int64(9)}}}
	if got := tilesOf([]research.Result{r}); len(got) != 1 || got[0].Counts != "2 of 9" {
		t.Errorf("%+v", got)
	}
	r.Columns, r.Rows = r.Columns[1:], [][]any{{"adopt", int64(3), int64(9)}}
	if got := tilesOf([]research.Result{r}); len(got) != 1 || got[0].Counts != "3 of 9" {
		t.Errorf("%+v", got)
	}
}

func TestMissingMetricIsNotPrintedAsZero(t *testing.T) {
	r := twoTLDs()
	r.Missing, r.Rows = "needs two snapshots", nil
	page, err := renderHTML(Report{Results: []research.Result{r}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, []byte("needs two snapshots")) || bytes.Contains(page, []byte(`data-metric="by_tld"`)) {
		t.Error("a metric that is not given does not stand among those that are missing, or has a table")
	}
}

func TestCSVIsExact(t *testing.T) {
	data, err := twoTLDs(hostile...).CSV()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], " "); got != "tld n total share" {
		t.Errorf("header %q", got)
	}
	if got := rows[2]; got[0] != "net" || got[3] != "" {
		t.Errorf("null is not empty: %q", got)
	}
	for i, h := range hostile {
		if got := rows[3+i][0]; got != strings.ReplaceAll(h, "\r\n", "\n") { // the reader folds line ends
			t.Errorf("%q came back as %q", h, got)
		}
	}
}

func TestLaTeX(t *testing.T) {
	got := string(LaTeX(twoTLDs(`a_b & 50% {x} \input{y}`)))
	for _, want := range []string{
		`\begin{tabular}{lrrr}`, `com & 67 & 92,424 & 0.072\,\% \\`, `net & 0 & 0 & -- \\`,
		`a\_b \& 50\% \{x\} \textbackslash{}input\{y\} & 1 & 2 & 50.0\,\% \\`, `\label{tab:by-tld}`, `\bottomrule`, `Inconclusive: 12.`,
		"% snapshots: 2026-11-23\n% made by: stscan 1.2, ruleset rfc of version 3\n% population: MX\n% counted: REC\n% of: MX\n% could not tell: 12 of 92,424 names\n% thresholds: top = 20, strict_rfc = false\n% note: a note\n%   SELECT tld FROM names",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	for _, line := range strings.Split(string(LaTeX(twoTLDs(hostile...))), "\n") {
		if strings.ContainsAny(line, "\x00\x1b\r") || strings.Contains(line, `\input`) || strings.Contains(line, `\end{document}`) {
			t.Errorf("TeX would obey %q", line)
		}
	}
}

// The keys of metrics.json, which scripts rely on.
func TestKeysOfMetricsJSON(t *testing.T) {
	data, err := metricsJSON(Report{Ruleset: "rfc", Snapshots: []Snapshot{{ID: "2026-11-23", Rules: "3"}}, Results: []research.Result{twoTLDs()}})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Ruleset   string
		Snapshots []map[string]any
		Metrics   []map[string]any
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	s, m := got.Snapshots[0], got.Metrics[0]
	if _, ended := s["ended_at"]; ended || got.Ruleset != "rfc" || s["id"] != "2026-11-23" || s["rules_version"] != "3" {
		t.Errorf("snapshots: %s %v", got.Ruleset, s)
	}
	sources, _ := json.Marshal(m["sources"])
	published, _ := json.Marshal(m["published"])
	if string(sources) != `[{"rules_version":"3","snapshot":"2026-11-23","tool":"1.2"}]` ||
		string(published) != `[{"n":53800,"total":73939004,"where":{"tld":"com"}},{"n":1,"total":2,"where":{"tld":"zz"}}]` {
		t.Errorf("sources %s, published %s", sources, published)
	}
}

func TestDisclosure(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "notices")
	n, err := WriteDisclosure(dir, []Notice{
		{Operator: "Mail/../Co", Domain: "b.example", Code: taxonomy.MatchNone, Where: "mx.b.example", Got: "=1+1"},
		{Operator: "Mail/../Co", Domain: "a.example", Code: taxonomy.MatchNone, Where: "mx.a.example", Got: hostile[4]},
		{Domain: "c.example", Code: taxonomy.PtlsCertExpired},
	})
	if err != nil || n != 2 {
		t.Fatalf("%d files, %v", n, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "mail_.._co.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[1][0] != "a.example" || rows[2][4] != "'=1+1" || strings.Contains(rows[1][4], "\x1b") {
		t.Errorf("%q", rows)
	}
	if advice, _ := taxonomy.Of(taxonomy.MatchNone); rows[1][6] != advice.Advice {
		t.Errorf("no advice: %q", rows[1])
	}
	if _, err := os.Stat(filepath.Join(dir, unattributed+".csv")); err != nil {
		t.Error(err)
	}
	if _, err := WriteDisclosure(dir, nil); err == nil {
		t.Error("a folder with files in it was written to")
	}
}

func TestWriteTakesThePlaceOfAReportOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "report")
	r := Report{Title: "Report", Results: []research.Result{twoTLDs()}}
	for range 2 {
		if err := Write(dir, r); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"report.html", "metrics.json", "figures/by_tld.svg", "figures/by_tld.pdf", "tables/by_tld.csv", "tables/by_tld.tex"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	foreign := filepath.Join(dir, "thesis.tex")
	if err := os.WriteFile(foreign, []byte("years of work"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, r); err == nil || !strings.Contains(err.Error(), "thesis.tex") {
		t.Errorf("a folder with a thesis in it: %v", err)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error(err)
	}
}

func TestSameReportSameBytes(t *testing.T) {
	r := Report{Title: "Report", Results: []research.Result{twoTLDs(hostile...)}}
	charts := map[string]json.RawMessage{"by_tld": json.RawMessage(`{}`), "a": json.RawMessage(`{}`)}
	first, err := renderHTML(r, charts)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if again, err := renderHTML(r, charts); err != nil || !bytes.Equal(first, again) {
			t.Fatalf("the same report gave other bytes (%v)", err)
		}
	}
}
