package research

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

//go:embed metrics/*.sql
var files embed.FS

//go:embed observed.sql
var observed string

//go:embed sets.sql
var sets string

//go:embed managers.sql
var managers string

// Sets is the SQL that defines the populations but for the managers: statements
// that make view all_sets over all_verdicts. The thresholds must be in force;
// names, findings and mx_hosts are the engine's to make. Before them it makes what
// several metrics read of the evidence.
func Sets() string { return observed + sets }

// Managers is the SQL that makes view all_names: all_sets with the classes of those
// who manage. It reads much of the verdicts, which only metrics that have parameter
// third_party_min need.
func Managers() string { return managers }

// groups are the parts of the report, in order. Metrics of other groups come last.
var groups = []string{"adoption", "failures", "hosts", "reading", "coverage", "imc25", "tatang21", "dane20", "dane22", "imc15", "ccs15", "surveys", "series"}

// Metrics are the metrics of the program, in the order of the report. A file with a
// bad header is a fault of the program's.
func Metrics() ([]Metric, error) {
	sub, err := fs.Sub(files, "metrics")
	if err != nil {
		return nil, err
	}
	return readAll(sub, "metrics/")
}

// ReadDir are the metrics of the files *.sql in a folder of the user's.
func ReadDir(dir string) ([]Metric, error) {
	return readAll(os.DirFS(dir), dir+"/")
}

func readAll(folder fs.FS, prefix string) ([]Metric, error) {
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no file *.sql in it", prefix)
	}
	var all []Metric
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		m, err := Parse(prefix+name, string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return Ordered(all)
}

// Ordered are metrics in the order of the report. Two of one id are an error:
// a file of the user's that would stand for one of ours, say.
func Ordered(all []Metric) ([]Metric, error) {
	files := map[string]string{}
	for _, m := range all {
		if first, twice := files[m.ID]; twice {
			return nil, fmt.Errorf("%s: metric %s stands in %s, too: give one of them another id", m.File, m.ID, first)
		}
		files[m.ID] = m.File
	}
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Metric) int {
		return cmp.Or(cmp.Compare(groupPlace(a.Group), groupPlace(b.Group)), cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

func groupPlace(group string) int {
	if i := slices.Index(groups, group); i >= 0 {
		return i
	}
	return len(groups)
}
