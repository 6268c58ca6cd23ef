package figure

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"modernc.org/quickjs"
)

//go:embed draw.js
var drawJS string

const (
	// evalTimeout is for one call into the interpreter: a chart takes a tenth of a
	// second, loading a fifth; a machine that is emulated needs twenty times that.
	evalTimeout = 30 * time.Second
	// vmMemory is ten times what a large chart was seen to take.
	vmMemory = 512 << 20
)

// Renderer draws specifications. It holds an interpreter, about 30 MB: one of them
// draws all the figures of a report, one after the other. Not for concurrent use.
type Renderer struct {
	vm            *quickjs.VM
	regular, bold *typeface
	warnings      []string                   // of vega, about the figure at hand
	last          struct{ spec, svg string } // a figure is mostly wanted in both formats
}

// New loads vega. Close gives its memory back.
func New() (*Renderer, error) {
	r := &Renderer{}
	var err error
	if r.regular, err = newTypeface(false); err != nil {
		return nil, err
	}
	if r.bold, err = newTypeface(true); err != nil {
		return nil, err
	}
	if r.vm, err = quickjs.NewVM(); err != nil {
		return nil, fmt.Errorf("the interpreter of the figures: %w", err)
	}
	if err := r.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("vega does not load: %w", err), r.vm.Close())
	}
	return r, nil
}

// Close ends the renderer.
func (r *Renderer) Close() error { return r.vm.Close() }

func (r *Renderer) load() error {
	r.vm.SetMemoryLimit(vmMemory)
	err := errors.Join(
		r.vm.SetEvalTimeout(evalTimeout),
		r.vm.RegisterHostFunc("hostWarn", r.warn),
		r.vm.RegisterHostFunc("hostWidth", r.width),
	)
	for _, code := range []string{drawJS, vegaJS, vegaLiteJS, "prepare()"} {
		if err == nil {
			_, err = r.vm.Eval(code, quickjs.EvalGlobal)
		}
	}
	return err
}

func (r *Renderer) warn(args []any) (any, error) {
	r.warnings = append(r.warnings, fmt.Sprint(args...))
	return nil, nil
}

// width measures text for vega: (text, bold, size) in pixels.
func (r *Renderer) width(args []any) (any, error) {
	if len(args) != 3 {
		return nil, fmt.Errorf("hostWidth has %d arguments", len(args))
	}
	text, _ := args[0].(string)
	bold, _ := args[1].(bool)
	return r.face(bold).width(text, number64(args[2])), nil
}

func number64(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

func (r *Renderer) face(bold bool) *typeface {
	if bold {
		return r.bold
	}
	return r.regular
}

// SVG draws a specification. What vega warns of is an error, and so is a figure
// without a mark: neither is seen in a picture.
func (r *Renderer) SVG(spec []byte) ([]byte, error) {
	svg, err := r.draw(spec)
	if err == nil {
		svg, err = r.withFonts(svg)
	}
	if err == nil {
		svg, err = described(svg, metaOf(spec).About)
	}
	if err != nil {
		return nil, named(spec, err)
	}
	return []byte(svg), nil
}

// PDF draws a specification as one page of its size, fonts embedded.
func (r *Renderer) PDF(spec []byte) ([]byte, error) {
	svg, err := r.draw(spec)
	if err != nil {
		return nil, named(spec, err)
	}
	pdf, err := r.convert(svg, metaOf(spec).About)
	if err != nil {
		return nil, named(spec, err)
	}
	return pdf, nil
}

// named says which metric a specification is of.
func named(spec []byte, err error) error {
	metric := metaOf(spec).Metric
	if metric == "" {
		return fmt.Errorf("figure: %w", err)
	}
	return fmt.Errorf("metric %s: figure: %w", metric, err)
}

func (r *Renderer) draw(spec []byte) (string, error) {
	if r.last.svg != "" && r.last.spec == string(spec) {
		return r.last.svg, nil
	}
	if err := closed(spec); err != nil {
		return "", err
	}
	r.warnings = nil
	if _, err := r.vm.Call("draw", string(spec)); err != nil {
		return "", err
	}
	if _, err := r.vm.ExecutePendingJobs(); err != nil {
		return "", err
	}
	if len(r.warnings) > 0 {
		return "", fmt.Errorf("vega warns: %s", strings.Join(r.warnings, "; "))
	}
	answer, err := r.vm.Eval(`JSON.stringify(result || null)`, quickjs.EvalGlobal)
	if err != nil {
		return "", err
	}
	var out struct {
		SVG   string
		Marks int
	}
	text, _ := answer.(string)
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return "", err
	}
	switch {
	case out.SVG == "":
		return "", errors.New("vega drew nothing and said nothing")
	case out.Marks == 0:
		return "", errors.New("no mark in it: its data are empty")
	}
	r.last.spec, r.last.svg = string(spec), out.SVG
	return out.SVG, nil
}

// closed refuses a specification that asks for something from outside. vega would
// not be able to load it, and draw a figure without data.
func closed(spec []byte) error {
	var v any
	if err := json.Unmarshal(spec, &v); err != nil {
		return fmt.Errorf("no JSON: %w", err)
	}
	return closedValue(v)
}

func closedValue(v any) error {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			if err := closedValue(inner); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, inner := range v {
			switch key {
			case "url", "href":
				return fmt.Errorf("it has a %s: a figure holds its data and loads nothing", key)
			case "values", "datasets": // data, whatever they are called
				continue
			}
			if err := closedValue(inner); err != nil {
				return err
			}
		}
	}
	return nil
}
