package figure

import (
	"fmt"
	"testing"
	"time"

	"stscan/analysis/research"
)

// TestEdges: whatever values a snapshot has, the charts of the metrics are drawn: one
// row, zeros only, equal values, large and negative ones, one class among unknown ones.
func TestEdges(t *testing.T) {
	r := renderer(t)
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	values := [][]any{
		{0.5}, {0.0, 0.0, 0.0}, {0.25, 0.25, 0.25}, {1e-7, 2e-7}, {3e9, 1.0, 2e6}, {nil, 0.1, nil}, {-3.0, 4.0}, {nil, nil, 1.0},
	}
	columns := []research.Column{
		column("text", "Provider", research.TypeText), column("number", "Days left", research.TypeFloat), column("count", "Rank", research.TypeCount),
		column("time", "Snapshot", research.TypeTime), column("class", "Manager", research.TypeText), column("v", "Share of domains", research.TypeShare),
	}
	for i, chart := range []research.Chart{
		{Mark: "bar", X: "v", Y: "text"}, {Mark: "bar", X: "text", Y: "v"}, {Mark: "bar", X: "v", Y: "text", Facet: "class"}, {Mark: "bar", X: "text", Y: "v", Facet: "class"},
		{Mark: "bar", X: "time", Y: "v", Color: "class"}, {Mark: "stacked", X: "text", Y: "v", Color: "class"}, {Mark: "stacked", X: "v", Y: "text", Color: "class", Facet: "class"},
		{Mark: "line", X: "time", Y: "v", Color: "class"}, {Mark: "line", X: "text", Y: "v"}, {Mark: "line", X: "time", Y: "v", Facet: "class"},
		{Mark: "cdf", X: "number", Y: "v", Color: "class"}, {Mark: "cdf", X: "count", Y: "v", LogX: true}, {Mark: "point", X: "count", Y: "v", Color: "class"},
		{Mark: "point", X: "v", Y: "text", LogX: true}, {Mark: "heatmap", X: "text", Y: "class", Color: "v"}, {Mark: "heatmap", X: "count", Y: "class", Color: "v"},
	} {
		for k, list := range values {
			var rows [][]any
			for n, v := range list {
				rows = append(rows, []any{fmt.Sprintf("provider %d", n), float64(n) - 1, int64(1 + n*100), day.AddDate(0, n, 0), fmt.Sprintf("manager %d", n), v})
			}
			s := sample(fmt.Sprintf("%s of %s by %s", chart.Mark, chart.Y, chart.X), chart, columns, rows)
			spec, err := Spec(s)
			if chart.LogX && chart.X == "v" && isEmpty(err) {
				continue // zeros only: nothing that a logarithm could show
			}
			if err != nil {
				t.Errorf("%v: %v", list, err)
				continue
			}
			if Text(s, 80) == "" {
				t.Errorf("%v: %s: no text", list, s.Metric.ID)
			}
			if (i+k)%4 != 0 {
				continue // each chart with two of them, and each of them with four charts
			}
			if _, err := r.PDF(spec); err != nil {
				t.Errorf("%v: %v", list, err)
			}
		}
	}
}
