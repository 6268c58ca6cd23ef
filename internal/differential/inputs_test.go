package differential

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"stscan/internal/lab"
)

// corpus reads the inputs of the tables of internal/mtasts.
func corpus(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "mtasts", "testdata", "corpus", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out [][]string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var texts []string
		for quoted := range strings.SplitSeq(lines.Text(), "\t") {
			if quoted == "" { // an empty RRset
				continue
			}
			s, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			texts = append(texts, s)
		}
		out = append(out, texts)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// placeholders of the lab's scenarios, filled in for one domain.
func filled(s string) string {
	return strings.NewReplacer("{domain}", "example.com", "{dash}", "example-com", "{id}", "20160831085700Z").Replace(s)
}

// labRecords and labPolicies are the texts of every scenario of the lab.
func labRecords() [][]string {
	var out [][]string
	for _, s := range lab.Scenarios() {
		var set []string
		for _, txt := range s.Record.TXT {
			set = append(set, filled(txt))
		}
		out = append(out, set)
	}
	return out
}

func labPolicies() []string {
	var out []string
	for _, s := range lab.Scenarios() {
		for _, w := range s.Policy.Servers {
			// A body of megabytes is a matter of the fetch, not of the grammar.
			if body := filled(w.HTTP.Body); len(body) <= maxInput {
				out = append(out, body)
			}
		}
	}
	return out
}

// maxInput bounds inputs, in bytes: long ones show nothing new to a grammar.
const maxInput = 4096

// mutants is how many mutated inputs each test makes. They come of the numbers
// 0 to mutants-1, so every run has the same.
const mutants = 20000

// mutate changes s in up to three places. Pieces are what matters to the
// grammar that s is in.
func mutate(t *rapid.T, s string, pieces []string) string {
	for range rapid.IntRange(1, 3).Draw(t, "edits") {
		at := rapid.IntRange(0, len(s)).Draw(t, "at")
		n := min(rapid.IntRange(0, 6).Draw(t, "length"), len(s)-at)
		switch rapid.IntRange(0, 4).Draw(t, "edit") {
		case 0: // take away
			s = s[:at] + s[at+n:]
		case 1: // put in
			s = s[:at] + rapid.SampledFrom(pieces).Draw(t, "piece") + s[at:]
		case 2: // put in for what is there
			s = s[:at] + rapid.SampledFrom(pieces).Draw(t, "piece") + s[at+n:]
		case 3: // any byte
			s = s[:at] + string([]byte{rapid.Byte().Draw(t, "byte")}) + s[at:]
		case 4: // say it again, further on
			to := rapid.IntRange(0, len(s)).Draw(t, "to")
			s = s[:to] + s[at:at+n] + s[to:]
		}
	}
	return s[:min(len(s), maxInput)]
}

// mutatedSets mutates TXT RRsets: the RRs, and which there are.
func mutatedSets(seeds [][]string, pieces []string) [][]string {
	gen := rapid.Custom(func(t *rapid.T) []string {
		set := slices.Clone(rapid.SampledFrom(seeds).Draw(t, "seed"))
		for i := range set {
			set[i] = mutate(t, set[i], pieces)
		}
		if rapid.IntRange(0, 9).Draw(t, "join") == 0 {
			set = append(set, rapid.SampledFrom(seeds).Draw(t, "other")...)
		}
		return set
	})
	return examples(gen)
}

func mutatedTexts(seeds, pieces []string) []string {
	return examples(rapid.Custom(func(t *rapid.T) string {
		return mutate(t, rapid.SampledFrom(seeds).Draw(t, "seed"), pieces)
	}))
}

func examples[V any](gen *rapid.Generator[V]) []V {
	out := make([]V, 0, mutants)
	for n := range mutants {
		out = append(out, gen.Example(n))
	}
	return out
}
