package inputs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"stscan/internal/evidence"
)

// build makes a spool of lists given as name, text, name, text, …
func build(t *testing.T, c SpoolConfig, lists ...string) *Spool {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(lists); i += 2 {
		l := List{Name: lists[i], Path: filepath.Join(dir, lists[i])}
		if err := os.WriteFile(l.Path, []byte(lists[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
		c.Lists = append(c.Lists, l)
	}
	c.Dir = filepath.Join(dir, "_work")
	sum, err := BuildSpool(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenSpool(c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if d := cmp.Diff(sum, s.Summary()); d != "" {
		t.Errorf("the summary is read back differently:\n%s", d)
	}
	return s
}

// all returns the targets of every chunk, checking the sizes of the chunks.
func all(t *testing.T, s *Spool) []evidence.Target {
	t.Helper()
	var out []evidence.Target
	for i := range s.Chunks() {
		targets, err := s.Targets(i)
		if err != nil {
			t.Fatal(err)
		}
		if i < s.Chunks()-1 && len(targets) != s.Summary().ChunkSize || len(targets) == 0 {
			t.Errorf("chunk %d of %d has %d names, chunk size %d", i, s.Chunks(), len(targets), s.Summary().ChunkSize)
		}
		out = append(out, targets...)
	}
	if len(out) != s.Summary().Names {
		t.Errorf("%d names in the chunks, %d in the summary", len(out), s.Summary().Names)
	}
	return out
}

func domains(targets []evidence.Target) []string {
	var out []string
	for _, t := range targets {
		out = append(out, t.Domain)
	}
	return out
}

func TestTargets(t *testing.T) {
	s := build(t, SpoolConfig{Seed: 1},
		"plain", "Example.com\nexample.com\nwww.example.co.uk\n",
		"ranked", "1,x.github.io\n2,EXAMPLE.com.\n3,MÜNCHEN.de\n4,example.com\n")
	want := []evidence.Target{
		{Domain: "example.com", Input: "Example.com", Rank: 2, List: "plain",
			Lists: []evidence.ListEntry{{List: "plain", Line: 1}, {List: "ranked", Rank: 2, Line: 2}},
			TLD:   "com", Registrable: "example.com", RegistrablePrivate: "example.com"},
		{Domain: "www.example.co.uk", Input: "www.example.co.uk", List: "plain",
			Lists: []evidence.ListEntry{{List: "plain", Line: 3}},
			TLD:   "uk", Registrable: "example.co.uk", RegistrablePrivate: "example.co.uk"},
		{Domain: "x.github.io", Input: "x.github.io", Rank: 1, List: "ranked",
			Lists: []evidence.ListEntry{{List: "ranked", Rank: 1, Line: 1}},
			TLD:   "io", Registrable: "github.io", RegistrablePrivate: "x.github.io"},
		{Domain: "xn--mnchen-3ya.de", Input: "MÜNCHEN.de", Rank: 3, List: "ranked",
			Lists: []evidence.ListEntry{{List: "ranked", Rank: 3, Line: 3}},
			TLD:   "de", Registrable: "xn--mnchen-3ya.de", RegistrablePrivate: "xn--mnchen-3ya.de"},
	}
	slices.SortFunc(want, func(a, b evidence.Target) int {
		return bytes.Compare(orderKey(1, a.Domain), orderKey(1, b.Domain))
	})
	if d := cmp.Diff(want, all(t, s)); d != "" {
		t.Error(d)
	}
	var digest evidence.NamesDigest
	for _, w := range want {
		digest.Add(w.Domain)
	}
	if s.Summary().Digest != digest.String() {
		t.Errorf("digest %s, want %s", s.Summary().Digest, digest)
	}
}

func orderKey(seed uint64, domain string) []byte {
	return []byte(fmt.Sprintf("%016x %s", Order(seed, domain), domain))
}

// TestOrderDependsOnTheSetOnly: names, order and chunks are the same whatever
// the order of lines and lists, repetitions, spelling and the number of buckets.
func TestOrderDependsOnTheSetOnly(t *testing.T) {
	var names []string
	for i := range 3000 {
		names = append(names, fmt.Sprintf("name-%d.example", i))
	}
	one := domains(all(t, build(t, SpoolConfig{Seed: 3, ChunkSize: 700}, "a", strings.Join(names, "\n"))))
	if !slices.IsSortedFunc(one, func(a, b string) int { return bytes.Compare(orderKey(3, a), orderKey(3, b)) }) {
		t.Error("the names do not stand in the order of the hash")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	two := domains(all(t, build(t, SpoolConfig{Seed: 3, ChunkSize: 700, maxBucket: 300},
		"b", strings.ToUpper(strings.Join(names[1000:], ".\n")),
		"a", strings.Join(names[:2000], "\r\n"))))
	if d := cmp.Diff(one, two); d != "" {
		t.Error(d)
	}
	other := domains(all(t, build(t, SpoolConfig{Seed: 4, ChunkSize: 700}, "a", strings.Join(names, "\n"))))
	if slices.Equal(one, other) {
		t.Error("another seed gives the same order")
	}
	slices.Sort(one)
	slices.Sort(other)
	if !slices.Equal(one, other) {
		t.Error("another seed gives other names")
	}
}

// TestManyLists: the mentions of a name stand in the order of the lists, its
// first line in each, however many names share a bucket.
func TestManyLists(t *testing.T) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "n%d.example\n", i)
	}
	text.WriteString("n0.example\n")
	var lists, want []string
	for i := range 30 {
		want = append(want, fmt.Sprintf("list-%02d", 29-i))
		lists = append(lists, want[i], text.String())
	}
	for _, target := range all(t, build(t, SpoolConfig{}, lists...)) {
		var got []string
		for _, e := range target.Lists {
			got = append(got, e.List)
			if fmt.Sprintf("n%d.example", e.Line-1) != target.Domain {
				t.Errorf("%s in line %d", target.Domain, e.Line)
			}
		}
		if !slices.Equal(got, want) || target.List != want[0] {
			t.Fatalf("%s: first in %s, then %v", target.Domain, target.List, got)
		}
	}
}

// TestRepetitionsFillNoBucket: the same name again and again takes no room; in
// another list it is another mention.
func TestRepetitionsFillNoBucket(t *testing.T) {
	p, err := newPartition(filepath.Join(t.TempDir(), "buckets"), 0)
	if err != nil {
		t.Fatal(err)
	}
	for list := range uint64(2) {
		for line := range uint64(100_000) {
			if err := p.add(record{hash: 1, domain: []byte("a.example"), list: list, line: line + 1}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	data, err := p.buckets[0].load()
	if err != nil {
		t.Fatal(err)
	}
	var got []merged
	s := &sorter{emit: func(m merged) error { got = append(got, m); return nil }}
	if err := s.inMemory(data); err != nil {
		t.Fatal(err)
	}
	if len(data) > 100 || len(got) != 1 || len(got[0].lists) != 2 || got[0].lists[1].line != 1 {
		t.Errorf("%d bytes, %+v", len(data), got)
	}
}

func TestChunkSize(t *testing.T) {
	for _, c := range []struct{ asked, names, want int }{
		{0, 1, 500}, {0, 25_000, 500}, {0, 25_001, 501}, {0, 100_000, 2000}, {0, 1_000_000, 20_000}, {0, 400_000_000, 20_000},
		{1, 10, 1}, {50_000, 10, 50_000},
	} {
		if got := chunkSize(c.asked, c.names); got != c.want {
			t.Errorf("chunk size %d for %d names: %d, want %d", c.asked, c.names, got, c.want)
		}
	}
}

func TestChunkBounds(t *testing.T) {
	var text strings.Builder
	for i := range 2*blockNames + 1 {
		fmt.Fprintf(&text, "n%d.example\n", i)
	}
	whole := domains(all(t, build(t, SpoolConfig{ChunkSize: 10_000}, "a", text.String())))
	for _, size := range []int{1, 2, blockNames - 1, blockNames, blockNames + 1, 2 * blockNames, len(whole) - 1, len(whole)} {
		s := build(t, SpoolConfig{ChunkSize: size}, "a", text.String())
		if d := cmp.Diff(whole, domains(all(t, s))); d != "" {
			t.Errorf("chunks of %d:\n%s", size, d)
		}
		for _, bad := range []int{-1, s.Chunks()} {
			if _, err := s.Targets(bad); err == nil {
				t.Errorf("chunk %d of %d: no error", bad, s.Chunks())
			}
		}
	}
}

func TestLimit(t *testing.T) {
	s := build(t, SpoolConfig{Limit: 3},
		"a", "a.example\nbad\nA.example\nb.example\na.example\nc.example\nd.example\ne.example\n", "b", "f.example\n")
	got := domains(all(t, s))
	slices.Sort(got)
	if d := cmp.Diff([]string{"a.example", "b.example", "c.example"}, got); d != "" {
		t.Error(d)
	}
	lists := s.Summary().Lists
	if !lists[0].Stopped || lists[0].Names != 5 || !lists[1].Stopped || lists[1].Names != 0 || lists[1].SHA256 == "" {
		t.Errorf("lists %+v", lists)
	}
	// The digest is of the whole file all the same: sha256sum of the text.
	if want := "5e5c1997042ed78dbc1f51a25e47897558d1adfe170ffdcb3ec0648d4a1a472f"; lists[0].SHA256 != want {
		t.Errorf("digest %s, want %s", lists[0].SHA256, want)
	}
}

func TestUnitRegistrable(t *testing.T) {
	s := build(t, SpoolConfig{Unit: UnitRegistrable}, "a", "www.example.co.uk\nmail.example.co.uk\nco.uk\nx.github.io\n")
	got := all(t, s)
	names := domains(got)
	slices.Sort(names)
	if d := cmp.Diff([]string{"example.co.uk", "github.io"}, names); d != "" {
		t.Error(d)
	}
	for _, g := range got {
		if g.Domain == "example.co.uk" && (g.Input != "www.example.co.uk" || len(g.Lists) != 1 || g.Lists[0].Line != 1) {
			t.Errorf("%+v: want the first line that gave it", g)
		}
	}
	l := s.Summary().Lists[0]
	if l.Names != 3 || l.Rejected["public_suffix"] != 1 {
		t.Errorf("%+v", l)
	}
}

func TestRejects(t *testing.T) {
	var text strings.Builder
	text.WriteString("ok.example\n")
	for i := range 150 {
		fmt.Fprintf(&text, "single%d\n", i)
	}
	text.WriteString("192.0.2.1\n\xffbad.example\n")
	s := build(t, SpoolConfig{}, "mine", text.String())
	sum := s.Summary()
	want := map[string]int{"single_label": 150, "ip_address": 1, "bad_encoding": 1}
	if d := cmp.Diff(want, sum.Lists[0].Rejected); d != "" {
		t.Error(d)
	}
	if len(sum.FirstRejects) != 100 || sum.FirstRejects[0] != (Reject{"mine", 2, "single0", ReasonSingleLabel}) {
		t.Errorf("%d first rejects, %+v", len(sum.FirstRejects), sum.FirstRejects[0])
	}
	packed, err := os.ReadFile(s.Rejected())
	if err != nil {
		t.Fatal(err)
	}
	d, _ := zstd.NewReader(nil)
	defer d.Close()
	lines, err := d.DecodeAll(packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(lines)), "\n")
	var last Reject
	if err := json.Unmarshal([]byte(rows[len(rows)-1]), &last); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 152 || last != (Reject{"mine", 153, `\xffbad.example`, ReasonBadEncoding}) {
		t.Errorf("%d rows, last %+v", len(rows), last)
	}
}

// TestNothingHalfDone: whatever stops a build, no spool is there afterwards,
// nor anything else; and one that is there is left alone.
func TestNothingHalfDone(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "list")
	if err := os.WriteFile(list, []byte("a.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(dir, "_work")
	good := SpoolConfig{Dir: work, Lists: []List{{Name: "good", Path: list}}}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	missing := good
	missing.Lists = append(slices.Clone(good.Lists), List{Name: "b", Path: filepath.Join(dir, "missing")})
	twice := good
	twice.Lists = append(slices.Clone(good.Lists), good.Lists...)
	for _, c := range []struct {
		why string
		ctx context.Context
		SpoolConfig
		list bool // an *Error
	}{
		{"cancelled", cancelled, good, false},
		{"missing list", t.Context(), missing, true},
		{"two lists of one name", t.Context(), twice, true},
		{"no list", t.Context(), SpoolConfig{Dir: work}, true},
		{"standard input twice", t.Context(), SpoolConfig{Dir: work, Lists: []List{{"a", "-", ""}, {"b", "-", ""}}}, true},
		{"no such format", t.Context(), SpoolConfig{Dir: work, Lists: []List{{"a", list, "xml"}}}, true},
		{"no such unit", t.Context(), SpoolConfig{Dir: work, Lists: good.Lists, Unit: "host"}, false},
		{"negative limit", t.Context(), SpoolConfig{Dir: work, Lists: good.Lists, Limit: -1}, false},
	} {
		_, err := BuildSpool(c.ctx, c.SpoolConfig)
		var e *Error
		if err == nil || errors.As(err, &e) != c.list {
			t.Errorf("%s: error %v", c.why, err)
		}
		if left, _ := os.ReadDir(work); len(left) != 0 {
			t.Errorf("%s: left %v", c.why, left)
		}
		if _, err := OpenSpool(work); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: OpenSpool: %v", c.why, err)
		}
	}

	if err := os.MkdirAll(filepath.Join(work, "spool.tmp", "buckets"), 0o755); err != nil { // of a run killed
		t.Fatal(err)
	}
	if _, err := BuildSpool(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(work); len(left) != 1 {
		t.Errorf("left %v", left)
	}
	if _, err := BuildSpool(t.Context(), good); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second build: %v", err)
	}
}

// TestDamage: any byte changed in, or cut off, the names is noticed.
func TestDamage(t *testing.T) {
	s := build(t, SpoolConfig{ChunkSize: 100}, "a", "a.example\nb.example\nc.example\n")
	path := filepath.Join(s.dir, namesFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(why string, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := OpenSpool(filepath.Dir(s.dir))
		if err == nil {
			_, err = d.Targets(0)
			_ = d.Close()
		}
		if !errors.Is(err, errSpool) {
			t.Errorf("%s: error %v", why, err)
		}
	}
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x10
		try(fmt.Sprintf("byte %d changed", i), changed)
		try(fmt.Sprintf("cut to %d bytes", i), whole[:i])
	}
}

// TestMemoryIsFlat builds a spool of many names and looks at the live heap
// while it is being built: it must not grow with the list.
func TestMemoryIsFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 1,000,000 lines")
	}
	peak := func(names int) uint64 {
		var most uint64
		c := SpoolConfig{Dir: filepath.Join(t.TempDir(), "_work"), Lists: []List{ParseList("-")}, Stdin: &endless{left: names},
			Progress: func(Progress) {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}}
		sum, err := BuildSpool(t.Context(), c)
		if err != nil || sum.Names != names {
			t.Fatalf("%+v, %v", sum, err)
		}
		return most
	}
	small, large := peak(200_000), peak(800_000)
	if large > small+small/4 {
		t.Errorf("live heap %d KiB at 200,000 names, %d KiB at 800,000", small>>10, large>>10)
	}
}

// endless is a list of distinct names made while it is read.
type endless struct {
	left int
	buf  bytes.Buffer
}

func (e *endless) Read(p []byte) (int, error) {
	for e.buf.Len() < len(p) && e.left > 0 {
		fmt.Fprintf(&e.buf, "%d,some-name-%d.example\n", e.left, e.left)
		e.left--
	}
	return e.buf.Read(p)
}

func BenchmarkReadList(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sum, err := ReadList(b.Context(), ParseList("-"), &endless{left: 1_000_000}, func(Entry) error { return nil })
		if err != nil || sum.Names != 1_000_000 {
			b.Fatal(sum, err)
		}
	}
}

func BenchmarkBuildSpool(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		c := SpoolConfig{Dir: b.TempDir(), Lists: []List{ParseList("-")}, Stdin: &endless{left: 1_000_000}}
		if sum, err := BuildSpool(b.Context(), c); err != nil || sum.Names != 1_000_000 {
			b.Fatal(sum, err)
		}
	}
}

func BenchmarkNormalize(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Normalize("www.example.co.uk"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOrder(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = Order(1, "www.example.co.uk")
	}
}

func BenchmarkTargets(b *testing.B) {
	c := SpoolConfig{Dir: b.TempDir(), Lists: []List{ParseList("-")}, Stdin: &endless{left: 100_000}, ChunkSize: 2000}
	if _, err := BuildSpool(b.Context(), c); err != nil {
		b.Fatal(err)
	}
	s, err := OpenSpool(c.Dir)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Targets(25); err != nil {
			b.Fatal(err)
		}
	}
}
