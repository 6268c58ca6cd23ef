package inputs

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// read reads text through a file and returns its entries.
func read(t *testing.T, l List, data []byte) ([]Entry, ListSummary, error) {
	t.Helper()
	l.Path = filepath.Join(t.TempDir(), "list")
	if l.Name == "" {
		l.Name = "test"
	}
	if err := os.WriteFile(l.Path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var got []Entry
	sum, err := ReadList(t.Context(), l, nil, func(e Entry) error { got = append(got, e); return nil })
	return got, sum, err
}

var formatTable = []struct {
	why, text, format string
	want              []Entry
}{
	{"plain", "example.com\nExample.ORG.\n", "plain", []Entry{
		{Line: 1, Input: "example.com", Domain: "example.com"},
		{Line: 2, Input: "Example.ORG.", Domain: "example.org"}}},
	{"no newline at the end", "example.com", "plain", []Entry{
		{Line: 1, Input: "example.com", Domain: "example.com"}}},
	{"BOM, CRLF, blank lines, comments, blanks", "\ufeff# a list\r\n\r\n \t\r\n  # more\r\n  example.com \t\r\n", "plain", []Entry{
		{Line: 5, Input: "example.com", Domain: "example.com"}}},
	{"URLs", "https://www.example.com/a?b=c.d\nhttp://user:pw@example.org:8080\nexample.net\n", "plain", []Entry{
		{Line: 1, Input: "https://www.example.com/a?b=c.d", Domain: "www.example.com"},
		{Line: 2, Input: "http://user:pw@example.org:8080", Domain: "example.org"},
		{Line: 3, Input: "example.net", Domain: "example.net"}}},
	{"bad URLs", "://a.example\nhttps:///x\nhttps://a.example:x/\nhttps://[2001:db8::1]/\nhttps://192.0.2.1/\nok.example\n", "plain", []Entry{
		{Line: 1, Input: "://a.example", Reason: ReasonBadURL},
		{Line: 2, Input: "https:///x", Reason: ReasonBadURL},
		{Line: 3, Input: "https://a.example:x/", Reason: ReasonBadURL},
		{Line: 4, Input: "https://[2001:db8::1]/", Reason: ReasonIPAddress},
		{Line: 5, Input: "https://192.0.2.1/", Reason: ReasonIPAddress},
		{Line: 6, Input: "ok.example", Domain: "ok.example"}}},
	{"a stray comma does not make a table", "a.example\nb.example\nc,d\ne.example\n", "plain", []Entry{
		{Line: 1, Input: "a.example", Domain: "a.example"},
		{Line: 2, Input: "b.example", Domain: "b.example"},
		{Line: 3, Input: "c,d", Reason: ReasonBadCharacter},
		{Line: 4, Input: "e.example", Domain: "e.example"}}},
	{"Tranco, Umbrella", "1,example.com\r\n2,com\r\n3,例え.jp\r\n", "csv", []Entry{
		{Line: 1, Input: "example.com", Rank: 1, Domain: "example.com"},
		{Line: 2, Input: "2,com", Reason: ReasonSingleLabel},
		{Line: 3, Input: "例え.jp", Rank: 3, Domain: "xn--r8jz45g.jp"}}},
	{"a header, other columns, quotes", "\"Name\",x,Rank\n\"example.com\",\"a,\"\"b\",7\nexample.org,,\n", "csv", []Entry{
		{Line: 2, Input: "example.com", Rank: 7, Domain: "example.com"},
		{Line: 3, Input: "example.org", Domain: "example.org"}}},
	{"a header of one column", "domain\nexample.com\n", "csv", []Entry{
		{Line: 2, Input: "example.com", Domain: "example.com"}}},
	{"name in front", "example.com,5\nexample.org,6\n", "csv", []Entry{
		{Line: 1, Input: "example.com", Rank: 5, Domain: "example.com"},
		{Line: 2, Input: "example.org", Rank: 6, Domain: "example.org"}}},
	{"bad rows", "1,a.example\n2\n3,\n4,\"b.example\n-5,c.example\n", "csv", []Entry{
		{Line: 1, Input: "a.example", Rank: 1, Domain: "a.example"},
		{Line: 2, Input: "2", Reason: ReasonNoDomainField},
		{Line: 3, Input: "3,", Reason: ReasonEmpty},
		{Line: 4, Input: `4,"b.example`, Reason: ReasonBadQuoting},
		{Line: 5, Input: "c.example", Domain: "c.example"}}},
	{"Majestic", "GlobalRank,TldRank,Domain,TLD,RefSubNets,RefIPs,IDN_Domain,IDN_TLD,PrevGlobalRank\n1,1,google.com,com,1,2,google.com,com,1\n", "majestic", []Entry{
		{Line: 2, Input: "google.com", Rank: 1, Domain: "google.com"}}},
	{"CrUX", "origin,popularity\nhttps://www.example.com,1000\nhttp://example.org,5000\n", "crux", []Entry{
		{Line: 2, Input: "https://www.example.com", Rank: 1000, Domain: "www.example.com"},
		{Line: 3, Input: "http://example.org", Rank: 5000, Domain: "example.org"}}},
	{"CrUX as others publish it", "origin,rank\nhttps://www.example.com,1000\n", "crux", []Entry{
		{Line: 2, Input: "https://www.example.com", Rank: 1000, Domain: "www.example.com"}}},
	{"zone as of CZDS", "example.\t900\tin\tsoa\tns.example. h.example. 1 2 3 4 5\n" +
		"example.\t900\tin\tns\tns.nic.example.\n" +
		"a.example.\t900\tin\tns\tns1.a.example.\n" +
		"a.example.\t900\tin\tns\tns2.a.example.\n" +
		"a.example.\t900\tin\tds\t1 13 2 00\n" +
		"B.example.\t900\tin\tns\tns1.other.\n" +
		"ns1.a.example.\t900\tin\ta\t192.0.2.1\n", "zone", []Entry{
		{Line: 3, Input: "a.example.", Domain: "a.example"},
		{Line: 6, Input: "B.example.", Domain: "b.example"}}},
	{"zone as written by hand", "; a zone\n$ORIGIN example.\n$TTL 1h\n@ IN SOA ns h ( 1 ; (serial\n 2 3 4 5 )\n  NS ns\na 1h IN NS ns\n  NS ns.other.\nb IN 1h NS ns\nc TXT \"( NS\"\nd NS ns\n", "zone", []Entry{
		{Line: 7, Input: "a.example.", Domain: "a.example"},
		{Line: 9, Input: "b.example.", Domain: "b.example"},
		{Line: 11, Input: "d.example.", Domain: "d.example"}}},
}

func TestFormats(t *testing.T) {
	for _, c := range formatTable {
		got, sum, err := read(t, List{}, []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s:\n%s", c.why, d)
		}
		if sum.Format != c.format {
			t.Errorf("%s: format %s, want %s", c.why, sum.Format, c.format)
		}
		if want := strings.Count(strings.TrimSuffix(c.text, "\n"), "\n") + 1; sum.Lines != want {
			t.Errorf("%s: %d lines, want %d", c.why, sum.Lines, want)
		}
	}
}

func TestFormatForced(t *testing.T) {
	got, sum, err := read(t, List{Format: "plain"}, []byte("a.example\n1,b.example\n2,c.example\n"))
	if err != nil || sum.Names != 1 || sum.Rejected["bad_character"] != 2 || len(got) != 3 {
		t.Errorf("%v, %+v, %v", got, sum, err)
	}
}

func TestLongLine(t *testing.T) {
	text := strings.Repeat("a", 3*maxLine) + ".example\nok.example\n" + strings.Repeat("b", 2*maxLine)
	got, sum, err := read(t, List{}, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{Line: 1, Input: strings.Repeat("a", maxRejectText), Reason: ReasonLineTooLong},
		{Line: 2, Input: "ok.example", Domain: "ok.example"},
		{Line: 3, Input: strings.Repeat("b", maxRejectText), Reason: ReasonLineTooLong},
	}
	if d := cmp.Diff(want, got); d != "" || sum.Lines != 3 {
		t.Errorf("%d lines\n%s", sum.Lines, d)
	}
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

func zstded(data []byte) []byte {
	var b bytes.Buffer
	w, _ := zstd.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

func zipped(files ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, _ := w.Create(files[i])
		_, _ = io.WriteString(f, files[i+1])
	}
	_ = w.Close()
	return b.Bytes()
}

func TestCompression(t *testing.T) {
	text := "1,example.com\n2,example.org\n"
	two := append(gzipped([]byte(text[:14])), gzipped([]byte(text[14:]))...)
	for _, c := range []struct {
		why  string
		data []byte
	}{
		{"text", []byte(text)},
		{"gzip", gzipped([]byte(text))},
		{"gzip of two members", two},
		{"zstd", zstded([]byte(text))},
		{"zip", zipped("top-1m.csv", text)},
		{"zip with a folder and what macOS adds", zipped("d/", "", "d/top-1m.csv", text, "__MACOSX/d/._top-1m.csv", "x", "d/.DS_Store", "x")},
		{"gzip in a zip", zipped("top-1m.csv.gz", string(gzipped([]byte(text))))},
	} {
		want := sha256.Sum256(c.data)
		check := func(via string, got []Entry, sum ListSummary, err error) {
			if err != nil || len(got) != 2 || got[1].Domain != "example.org" || got[1].Rank != 2 {
				t.Errorf("%s, %s: %v, %v", c.why, via, got, err)
			}
			if sum.SHA256 != hex.EncodeToString(want[:]) {
				t.Errorf("%s, %s: SHA-256 %s, want that of the stored bytes %x", c.why, via, sum.SHA256, want)
			}
		}
		got, sum, err := read(t, List{}, c.data)
		check("file", got, sum, err)
		got = nil
		sum, err = ReadList(t.Context(), ParseList("-"), bytes.NewReader(c.data),
			func(e Entry) error { got = append(got, e); return nil })
		check("standard input", got, sum, err)
	}
}

func TestUnusableLists(t *testing.T) {
	good := "1,example.com\n2,example.org\n"
	incompressible := make([]byte, 1<<16)
	for i := range incompressible {
		incompressible[i] = "abcdefghijklmnop.\n"[(i*i+i/7)%18]
	}
	gz, zs, zp := gzipped(incompressible), zstded(incompressible), zipped("a.csv", good)
	flipped := bytes.Clone(gz)
	flipped[len(flipped)-6] ^= 1 // in the CRC
	for _, c := range []struct {
		why  string
		data []byte
		want []string // in the message
	}{
		{"gzip cut short", gz[:len(gz)/2], []string{"gzip", "broken or cut short", "fetch"}},
		{"gzip with a wrong checksum", flipped, []string{"gzip", "broken or cut short", "line"}},
		{"gzip header only", gz[:5], []string{"gzip", "broken"}},
		{"zstd cut short", zs[:len(zs)/2], []string{"zstd", "broken"}},
		{"zip cut short", zp[:len(zp)-30], []string{"zip", "broken"}},
		{"zip of two lists", zipped("a.csv", good, "b.csv", good), []string{"2 files (a.csv, b.csv)", "unpack"}},
		{"zip of nothing", zipped(), []string{"no file"}},
		{"zip in a zip", zipped("a.zip", string(zp)), []string{"zip"}},
		{"bzip2", []byte("BZh91AY&SY"), []string{"bzip2", ".gz, .zst or .zip"}},
		{"UTF-16", []byte("\xff\xfea\x00"), []string{"UTF-16"}},
		{"binary", []byte("a\x00b\n"), []string{"binary"}},
		{"empty", nil, []string{"holds no names"}},
		{"comments only", []byte("# a\n\n"), []string{"holds no names"}},
		{"no name", []byte("hello\nworld\n"), []string{"line 1", "none of the list's 2 lines", `"hello"`, "single_label"}},
		{"CSV without a domain column", []byte("id,count\n1,2\n3,4\n"), []string{"without a domain column", `"id,count"`, "header"}},
	} {
		_, _, err := read(t, List{Name: "mylist"}, c.data)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v, want an *Error", c.why, err)
			continue
		}
		for _, w := range append(c.want, "list mylist: ") {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", c.why, err, w)
			}
		}
		if strings.Contains(err.Error(), "\n") || e.Mend == "" {
			t.Errorf("%s: %q: want one line, with what to do", c.why, err)
		}
	}
}

func TestUnreadableLists(t *testing.T) {
	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "missing"): "no such file",
		t.TempDir():                           "directory",
		Stdin:                                 "no standard input",
	} {
		_, err := ReadList(t.Context(), List{Name: "x", Path: path}, nil, nil)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	broken := errors.New("broken pipe")
	_, err := ReadList(t.Context(), ParseList("-"), io.MultiReader(strings.NewReader("a.example\n"), errReader{broken}),
		func(Entry) error { return nil })
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, broken) {
		t.Errorf("a failing pipe: %v", err)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// blocked is a standard input on which nothing comes.
type blocked struct{ release chan struct{} }

func (r blocked) Read([]byte) (int, error) { <-r.release; return 0, io.EOF }

func TestReadCancelled(t *testing.T) {
	in := blocked{make(chan struct{})}
	defer close(in.release)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := ReadList(ctx, ParseList("-"), in, func(Entry) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("blocked standard input: %v", err)
	}
	l := List{Name: "x", Path: filepath.Join(t.TempDir(), "x")}
	if err := os.WriteFile(l.Path, []byte("a.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadList(ctx, l, nil, func(Entry) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("file: %v", err)
	}
}

func TestCallbackError(t *testing.T) {
	stop := errors.New("enough")
	_, err := ReadList(t.Context(), ParseList("-"), strings.NewReader("a.example\nb.example\n"), func(Entry) error { return stop })
	if err != stop {
		t.Errorf("error %v, want that of the callback", err)
	}
}

func TestParseList(t *testing.T) {
	for arg, want := range map[string]List{
		"-":                   {Name: "stdin", Path: "-"},
		"lists/tranco.csv.gz": {Name: "tranco.csv.gz", Path: "lists/tranco.csv.gz"},
		"tranco=a/b.csv":      {Name: "tranco", Path: "a/b.csv"},
		"pipe=-":              {Name: "pipe", Path: "-"},
		"a=b=c":               {Name: "a", Path: "b=c"},
		"./a=b":               {Name: "a=b", Path: "./a=b"},
		"a=":                  {Name: "a=", Path: "a="},
	} {
		if got := ParseList(arg); got != want {
			t.Errorf("ParseList(%q) = %+v, want %+v", arg, got, want)
		}
	}
}

// FuzzLines gives every format arbitrary bytes: nothing may panic, a name given is
// normalised, a reason is one of the list.
func FuzzLines(f *testing.F) {
	for _, c := range formatTable {
		f.Add([]byte(c.text))
	}
	known := map[Reason]bool{"": true}
	for _, r := range Reasons() {
		known[r] = true
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range append(Formats(), "") {
			l := List{Name: "fuzz", Path: Stdin, Format: format}
			names, rejected := 0, 0
			sum, err := ReadList(t.Context(), l, bytes.NewReader(data), func(e Entry) error {
				if !known[e.Reason] || (e.Reason == "") != (e.Domain != "") || e.Line < 1 || e.Rank < 0 {
					return fmt.Errorf("entry %+v", e)
				}
				if again, err := Normalize(e.Domain); e.Domain != "" && (again != e.Domain || err != nil) {
					return fmt.Errorf("entry %+v is not normalised", e)
				}
				if e.Reason == "" {
					names++
				} else {
					rejected++
				}
				return nil
			})
			var e *Error
			if err != nil && !errors.As(err, &e) {
				t.Fatal(err)
			}
			for _, n := range sum.Rejected {
				rejected -= n
			}
			if names != sum.Names || rejected != 0 {
				t.Fatalf("summary %+v, %d names seen, %d rejects more than counted", sum, names, rejected)
			}
		}
	})
}
