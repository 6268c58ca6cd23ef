// Package research says what the metrics of a snapshot are: each is one SQL file
// with a header, over populations that are defined once. It runs nothing; the
// engine that does is in analysis/research/duck, the figures in
// analysis/research/figure, the page in analysis/research/page.
package research

// Metric is one published table or figure, or one of our own: the header of a
// .sql file and the query below it.
type Metric struct {
	ID    string // stable, such as imc25_t1
	Title string
	Cite  string // study and artefact
	Sure  string // P read in the paper, S read in an excerpt, K own knowledge, D our own definition
	Group string // the study, or the part of the report: see groups
	Order int    // place in its group; of equals the id decides

	Population  string // sets of sets.sql, in words
	Numerator   string
	Denominator string
	Axes        []string // columns that split the counts
	Parameters  []string // thresholds that the query, or a population of its, reads: see Thresholds
	Needs       []string // what the snapshots must hold: see Holdings

	Chart     *Chart      // nil: a table only
	Notes     []string    // how to read it, and traps of the source
	Published []Published // values in print, to stand beside ours

	SQL  string // the query, as in the file
	File string // where it was read
}

// Chart says how a result is drawn. Names are columns of the result.
type Chart struct {
	Mark  string // bar, stacked, line, cdf, heatmap, point
	X, Y  string
	Color string // "" = one colour
	Facet string // "" = one panel
	LogX  bool
	Share bool // Y is a share of 1, to be shown in percent
}

// Published is one value in print.
type Published struct {
	Where map[string]string `json:"where"` // column and value that find the row: {"tld": "com"}
	N     int64             `json:"n"`
	Total int64             `json:"total,omitempty"` // 0: not printed
	Share float64           `json:"share,omitempty"` // of 1; 0: not printed
}
