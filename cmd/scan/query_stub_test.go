//go:build !cgo || noduckdb

package main

import (
	"strings"
	"testing"
)

// A build without DuckDB says in one line how to get it.
func TestQueryWithoutDuckDB(t *testing.T) {
	for _, args := range [][]string{{"query", t.TempDir() + "x", "SELECT 1"}, {"report", t.TempDir()}} {
		code, stdout, stderr := command(t, "", args...)
		if code != exitUsage || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "build with cgo and a C++ compiler") {
			t.Errorf("%v: exit %d %q %q", args, code, stdout, stderr)
		}
	}
}
