package figure

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"stscan/analysis/research"
)

func isEmpty(err error) bool { return errors.Is(err, ErrEmpty) }

func plotOf(t *testing.T, r research.Result) plot {
	t.Helper()
	p, err := newPlot(r, func(s string) string { return s }, func(s string) string { return s })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBadCharts: one clear line, with the metric.
func TestBadCharts(t *testing.T) {
	for _, c := range []struct {
		chart research.Chart
		want  string
	}{
		{research.Chart{Mark: "pie", X: "share", Y: "tld"}, `metric imc25_t1: chart "pie": unknown mark`},
		{research.Chart{Mark: "bar", X: "shard", Y: "tld"}, `metric imc25_t1: the chart draws column "shard", which the query does not give: it gives tld, n, total, share`},
		{research.Chart{Mark: "bar", X: "share"}, "metric imc25_t1: chart bar: x and y are needed"},
		{research.Chart{Mark: "line", X: "share", Y: "tld"}, "metric imc25_t1: chart line: nothing in it is a number"},
		{research.Chart{Mark: "heatmap", X: "tld", Y: "tld"}, "metric imc25_t1: chart heatmap: nothing in it is a number"},
		{research.Chart{Mark: "bar", X: "tld", Y: "share", LogX: true}, "metric imc25_t1: chart bar: logx needs numbers"},
	} {
		r := table1()
		r.Metric.Chart = &c.chart
		if _, err := Spec(r); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.chart, err, c.want)
		}
	}
	short := table1()
	short.Rows[2] = short.Rows[2][:2]
	words := table1()
	words.Rows[1][3] = "many"
	for want, r := range map[string]research.Result{"row 3 has 2 values for 4 columns": short, "row 2, column share: string is not a number": words} {
		if _, err := Spec(r); err == nil || !strings.Contains(err.Error(), "metric imc25_t1: "+want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestOthers: thirty providers are nineteen and the sum of eleven, whose share is that of their names.
func TestOthers(t *testing.T) {
	r := tiny()
	r.Metric.Chart.X = "share"
	p := plotOf(t, r)
	classes := p.fields[onY].classes
	if len(classes) != maxClasses || classes[maxClasses-1] != "others (11)" || classes[0] != "Tutanota" {
		t.Fatalf("%q", classes)
	}
	sum := int64(0)
	for _, row := range r.Rows[19:] {
		sum += row[1].(int64)
	}
	q := p.points[len(p.points)-1]
	if *q.N != float64(sum) || *p.measure(&q) != float64(sum)/68030 || *q.Total != 68030 {
		t.Errorf("others: %v of %v = %v, want %d of 68030", *q.N, *q.Total, *p.measure(&q), sum)
	}

	r.Rows[25][1], r.Rows[25][3] = nil, nil
	p = plotOf(t, r)
	if v := p.measure(&p.points[len(p.points)-1]); v != nil {
		t.Errorf("a sum with an unknown part is %v, not unknown", *v)
	}
}

// TestOthersOfSeveralWholes: shares of different denominators are those of all names together.
func TestOthersOfSeveralWholes(t *testing.T) {
	var rows [][]any
	for i := range 22 {
		rows = append(rows, append([]any{string(rune('a' + i))}, share(int64(100-i), int64(1000*(i+1)))...))
	}
	r := table1()
	r.Rows = rows
	p := plotOf(t, r)
	q := p.points[len(p.points)-1]
	// The last three of 22: 81, 80 and 79 of 20,000, 21,000 and 22,000 names.
	if *p.measure(&q) != 240.0/63000 {
		t.Errorf("%v of %v = %v", *q.N, *q.Total, *p.measure(&q))
	}
}

// TestUnknownIsNotZero: null stays null in what is drawn, and a bar says it in letters.
func TestUnknownIsNotZero(t *testing.T) {
	spec := string(specOf(t, intervals()))
	if !strings.Contains(spec, `{"x":"50,001","y":null,`) || !strings.Contains(spec, `"text":"n/a"`) {
		t.Errorf("%s", spec)
	}
	svg, err := renderer(t).SVG([]byte(spec))
	if err != nil || strings.Count(string(svg), ">n/a</text>") != 1 {
		t.Errorf("n/a does not stand once in the figure: %v", err)
	}
}

// TestThin: 29,000 points are drawn as at most 500 a line, none of them more than a step away.
func TestThin(t *testing.T) {
	r := providers()
	p := plotOf(t, r)
	for _, s := range p.series() {
		if len(s) > 2*steps+2 {
			t.Errorf("%d points", len(s))
		}
		name := p.points[s[0]].class(onColor)
		k := 0
		for _, row := range r.Rows {
			if row[0] != name {
				continue
			}
			for k+1 < len(s) && p.place(&p.points[s[k+1]]) <= float64(row[1].(int64)) {
				k++
			}
			drawn, next := *p.measure(&p.points[s[k]]), *p.measure(&p.points[s[min(k+1, len(s)-1)]])
			if v := row[2].(float64); v < drawn-1-1e-9 || v > next+2.0/steps {
				t.Fatalf("%s: %v is drawn between %v and %v", name, v, drawn, next)
			}
		}
		last := p.points[s[len(s)-1]]
		if *p.measure(&last) != 1 {
			t.Errorf("%s ends at %v", name, *p.measure(&last))
		}
	}
}

// TestLogAxis: what it cannot show is said beside it.
func TestLogAxis(t *testing.T) {
	r := providers()
	for i := range 3 {
		r.Rows[i][1] = int64(0)
	}
	if spec := string(specOf(t, r)); !strings.Contains(spec, `"title":"Domains served by a host (3 rows at 0 are not shown)"`) {
		t.Errorf("%.300s", spec)
	}
}

// TestPageSpec: the page colours it, and it draws in the same way.
func TestPageSpec(t *testing.T) {
	r := renderer(t)
	for _, s := range samples() {
		spec, err := PageSpec(s)
		if err != nil {
			t.Fatal(err)
		}
		var o object
		if err := json.Unmarshal(spec, &o); err != nil {
			t.Fatal(err)
		}
		if o["config"] != nil || o["background"] != nil {
			t.Errorf("%s: the page cannot choose its colours", s.Metric.ID)
		}
		o["config"] = PageConfig(true)
		if o["width"] == "container" {
			o["width"] = 600
		}
		themed, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.SVG(themed); err != nil {
			t.Error(err)
		}
	}
}

// What could not be told looks like no finding, wherever it stands among the classes.
func TestPaletteOfTheUntold(t *testing.T) {
	for _, name := range []string{"unknown", "inconclusive"} {
		got := field{classes: []string{"no", name, "yes"}}.palette(true, true)
		if got[1] != untoldColor || got[0] == untoldColor || got[2] == untoldColor || got[0] == got[2] {
			t.Errorf("%s among no and yes: %v", name, got)
		}
	}
}
