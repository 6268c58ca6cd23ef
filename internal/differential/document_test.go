package differential

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/PARSERS.md anew")

const documentHead = `# How parsers differ

Other people's parsers, compared with the grammar of this module (` + "`internal/mtasts`" + `) on the inputs of its tables, on every text of the test
internet, on texts generated from the ABNF of the RFCs, and on %d mutations of each of the four kinds. Whoever compares figures of two tools finds
here what they count differently. The tables are written by ` + "`go test -update`" + ` in internal/differential, and each row has a test that shows it.

| parser | version | what it is |
|---|---|---|
| mox | %s | packages mtasts and tlsrpt of a mail server |
| go-mtasts | %s | the MTA-STS library taken out of maddy, a mail server; it knows no TLS reporting |
| ABNF | go-abnf %s | the grammars of RFC 8461 sections 3.1 and 3.2, RFC 8460 section 3 and RFC 3986, run by a machine, with the prose about fields that are required or given twice |

With the ABNF there is no difference. "accepts" is said of what we refuse; "differs" of what we accept and the other refuses or reads otherwise.
"departs": the RFC says something else. "open": the RFC leaves room, and the reason tells what we made of it.
`

// The document is what the rows say.
func TestDocument(t *testing.T) {
	gomod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := func(module string) string {
		found := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(module) + ` (\S+)`).FindSubmatch(gomod)
		if found == nil {
			t.Fatalf("go.mod has no %s", module)
		}
		return string(found[1])
	}
	var doc bytes.Buffer
	fmt.Fprintf(&doc, documentHead, mutants, version("github.com/mjl-/mox"), version("github.com/foxcpp/go-mtasts"), version("github.com/pandatix/go-abnf"))
	table(&doc, "TXT records of MTA-STS", recordClasses())
	table(&doc, "Policies", policyClasses())
	table(&doc, "Does an MX host match a pattern", matchClasses())
	table(&doc, "TXT records of TLS reporting", tlsrptClasses())

	name := filepath.Join("..", "..", "docs", "PARSERS.md")
	if *update {
		if err := os.WriteFile(name, doc.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, doc.Bytes()) {
		t.Errorf("%s is not what the classes say: go test -run Document -update", name)
	}
}

func table[In any](doc *bytes.Buffer, title string, classes []class[In]) {
	fmt.Fprintf(doc, "\n## %s\n\n| parser | kind of input | example | it | | why |\n|---|---|---|---|---|---|\n", title)
	for _, c := range classes {
		does := "accepts"
		if c.repair != nil {
			does = "differs"
		}
		verdict := "departs"
		if c.right == bothAre {
			verdict = "open"
		}
		cells := []string{c.parser, c.name, "`" + shortened(quoted(c.example)) + "`", does, verdict, c.why}
		for _, cell := range cells {
			fmt.Fprintf(doc, "| %s ", strings.ReplaceAll(cell, "|", `\|`))
		}
		doc.WriteString("|\n")
	}
}

// maxShown is how much of an example is shown.
const maxShown = 130

func shortened(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return s[:maxShown-4] + " …" + s[len(s)-2:]
}
