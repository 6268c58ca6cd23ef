package main

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"stscan/analysis/research/duck"
	"stscan/internal/escape"
)

const (
	// measuredRows decide how wide the columns of a table are: so much of an answer
	// is held in memory.
	measuredRows = 1000
	// widestCell bounds a column; what is cut ends in an ellipsis.
	widestCell = 60
)

// writeRows writes an answer as table, csv or json.
func writeRows(w io.Writer, format string, rows *duck.Rows) error {
	columns := rows.Columns()
	var err error
	switch format {
	case formatCSV:
		err = writeCSV(w, columns, rows)
	case formatJSON:
		err = writeJSONRows(w, columns, rows)
	default:
		err = writeTable(w, columns, rows)
	}
	if err != nil {
		return duckError(err)
	}
	return nil
}

func writeCSV(w io.Writer, columns []duck.Column, rows *duck.Rows) error {
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.Name
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for row, err := range rows.All() {
		if err != nil {
			return err
		}
		for i, v := range row {
			record[i] = valueText(v, columns[i].Type)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeJSONRows writes one array, an object a line with its fields in the order
// of the columns.
func writeJSONRows(w io.Writer, columns []duck.Column, rows *duck.Rows) error {
	keys := make([][]byte, len(columns))
	for i, name := range uniqueNames(columns) {
		keys[i] = encodeJSON(name)
	}
	begin, line := "[", bytes.Buffer{}
	for row, err := range rows.All() {
		if err != nil {
			return err
		}
		line.Reset()
		line.WriteString(begin + "\n{")
		for i, v := range row {
			if i > 0 {
				line.WriteByte(',')
			}
			line.Write(keys[i])
			line.WriteByte(':')
			line.Write(encodeJSON(jsonValue(v, columns[i].Type)))
		}
		line.WriteByte('}')
		if _, err := w.Write(line.Bytes()); err != nil {
			return err
		}
		begin = ","
	}
	if begin == "[" {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}

// uniqueNames tells columns of the same name apart: a, a_1, a_2.
func uniqueNames(columns []duck.Column) []string {
	seen := map[string]bool{}
	names := make([]string, len(columns))
	for i, c := range columns {
		name := c.Name
		for n := 1; seen[name]; n++ {
			name = fmt.Sprintf("%s_%d", c.Name, n)
		}
		seen[name] = true
		names[i] = name
	}
	return names
}

func writeTable(w io.Writer, columns []duck.Column, rows *duck.Rows) error {
	t := newTextTable(columns)
	for row, err := range rows.All() {
		if err != nil {
			return err
		}
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cellText(v, columns[i].Type)
		}
		if err := t.add(w, cells); err != nil {
			return err
		}
	}
	return t.flush(w)
}

// textTable aligns the columns of a table by its first rows; the others pass.
type textTable struct {
	right  []bool // numbers
	width  []int
	held   [][]string // nil once they are written
	passes bool
}

func newTextTable(columns []duck.Column) *textTable {
	t := &textTable{right: make([]bool, len(columns)), width: make([]int, len(columns))}
	head := make([]string, len(columns))
	for i, c := range columns {
		head[i] = cut(escape.String(c.Name))
		t.right[i] = isNumber(c.Type)
	}
	t.hold(head)
	return t
}

func (t *textTable) hold(cells []string) {
	for i, c := range cells {
		t.width[i] = max(t.width[i], utf8.RuneCountInString(c))
	}
	t.held = append(t.held, cells)
}

func (t *textTable) add(w io.Writer, cells []string) error {
	if t.passes {
		return t.write(w, cells)
	}
	t.hold(cells)
	if len(t.held) <= measuredRows {
		return nil
	}
	return t.flush(w)
}

// flush writes what is held; later rows are written as they come.
func (t *textTable) flush(w io.Writer) error {
	t.passes = true
	for _, cells := range t.held {
		if err := t.write(w, cells); err != nil {
			return err
		}
	}
	t.held = nil
	return nil
}

func (t *textTable) write(w io.Writer, cells []string) error {
	var line strings.Builder
	for i, c := range cells {
		if i > 0 {
			line.WriteString("  ")
		}
		pad := strings.Repeat(" ", max(0, t.width[i]-utf8.RuneCountInString(c)))
		if t.right[i] {
			line.WriteString(pad + c)
		} else {
			line.WriteString(c + pad)
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(line.String(), " ")+"\n")
	return err
}

func isNumber(columnType string) bool {
	name, _, _ := strings.Cut(columnType, "(")
	switch name {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL":
		return true
	}
	return false
}

// cellText is a value in a table: nothing in it moves the cursor.
func cellText(v any, columnType string) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []byte:
		return cut(escape.String(string(v)))
	}
	return cut(escape.String(valueText(v, columnType)))
}

func cut(s string) string {
	if utf8.RuneCountInString(s) <= widestCell {
		return s
	}
	return string([]rune(s)[:widestCell-1]) + "…"
}

// valueText is a value as text: nothing for null, base64 for bytes, JSON for lists
// and structs.
func valueText(v any, columnType string) string {
	switch v := jsonValue(v, columnType).(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return string(v)
	default:
		return string(encodeJSON(v))
	}
}

// jsonValue is a value in the terms of JSON.
func jsonValue(v any, columnType string) any {
	switch v := v.(type) {
	case nil, bool, string, int8, int16, int32, int64, uint8, uint16, uint32, uint64:
		return v
	case float32:
		return jsonFloat(float64(v), 32)
	case float64:
		return jsonFloat(v, 64)
	case *big.Int:
		return json.Number(v.String())
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case time.Time:
		return timeText(v, columnType)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = jsonValue(e, strings.TrimSuffix(columnType, "[]"))
		}
		return list
	case map[string]any:
		fields := make(map[string]any, len(v))
		for name, field := range v {
			fields[name] = jsonValue(field, "")
		}
		return fields
	case interface{ Float64() float64 }: // a decimal
		return json.Number(fmt.Sprint(v))
	}
	return fmt.Sprint(v)
}

func jsonFloat(f float64, bits int) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return strconv.FormatFloat(f, 'g', -1, bits)
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, bits))
}

// timeText is a time as everywhere in a snapshot, down to microseconds.
func timeText(t time.Time, columnType string) string {
	switch columnType {
	case "DATE":
		return t.Format(time.DateOnly)
	case "TIME", "TIMETZ", "TIME WITH TIME ZONE":
		return t.Format("15:04:05.000000")
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return t.Format("2006-01-02T15:04:05.000000")
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

// encodeJSON does not fail: jsonValue leaves nothing that could.
func encodeJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
