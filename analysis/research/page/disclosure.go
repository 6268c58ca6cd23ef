package page

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stscan/internal/escape"
	"stscan/internal/taxonomy"
)

// Notice is one finding that somebody should hear of. Where and Got came from
// the network.
type Notice struct {
	Operator string // label of who runs what is broken; "" = not known
	Domain   string
	Code     taxonomy.Code
	Where    string
	Got      string
	SeenAt   string // RFC 3339
}

// unattributed is the file of the findings at hosts of no known operator.
const unattributed = "unattributed"

// WriteDisclosure writes one CSV file an operator to dir, which must not be there
// or be empty: domain, finding, evidence, and how to mend it. It returns how
// many files it wrote.
func WriteDisclosure(dir string, notices []Notice) (int, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return 0, fmt.Errorf("%s %w (%s); choose another folder", dir, ErrNotOurs, entries[0].Name())
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	byOperator := map[string][]Notice{}
	for _, n := range notices {
		name := fileName(n.Operator)
		byOperator[name] = append(byOperator[name], n)
	}
	for name, list := range byOperator {
		data, err := disclosureCSV(list)
		if err != nil {
			return 0, err
		}
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), data, 0o644); err != nil {
			return 0, err
		}
	}
	return len(byOperator), nil
}

// fileName makes a label safe as the name of a file, on every system.
func fileName(operator string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, operator)
	name = strings.Trim(name, ".")
	if name == "" {
		return unattributed
	}
	return name[:min(len(name), 100)]
}

func disclosureCSV(list []Notice) ([]byte, error) {
	slices.SortFunc(list, func(a, b Notice) int {
		return strings.Compare(a.Domain+"\x00"+string(a.Code)+"\x00"+a.Where, b.Domain+"\x00"+string(b.Code)+"\x00"+b.Where)
	})
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write([]string{"domain", "finding", "what_it_means", "where", "evidence", "seen_at", "how_to_mend", "source"}); err != nil {
		return nil, err
	}
	for _, n := range list {
		e, _ := taxonomy.Of(n.Code)
		row := []string{n.Domain, string(n.Code), e.Text, n.Where, n.Got, n.SeenAt, e.Advice, e.Cite}
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// cell is text for a spreadsheet, in which these files will be opened: what
// begins like a formula is marked as text.
func cell(s string) string {
	s = escape.String(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}
