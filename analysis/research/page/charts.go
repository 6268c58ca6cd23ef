package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"stscan/analysis/research"
	"stscan/analysis/research/figure"
)

// drawCharts writes every chart as SVG and PDF to dir, and returns what the page
// draws, by metric id. A result without rows has no chart.
func drawCharts(dir string, results []research.Result) (map[string]json.RawMessage, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	renderer, err := figure.New()
	if err != nil {
		return nil, err
	}
	defer renderer.Close()
	charts := map[string]json.RawMessage{}
	for _, r := range results {
		if r.Metric.Chart == nil || r.Missing != "" || len(r.Rows) == 0 {
			continue
		}
		spec, err := drawChart(renderer, filepath.Join(dir, r.Metric.ID), r)
		if errors.Is(err, figure.ErrEmpty) {
			continue // the table says why
		}
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", r.Metric.ID, err)
		}
		charts[r.Metric.ID] = spec
	}
	return charts, nil
}

// drawChart writes one chart as files, base.svg and base.pdf.
func drawChart(renderer *figure.Renderer, base string, r research.Result) (json.RawMessage, error) {
	spec, err := figure.Spec(r)
	if err != nil {
		return nil, err
	}
	svg, err := renderer.SVG(spec)
	if err != nil {
		return nil, err
	}
	pdf, err := renderer.PDF(spec)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.WriteFile(base+".svg", svg, 0o644), os.WriteFile(base+".pdf", pdf, 0o644)); err != nil {
		return nil, err
	}
	return figure.PageSpec(r)
}
