package taxonomy

import (
	"slices"
	"strings"
)

// table is the finding table: read-only, in the order of the layers.
var table = slices.Concat(domainRows, recordRows, policyHostRows, policyHTTPRows, policyBodyRows,
	mxRows, matchRows, inconclusiveRows, tlsrptRows)

// byCode holds the indices of table sorted by code, for Of.
var byCode = sortedByCode(table)

func sortedByCode(rows []Entry) []int {
	index := make([]int, len(rows))
	for i := range index {
		index[i] = i
	}
	slices.SortFunc(index, func(a, b int) int { return strings.Compare(string(rows[a].Code), string(rows[b].Code)) })
	return index
}

// Of returns the table's entry for code; ok is false for a code it does not have.
func Of(code Code) (e Entry, ok bool) {
	row := Row(code)
	if row < 0 {
		return Entry{}, false
	}
	return table[row], true
}

// Row is the place of code in the table, from 0; -1 for a code it does not have.
func Row(code Code) int {
	i, ok := slices.BinarySearchFunc(byCode, code, func(row int, c Code) int {
		return strings.Compare(string(table[row].Code), string(c))
	})
	if !ok {
		return -1
	}
	return byCode[i]
}

// Table returns a copy of the finding table, in the order of the layers.
func Table() []Entry { return slices.Clone(table) }
