package lab

import (
	"fmt"
	"testing"

	"github.com/miekg/dns"
)

// BenchmarkRespond is the lab's share of one DNS question: what a scan over
// loopback pays for its test internet.
func BenchmarkRespond(b *testing.B) {
	w, err := New(Config{Preset: presetDemo, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	w.count.names = false
	queries := make([][]byte, 1024)
	for i := range queries {
		m := new(dns.Msg)
		m.SetQuestion(fmt.Sprintf("_mta-sts.name-%d.example.", i), dns.TypeTXT)
		m.SetEdns0(udpSize, true)
		if queries[i], err = m.Pack(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, _ = w.respond(queries[i%len(queries)], false)
	}
}

// BenchmarkCertificate is one certificate that is not in the cache.
func BenchmarkCertificate(b *testing.B) {
	w, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.pki.issue("mta-sts.example.com", CertGood); err != nil {
			b.Fatal(err)
		}
	}
}
