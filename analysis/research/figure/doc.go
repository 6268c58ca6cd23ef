// Package figure draws results: as a Vega-Lite specification (Spec), which the
// page draws in the browser and Renderer draws as SVG and PDF for a paper, and in
// characters for a terminal (Text).
//
// Everything is made in this process, in Go: vega runs in an interpreter, text is
// measured with the font that the PDF embeds. So the same result gives the same
// bytes on every run and every machine, and nobody needs a browser to have
// figures.
//
// It knows no metric and no SQL: what is drawn is said by the chart of the metric
// and the columns of the result. Nothing in it opens a file or a connection, and
// a specification that would is refused. It may import analysis/research and
// internal/escape.
package figure
