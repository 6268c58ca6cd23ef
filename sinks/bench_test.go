package sinks

import (
	"fmt"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

const benchRows = 1000

// benchCases are names as a scan meets them: ten lookups each; every signalling
// name has a policy fetch and sessions with two addresses of one of 20 providers.
func benchCases(b *testing.B, signalling func(n int) bool) ([]evidence.Case, []analysis.Verdict) {
	b.Helper()
	der, _ := selfIssued(b)
	cert := certOf(string(der))
	cases, verdicts := make([]evidence.Case, benchRows), make([]analysis.Verdict, benchRows)
	for n := range cases {
		name := fmt.Sprintf("domain-%d.example", n)
		d := evidence.Domain{Target: evidence.Target{Domain: name, Input: name, Rank: int64(n + 1), List: "tranco", TLD: "example", Registrable: name,
			RegistrablePrivate: name, Lists: []evidence.ListEntry{{List: "tranco", Rank: int64(n + 1), Line: int64(n + 1)}}},
			ScannedAt: scannedAt.Add(time.Duration(n) * time.Millisecond), Attempt: 1, Controls: evidence.ControlsOK}
		for i, label := range []string{"_mta-sts.", "", "", "_smtp._tls.", "", "_dmarc.", "default._bimi.", "", "mx1.", "mx1."} {
			d.Lookups = append(d.Lookups, evidence.Lookup{Question: evidence.Question{Name: label + name, Type: evidence.TypeTXT}, RCode: evidence.RCodeNoError,
				Records: []string{fmt.Sprintf("10 mx%d.provider-%d.example.", i, n%20)}, Total: 1, Digest: cert.SHA256, Server: "127.0.0.1:53", TTL: 300,
				Span: evidence.Span{Start: d.ScannedAt, Duration: time.Duration(n+i) * time.Millisecond, Tries: 1}})
		}
		v := judge(evidence.Case{Domain: d})
		v.MX = []analysis.MXVerdict{{Host: "mx1." + name, Preference: 10, Addrs: []string{"192.0.2.1"}}}
		if signalling(n) {
			cases[n].Sessions = signal(&d, &v, n, cert)
		}
		cases[n].Domain, verdicts[n] = d, v
	}
	return cases, verdicts
}

func signal(d *evidence.Domain, v *analysis.Verdict, n int, cert evidence.Certificate) []evidence.Session {
	tls := evidence.TLS{Version: "TLS1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "mta-sts." + d.Target.Domain, Chain: []evidence.Certificate{cert}}
	d.Fetches = []evidence.PolicyFetch{{Endpoint: evidence.Endpoint{Host: tls.SNI, Addr: netip.MustParseAddr("192.0.2.7")}, Status: 200,
		Header: [][2]string{{"Content-Type", "text/plain"}, {"Date", "Sun, 22 Nov 2026 10:00:00 GMT"}}, ContentType: "text/plain",
		Body: []byte("version: STSv1\r\nmode: enforce\r\nmx: *.provider.example\r\nmax_age: 604800\r\n"), TLS: tls,
		Span: evidence.Span{Start: d.ScannedAt, Duration: 80 * time.Millisecond, Tries: 1}}}
	var sessions []evidence.Session
	for i := range 2 {
		s := evidence.Session{ID: fmt.Sprintf("session%017d%02d", n%20, i), Endpoint: evidence.Endpoint{Host: "mx.example", Addr: netip.MustParseAddr("192.0.2.8")},
			Greeting: evidence.Reply{"220 mx.example ESMTP"}, EHLO: evidence.Reply{"250-mx.example", "250-SIZE 10240000", "250 STARTTLS"},
			StartTLS: evidence.Reply{"220 go ahead"}, TLS: tls, Span: evidence.Span{Start: d.ScannedAt, Tries: 1}}
		d.Sessions, sessions = append(d.Sessions, s.ID), append(sessions, s)
	}
	yes, mode, age, id := true, "enforce", int64(604800), fmt.Sprintf("2026%d", n)
	v.Status, v.Delivery = taxonomy.StatusValidEnforce, taxonomy.DeliveryProtected
	v.RecordPresent, v.RecordValid, v.PolicyFetched, v.PolicyValid, v.Mode, v.MaxAge, v.RecordID = &yes, &yes, &yes, &yes, &mode, &age, &id
	v.Findings = []analysis.Finding{{Code: taxonomy.PlintMXUnused, Class: taxonomy.ClassLint, Layer: taxonomy.LayerPolicySyntax, Where: "line 3", Got: "*.provider.example"}}
	return sessions
}

func shares(b *testing.B, f func(b *testing.B, cases []evidence.Case, verdicts []analysis.Verdict)) {
	for _, c := range []struct {
		name       string
		signalling func(int) bool
	}{
		{"signalling=3%", func(n int) bool { return n%33 == 0 }},
		{"signalling=100%", func(int) bool { return true }},
	} {
		b.Run(c.name, func(b *testing.B) {
			cases, verdicts := benchCases(b, c.signalling)
			b.ReportAllocs()
			f(b, cases, verdicts)
		})
	}
}

func formats(b *testing.B, bench func(b *testing.B, f Format, cases []evidence.Case, verdicts []analysis.Verdict)) {
	for _, f := range Formats() {
		b.Run("format="+string(f), func(b *testing.B) {
			shares(b, func(b *testing.B, cases []evidence.Case, verdicts []analysis.Verdict) { bench(b, f, cases, verdicts) })
		})
	}
}

// discard takes the place of files: the benchmark is of rows, not of a disk.
type discard struct{ io.Writer }

func (discard) Sync() error  { return nil }
func (discard) Close() error { return nil }

func discarding(string) (file, error) { return discard{io.Discard}, nil }

// BenchmarkPart writes 1,000 names to the four parts of a chunk.
func BenchmarkPart(b *testing.B) {
	formats(b, func(b *testing.B, f Format, cases []evidence.Case, verdicts []analysis.Verdict) {
		s := newSnapshot(b, b.TempDir(), Manifest{Format: f})
		s.create = discarding
		for b.Loop() {
			part, err := s.Begin("chunk-000000")
			if err != nil {
				b.Fatal(err)
			}
			for i := range cases {
				if err := part.Write(cases[i], verdicts[i]); err != nil {
					b.Fatal(err)
				}
			}
			if _, err := part.closeFiles(); err != nil {
				b.Fatal(err)
			}
			if err := part.Abort(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkBareWriter gives parquet-go the same rows ready made: what BenchmarkPart
// takes beyond it is ours.
func BenchmarkBareWriter(b *testing.B) {
	shares(b, func(b *testing.B, cases []evidence.Case, verdicts []analysis.Verdict) {
		domains, judged := make([]DomainRow, len(cases)), make([]VerdictRow, len(cases))
		for i := range cases {
			domains[i].set(&cases[i].Domain)
			judged[i].set(&verdicts[i])
		}
		for b.Loop() {
			bare(b, domains)
			bare(b, judged)
		}
	})
}

func bare[R any](b *testing.B, rows []R) {
	b.Helper()
	w := parquet.NewGenericWriter[R](io.Discard, parquet.Compression(&parquet.Zstd))
	if _, err := w.Write(rows); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkReadCases reads 1,000 names back, as `scan classify` does.
func BenchmarkReadCases(b *testing.B) {
	formats(b, func(b *testing.B, f Format, cases []evidence.Case, verdicts []analysis.Verdict) {
		s := newSnapshot(b, b.TempDir(), Manifest{Format: f})
		n := 0
		if _, err := commitChunk(s, "chunk-000000", cases, func(evidence.Case) analysis.Verdict { n++; return verdicts[n-1] }); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			for _, err := range ReadCases(s.Dir(), "chunk-000000") {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
