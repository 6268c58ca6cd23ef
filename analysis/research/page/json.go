package page

import (
	"encoding/json"

	"stscan/analysis/research"
)

// numbers is metrics.json.
type numbers struct {
	Ruleset   string         `json:"ruleset"`
	Snapshots []Snapshot     `json:"snapshots"`
	Metrics   []MetricResult `json:"metrics"`
}

// MetricResult is one result of metrics.json. Rows stand in the order of Columns.
type MetricResult struct {
	ID          string               `json:"id"`
	Title       string               `json:"title"`
	Group       string               `json:"group"`
	Cite        string               `json:"cite"`
	Sure        string               `json:"sure"`
	Population  string               `json:"population"`
	Numerator   string               `json:"numerator"`
	Denominator string               `json:"denominator"`
	Snapshots   []string             `json:"snapshots"`
	Sources     []research.Source    `json:"sources"`
	Parameters  map[string]string    `json:"parameters,omitempty"`
	Missing     string               `json:"missing,omitempty"`
	Names       int64                `json:"names"`
	Unknown     int64                `json:"inconclusive"`
	AtLeast     bool                 `json:"inconclusive_at_least,omitempty"` // there may be more than inconclusive
	Columns     []column             `json:"columns"`
	Rows        [][]any              `json:"rows"`
	Published   []research.Published `json:"published,omitempty"`
	Notes       []string             `json:"notes,omitempty"`
	SQL         string               `json:"sql"`
}

type column struct {
	Name string        `json:"name"`
	Type research.Type `json:"type"`
}

// metricsJSON is the file of all results: the same report gives the same bytes.
func metricsJSON(r Report) ([]byte, error) {
	n := numbers{Ruleset: r.Ruleset, Snapshots: r.Snapshots, Metrics: []MetricResult{}}
	for _, res := range r.Results {
		n.Metrics = append(n.Metrics, ResultJSON(res))
	}
	data, err := json.MarshalIndent(n, "", " ")
	return append(data, '\n'), err
}

// ResultJSON is a result as it stands in metrics.json.
func ResultJSON(r research.Result) MetricResult {
	m := r.Metric
	out := MetricResult{
		ID: m.ID, Title: m.Title, Group: m.Group, Cite: m.Cite, Sure: m.Sure,
		Population: m.Population, Numerator: m.Numerator, Denominator: m.Denominator,
		Snapshots: r.Snapshots, Sources: r.Sources, Parameters: r.Params, Missing: r.Missing, Names: r.Names, Unknown: r.Unknown, AtLeast: r.AtLeast,
		Columns: []column{}, Rows: r.Rows, Published: m.Published, Notes: r.Notes, SQL: r.SQL,
	}
	for _, c := range r.Columns {
		out.Columns = append(out.Columns, column{Name: c.Name, Type: c.Type})
	}
	if out.Rows == nil {
		out.Rows = [][]any{}
	}
	return out
}
