package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"stscan/analysis/research"
	"stscan/analysis/research/figure"
	"stscan/internal/escape"
	"stscan/internal/taxonomy"
)

// The page is one file: its style, its script and the drawing libraries stand in it.
var (
	//go:embed assets/page.html
	pageHTML string
	//go:embed assets/page.css
	pageCSS string
	//go:embed assets/page.js
	pageJS string
)

// pageRows is how many rows of a result the page holds; the CSV file has all.
const pageRows = 1000

// view is what the template sees.
type view struct {
	Policy   string // Content-Security-Policy
	Report   Report
	Tiles    []tile
	Groups   []group
	Codes    []codeView
	Style    template.CSS
	Scripts  []template.JS
	Payload  template.JS // JSON for page.js
	Missing  []research.Result
	Unspoken []taxonomy.Entry // codes that do not occur
	Licence  string           // of the scripts
}

type group struct {
	ID, Title string
	Results   []resultView
}

// resultView is one result on the page.
type resultView struct {
	research.Result
	Heads     []head
	Cells     [][]cellView
	More      int // rows that the page leaves out
	Filters   []filter
	HasChart  bool
	Published []publishedView
	TeX       string
}

type head struct {
	Label, Name string
	Numeric     bool
}

type cellView struct {
	Text, Sort string
	Numeric    bool
}

// filter lets the reader see one value of an axis alone.
type filter struct {
	Column  string
	Index   int
	Channel string // of the chart's data, where it draws this axis: x, y, c or f
	Values  []string
}

type codeView struct {
	taxonomy.Entry
	Count CodeCount
}

// renderHTML makes the page. charts are the Vega-Lite specifications by metric id.
func renderHTML(r Report, charts map[string]json.RawMessage) ([]byte, error) {
	payload, err := payloadOf(charts)
	if err != nil {
		return nil, err
	}
	v := view{Report: r, Style: template.CSS(pageCSS), Payload: payload, Tiles: tilesOf(r.Results)}
	for _, s := range figure.Scripts() {
		v.Scripts = append(v.Scripts, template.JS(s.Code))
	}
	v.Scripts = append(v.Scripts, template.JS(pageJS))
	v.Licence = figure.ScriptLicence()
	v.Policy = contentSecurity(v.Scripts)
	v.Groups = groupsOf(r, charts)
	for _, res := range r.Results {
		if res.Missing != "" {
			v.Missing = append(v.Missing, res)
		}
	}
	v.Codes, v.Unspoken = codesOf(r.Codes)
	t, err := template.New("page").Funcs(template.FuncMap{
		"text": escape.String, "thousands": research.Thousands, "join": strings.Join, "percent": research.Percent,
	}).Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, v)
	return b.Bytes(), err
}

// contentSecurity lets the page's own scripts run and nothing else load: the
// page asks no network, whatever the names in it look like.
func contentSecurity(scripts []template.JS) string {
	var hashes []string
	for _, s := range scripts {
		sum := sha256.Sum256([]byte(s))
		hashes = append(hashes, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	return "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src " + strings.Join(hashes, " ")
}

// payloadOf is the data of the charts, with the colours for light and dark.
// encoding/json writes <, > and & as escapes, so that no name ends the element
// that holds it; the keys of a map stand in order.
func payloadOf(charts map[string]json.RawMessage) (template.JS, error) {
	data, err := json.Marshal(map[string]any{"specs": charts, "light": figure.PageConfig(false), "dark": figure.PageConfig(true)})
	if err != nil {
		return "", fmt.Errorf("charts of the page: %w", err)
	}
	var b bytes.Buffer
	json.HTMLEscape(&b, data)
	return template.JS(b.String()), nil
}

// groupsOf cuts the results into parts of the page, in the order in which
// their first members stand.
func groupsOf(r Report, charts map[string]json.RawMessage) []group {
	var out []group
	at := map[string]int{}
	for _, res := range r.Results {
		if res.Missing != "" || res.Metric.ID == headlinesID {
			continue
		}
		g := res.Metric.Group
		if _, ok := at[g]; !ok {
			at[g] = len(out)
			out = append(out, group{ID: g, Title: groupTitle(g)})
		}
		_, drawn := charts[res.Metric.ID]
		out[at[g]].Results = append(out[at[g]].Results, resultViewOf(res, drawn))
	}
	return out
}

func resultViewOf(res research.Result, drawn bool) resultView {
	v := resultView{Result: res, HasChart: drawn, TeX: string(LaTeX(res)), Published: publishedOf(res)}
	for _, c := range res.Columns {
		v.Heads = append(v.Heads, head{Label: c.Heading(), Name: c.Name, Numeric: c.Numeric()})
	}
	rows := res.Rows[:min(len(res.Rows), pageRows)]
	v.More = len(res.Rows) - len(rows)
	for _, row := range rows {
		cells := make([]cellView, len(row))
		for i, value := range row {
			c := res.Columns[i]
			cells[i] = cellView{Text: escape.String(c.Show(value)), Sort: escape.String(research.Exact(value)), Numeric: c.Numeric()}
		}
		v.Cells = append(v.Cells, cells)
	}
	v.Filters = filtersOf(res, rows)
	return v
}

// filterValues is how many values an axis may have to be offered as a choice:
// more than that, and the search field is the better tool.
const filterValues = 40

func filtersOf(res research.Result, rows [][]any) []filter {
	var out []filter
	for i, c := range res.Columns {
		if c.Type != research.TypeText || !slices.Contains(res.Metric.Axes, c.Name) {
			continue
		}
		f := filter{Column: c.Name, Index: i, Channel: channelOf(res.Metric.Chart, c.Name)}
		for _, row := range rows {
			if s, ok := row[i].(string); ok && !slices.Contains(f.Values, escape.String(s)) {
				f.Values = append(f.Values, escape.String(s))
			}
			if len(f.Values) > filterValues {
				break
			}
		}
		if len(f.Values) > 1 && len(f.Values) <= filterValues {
			out = append(out, f)
		}
	}
	return out
}

// channelOf is where a chart's data have the values of a column.
func channelOf(c *research.Chart, column string) string {
	if c == nil {
		return ""
	}
	switch column {
	case c.X:
		return "x"
	case c.Y:
		return "y"
	case c.Color:
		return "c"
	case c.Facet:
		return "f"
	}
	return ""
}

// codesOf puts the codes that occur first, in the order of the finding table.
func codesOf(counts []CodeCount) (seen []codeView, unseen []taxonomy.Entry) {
	byCode := map[taxonomy.Code]CodeCount{}
	for _, c := range counts {
		byCode[c.Code] = c
	}
	for _, e := range taxonomy.Table() {
		if c, ok := byCode[e.Code]; ok {
			seen = append(seen, codeView{Entry: e, Count: c})
		} else {
			unseen = append(unseen, e)
		}
	}
	return seen, unseen
}
