package research

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oneWeek is a metric of one snapshot.
func oneWeek(id string, chart *Chart, rows ...[]any) Result {
	return Result{
		Metric: Metric{ID: "m", Axes: []string{"category"}, Notes: []string{"a note"}, Chart: chart,
			Published: []Published{{Where: map[string]string{"category": "tls"}, N: 7}}},
		Snapshots: []string{id}, Sources: []Source{{Snapshot: id}}, Held: 10, Names: 10, Unknown: 1, Notes: []string{"a note"},
		Columns: []Column{{Name: "category", Type: TypeText}, {Name: "n", Type: TypeCount}, {Name: "share", Type: TypeShare}}, Rows: rows,
	}
}

func TestOverTime(t *testing.T) {
	bars := &Chart{Mark: "bar", X: "category", Y: "share", Share: true}
	missing := oneWeek("w2", bars)
	missing.Missing, missing.Names, missing.Unknown = "dane was not asked for", 0, 0
	r := OverTime([]Result{oneWeek("w1", bars, []any{"tls", int64(1), .1}), missing, oneWeek("w3", bars, []any{"tls", int64(2), .2}, []any{"dns", int64(0), 0.})})
	if got, want := fmt.Sprint(r.Rows), "[[w1 tls 1 0.1] [w3 tls 2 0.2] [w3 dns 0 0]]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(r.Columns), "[{snapshot  text} {category  text} {n  count} {share  share}]"; got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
	if diff := cmp.Diff(&Chart{Mark: "line", X: "snapshot", Y: "share", Color: "category", Share: true}, r.Metric.Chart); diff != "" {
		t.Errorf("chart (-want +got):\n%s", diff)
	}
	if got, want := fmt.Sprintln(r.Snapshots, r.Metric.Axes, r.Names, r.Unknown, r.Held, r.Missing), "[w1 w2 w3] [snapshot category] 20 2 20 \n"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := fmt.Sprintf("%q", r.Notes[:2]), `["a note" "Not computed of w2: dane was not asked for."]`; got != want || len(r.Notes) != 3 {
		t.Errorf("notes %q", r.Notes)
	}
	// What is in print stands beside the newest, and each metric keeps its own.
	if p := r.Metric.Published[0]; p.Of(r.Columns, r.Rows[0]) || !p.Of(r.Columns, r.Rows[1]) {
		t.Errorf("published: %+v", p)
	}
	if len(missing.Metric.Published[0].Where) != 1 {
		t.Errorf("the metric itself was changed: %+v", missing.Metric.Published)
	}
	if r = OverTime([]Result{missing, missing}); r.Missing != "dane was not asked for" || r.Rows != nil {
		t.Errorf("of none: %+v", r)
	}
}

// Bars of counts have the category on the other axis; a chart of other marks, or with
// too many lines, is none.
func TestChartsOverTime(t *testing.T) {
	var many [][]any
	for i := range mostLines + 1 {
		many = append(many, []any{fmt.Sprint("c", i), int64(1), .1})
	}
	for _, c := range []struct {
		chart Chart
		rows  [][]any
		want  *Chart
	}{
		{Chart{Mark: "bar", X: "n", Y: "category"}, many[:mostLines], &Chart{Mark: "line", X: "snapshot", Y: "n", Color: "category"}},
		{Chart{Mark: "bar", X: "n", Y: "category"}, many, nil},
		{Chart{Mark: "stacked", X: "category", Y: "share", Color: "state", Share: true}, many[:2], &Chart{Mark: "line", X: "snapshot", Y: "share", Color: "category", Facet: "state", Share: true}},
		{Chart{Mark: "bar", X: "category", Y: "share", Facet: "list"}, many[:2], &Chart{Mark: "line", X: "snapshot", Y: "share", Color: "category", Facet: "list"}},
		{Chart{Mark: "cdf", X: "n", Y: "share", Color: "category"}, many[:2], nil},
	} {
		if diff := cmp.Diff(c.want, OverTime([]Result{oneWeek("w1", &c.chart, c.rows...)}).Metric.Chart); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.chart, diff)
		}
	}
	if r := OverTime([]Result{oneWeek("w1", nil, many...)}); r.Metric.Chart != nil {
		t.Errorf("a chart of none: %+v", r.Metric.Chart)
	}
}
