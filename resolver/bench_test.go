package resolver

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
)

// loopback is a server on 127.0.0.1 that makes its reply out of the query by
// hand: next to none of the time measured is its own.
func loopback(t testing.TB, answer func(query []byte) []byte) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadBuffer(ReadBuffer)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, maxMessage)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteToUDPAddrPort(answer(buf[:n]), from)
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// missing says NXDOMAIN, with the SOA of the root in the authority section.
func missing(query []byte) []byte {
	const soa = "\x00\x00\x06\x00\x01\x00\x00\x00\x3c\x00\x16\x00\x00" +
		"\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x1e"
	opt := append([]byte(nil), query[len(query)-optLen:]...)
	query[2] |= bitQR >> 8
	query[3] |= dns.RcodeNameError
	query[9] = 1 // NSCOUNT
	return append(append(query[:len(query)-optLen], soa...), opt...)
}

// record says that there is one MTA-STS record, in two strings.
func record(query []byte) []byte {
	const rr = "\xc0\x0c\x00\x10\x00\x01\x00\x00\x0e\x10\x00\x1e\x0av=STSv1; i\x12d=20261122T000000;"
	opt := append([]byte(nil), query[len(query)-optLen:]...)
	query[2] |= bitQR >> 8
	query[7] = 1 // ANCOUNT
	return append(append(query[:len(query)-optLen], rr...), opt...)
}

func TestLoopback(t *testing.T) {
	for name, answer := range map[string]func([]byte) []byte{"missing": missing, "record": record} {
		r, err := New(Config{Servers: []netip.AddrPort{loopback(t, answer)}})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		l := r.Probe(context.Background(), txt("_mta-sts.example.com"))
		switch {
		case l.Failure.Failed():
			t.Errorf("%s: got %+v", name, l)
		case name == "missing" && (!l.NXDomain() || l.TTL != 30):
			t.Errorf("%s: got %+v", name, l)
		case name == "record" && (l.Total != 1 || l.Records[0] != "v=STSv1; id=20261122T000000;"):
			t.Errorf("%s: got %+v", name, l)
		}
	}
}

// Nobody listens: the kernel tells, and nobody waits for a timeout.
func TestLoopbackRefused(t *testing.T) {
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	addr := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{Servers: []netip.AddrPort{addr}, Tries: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	l := r.Probe(context.Background(), txt("example.com"))
	if l.Failure.Kind != evidence.KindRefused || l.Failure.Op != evidence.OpResolve || l.Span.Tries != 2 || l.RCode != "" {
		t.Errorf("got %+v", l)
	}
}

// BenchmarkProbe is the whole lookup over loopback, the server in the same
// process included, with 500 names under way for each core.
func BenchmarkProbe(b *testing.B) {
	for name, answer := range map[string]func([]byte) []byte{"missing": missing, "record": record} {
		b.Run(name, func(b *testing.B) {
			r, err := New(Config{Servers: []netip.AddrPort{loopback(b, answer)}})
			if err != nil {
				b.Fatal(err)
			}
			defer r.Close()
			names := make([]string, 1<<14)
			for i := range names {
				names[i] = fmt.Sprintf("_mta-sts.domain-%d.example", i)
			}
			var next atomic.Uint32
			b.ReportAllocs()
			b.SetParallelism(500)
			before := cpu(b)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					q := txt(names[next.Add(1)%uint32(len(names))])
					if l := r.Probe(context.Background(), q); l.Failure.Failed() {
						b.Errorf("got %+v", l)
					}
				}
			})
			b.StopTimer()
			b.ReportMetric((cpu(b)-before).Seconds()*1000/float64(b.N), "cpu-s/1000")
			b.ReportMetric(float64(r.Queries())/float64(b.N), "queries/op")
		})
	}
}

// cpu is the time this process has spent, in user and system mode.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRead is the reading of one reply alone.
func BenchmarkRead(b *testing.B) {
	for name, answer := range map[string]func([]byte) []byte{"missing": missing, "record": record} {
		b.Run(name, func(b *testing.B) {
			q := txt("_mta-sts.example.com")
			query, err := appendQuery(nil, q)
			if err != nil {
				b.Fatal(err)
			}
			msg := answer(append([]byte(nil), query...))
			var p reply
			b.ReportAllocs()
			for b.Loop() {
				l := evidence.Lookup{Question: q}
				if matches(query, msg) != match || !p.parse(msg) || p.read(query, &l) != nil {
					b.Fatalf("got %+v", l)
				}
			}
		})
	}
}
