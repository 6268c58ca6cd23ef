package mtasts

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

var updateCorpus = flag.Bool("update", false, "write testdata/corpus anew from the tables")

// The inputs of the tables lie in testdata/corpus too, for the tests that live
// in a module of their own and compare other parsers with this one: a line a
// case, its texts quoted as in Go, with a tab between them. The expectations
// stay here.
func TestCorpus(t *testing.T) {
	var records, policies, matches, tlsrpt [][]string
	for _, c := range recordCases() {
		records = append(records, c.txts)
	}
	for _, c := range policyCases() {
		policies = append(policies, []string{c.body})
	}
	for _, c := range patternCases() {
		matches = append(matches, []string{c.pattern, "mail.example.com"})
		matches = append(matches, []string{c.pattern, c.pattern})
	}
	for _, c := range matchCases() {
		matches = append(matches, []string{c.pattern, c.host})
	}
	for _, c := range tlsrptCases() {
		tlsrpt = append(tlsrpt, c.txts)
	}
	for _, c := range []struct {
		name  string
		cases [][]string
	}{
		{"records.txt", records},
		{"policies.txt", policies},
		{"matches.txt", matches},
		{"tlsrpt.txt", tlsrpt},
	} {
		var want bytes.Buffer
		for _, texts := range c.cases {
			for i, s := range texts {
				if i > 0 {
					want.WriteByte('\t')
				}
				want.WriteString(strconv.QuoteToASCII(s))
			}
			want.WriteByte('\n')
		}
		name := filepath.Join("testdata", "corpus", c.name)
		if *updateCorpus {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s is not what the tables say: go test ./internal/mtasts -run Corpus -update", name)
		}
	}
}
