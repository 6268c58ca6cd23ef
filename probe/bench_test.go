package probe

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"stscan/internal/evidence"
)

// listen serves every connection on loopback by p until the benchmark ends.
func listen(b *testing.B, p peer) netip.AddrPort {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				p(conn)
			}()
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

// BenchmarkMX is one whole session, the server's half included.
func BenchmarkMX(b *testing.B) {
	config := serverConfig()
	addr := listen(b, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		io.WriteString(conn, greeting)
		for {
			line, err := in.ReadString('\n')
			switch {
			case err != nil:
				return
			case strings.HasPrefix(line, "EHLO"):
				io.WriteString(conn, ehloOffer)
			case line == "STARTTLS\r\n":
				io.WriteString(conn, tlsGoAhead)
				conn = tls.Server(conn, config)
				in.Reset(conn)
			default:
				io.WriteString(conn, "221 bye\r\n")
				return
			}
		}
	})
	m := NewMX(MXConfig{Dial: loopbackDial, Port: addr.Port(), EHLOName: "scan.example.net"})
	ep := evidence.Endpoint{Host: mxEndpoint.Host, Addr: addr.Addr()}
	b.ReportAllocs()
	for b.Loop() {
		if s := m.Probe(b.Context(), ep); s.Failure.Failed() {
			b.Fatalf("%+v", s.Failure)
		}
	}
}

// BenchmarkPolicy is one whole fetch, the server's half included.
func BenchmarkPolicy(b *testing.B) {
	config := serverConfig()
	answer := ok(length(len(policyText))+"Content-Type: text/plain\r\n", policyText)
	addr := listen(b, func(conn net.Conn) {
		server := tls.Server(conn, config)
		in := bufio.NewReader(server)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if line == "\r\n" {
				io.WriteString(server, answer)
			}
		}
	})
	p := NewPolicy(PolicyConfig{Dial: loopbackDial, Port: addr.Port(), UserAgent: "stscan-bench"})
	ep := evidence.Endpoint{Host: policyEndpoint.Host, Addr: addr.Addr()}
	b.ReportAllocs()
	for b.Loop() {
		if f := p.Probe(b.Context(), ep); f.Failure.Failed() {
			b.Fatalf("%+v", f.Failure)
		}
	}
}
