package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/evidence"
)

const policyText = "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n"

func probePolicy(ctx context.Context, p peer) evidence.PolicyFetch {
	return NewPolicy(PolicyConfig{Dial: dialPeer(p), UserAgent: "stscan-test"}).Probe(ctx, policyEndpoint)
}

// https is a server in memory: a handshake, a request read, then answer.
func https(answer func(conn net.Conn)) peer {
	return func(conn net.Conn) {
		server := tls.Server(conn, serverConfig())
		in := bufio.NewReader(server)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if line == "\r\n" {
				break
			}
		}
		answer(server)
		server.CloseWrite()
	}
}

func respond(text string) peer {
	return https(func(conn net.Conn) { io.WriteString(conn, text) })
}

// TestRequest is what a server of net/http sees of us, over a real socket.
func TestRequest(t *testing.T) {
	var got *http.Request
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Header().Set("Content-Type", "text/plain; charset=us-ascii")
		w.Header()["Date"] = nil
		io.WriteString(w, policyText)
	}))
	server.TLS = serverConfig()
	server.StartTLS()
	defer server.Close()

	addr := netip.MustParseAddrPort(server.Listener.Addr().String())
	p := NewPolicy(PolicyConfig{Port: addr.Port(), UserAgent: "stscan/1 (+https://example.net)", From: "scan@example.net",
		Dial: func(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr.String())
		}})
	f := p.Probe(t.Context(), evidence.Endpoint{Host: policyEndpoint.Host, Addr: addr.Addr()})

	if f.Failure.Failed() {
		t.Fatalf("failure %+v", f.Failure)
	}
	if f.Status != 200 || string(f.Body) != policyText || f.Truncated || f.ContentType != "text/plain; charset=us-ascii" {
		t.Errorf("got %+v", f)
	}
	wantHeader := [][2]string{{"Content-Length", fmt.Sprint(len(policyText))}, {"Content-Type", "text/plain; charset=us-ascii"}}
	if diff := cmp.Diff(wantHeader, f.Header); diff != "" {
		t.Errorf("header: -want +got\n%s", diff)
	}
	if f.TLS.Version != "TLS1.3" || f.TLS.SNI != policyEndpoint.Host || len(f.TLS.Chain) != 1 {
		t.Errorf("TLS %+v", f.TLS)
	}
	sent := http.Header{"User-Agent": {"stscan/1 (+https://example.net)"}, "From": {"scan@example.net"},
		"Accept-Encoding": {"identity"}, "Connection": {"close"}}
	if diff := cmp.Diff(sent, got.Header); diff != "" {
		t.Errorf("request header: -want +got\n%s", diff)
	}
	if got.Method != "GET" || got.RequestURI != "/.well-known/mta-sts.txt" || got.Proto != "HTTP/1.1" {
		t.Errorf("%s %s %s", got.Method, got.RequestURI, got.Proto)
	}
	if want := fmt.Sprintf("%s:%d", policyEndpoint.Host, addr.Port()); got.Host != want {
		t.Errorf("Host %q, want %q", got.Host, want)
	}
	if got.TLS.ServerName != policyEndpoint.Host || got.TLS.NegotiatedProtocol != "http/1.1" {
		t.Errorf("server saw SNI %q, ALPN %q", got.TLS.ServerName, got.TLS.NegotiatedProtocol)
	}
}

func TestHostWithoutPort(t *testing.T) {
	var host string
	inBubble(t, func(t *testing.T) {
		probePolicy(t.Context(), func(conn net.Conn) {
			if r, err := http.ReadRequest(bufio.NewReader(tls.Server(conn, serverConfig()))); err == nil {
				host = r.Host
			}
		})
	})
	if host != policyEndpoint.Host {
		t.Errorf("Host %q", host)
	}
}

func ok(fields, body string) string { return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body }

func length(n int) string { return fmt.Sprintf("Content-Length: %d\r\n", n) }

func TestResponses(t *testing.T) {
	const chunked = "Transfer-Encoding: chunked\r\n"
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name      string
		response  string
		status    int
		op        evidence.Op
		kind      evidence.Kind
		body      string
		truncated bool
	}{
		{name: "by length", response: ok(length(2), "hi"), status: 200, body: "hi"},
		{name: "by the end", response: ok("", "hi"), status: 200, body: "hi"},
		{name: "by chunks", response: ok(chunked, "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"), status: 200, body: "hi"},
		{name: "HTTP/1.0", response: "HTTP/1.0 200 OK\r\n\r\nhi", status: 200, body: "hi"},
		{name: "empty", response: ok(length(0), ""), status: 200},
		{name: "more than its length", response: ok(length(2), "high"), status: 200, body: "hi"},
		{name: "coding kept as it is", response: ok("Content-Encoding: gzip\r\n"+length(2), "\x1f\x8b"), status: 200, body: "\x1f\x8b"},
		{name: "behind interim responses", response: strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", InterimResponses) + ok(length(2), "hi"), status: 200, body: "hi"},
		{name: "64 KiB", response: ok("", x(65536)), status: 200, body: x(65536)},
		{name: "64 KiB in chunks", response: ok(chunked, strings.Repeat("1\r\nx\r\n", 65536)+"0\r\n\r\n"), status: 200, body: x(65536)},

		{name: "64 KiB and one byte", response: ok("", x(65537)), status: 200, op: evidence.OpBody, kind: evidence.KindOversize, body: x(65536), truncated: true},
		{name: "length beyond 64 KiB", response: ok(length(1<<30), x(70000)), status: 200, op: evidence.OpBody, kind: evidence.KindOversize, body: x(65536), truncated: true},
		{name: "cut off", response: ok(length(10), "hi"), status: 200, op: evidence.OpBody, kind: evidence.KindEOF, body: "hi"},
		{name: "cut off between chunks", response: ok(chunked, "2\r\nhi\r\n"), status: 200, op: evidence.OpBody, kind: evidence.KindEOF, body: "hi"},
		{name: "no chunk", response: ok(chunked, "hi there\r\n"), status: 200, op: evidence.OpBody, kind: evidence.KindMalformed},
		{name: "wrong chunk end", response: ok(chunked, "2\r\nhi!!\r\n"), status: 200, op: evidence.OpBody, kind: evidence.KindMalformed, body: "hi"},

		{name: "301", response: "HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/\r\n" + length(2) + "\r\nhi", status: 301, op: evidence.OpRequest, kind: evidence.KindRedirect, body: "hi"},
		{name: "308 without Location", response: "HTTP/1.1 308 P\r\n\r\n", status: 308, op: evidence.OpRequest, kind: evidence.KindRedirect},
		{name: "404", response: "HTTP/1.1 404 Not Found\r\n\r\nno", status: 404, op: evidence.OpRequest, kind: evidence.KindStatus, body: "no"},
		{name: "404 with an endless body", response: "HTTP/1.1 404 Not Found\r\n" + chunked + "\r\n" + strings.Repeat("8\r\nxxxxxxxx\r\n", 1<<16), status: 404,
			op: evidence.OpRequest, kind: evidence.KindStatus, body: x(ErrorBodyBytes), truncated: true},
		{name: "204", response: "HTTP/1.1 204 None\r\n\r\n", status: 204, op: evidence.OpRequest, kind: evidence.KindStatus},
		{name: "206", response: "HTTP/1.1 206 Part\r\n\r\nhi", status: 206, op: evidence.OpRequest, kind: evidence.KindStatus, body: "hi"},
		{name: "503", response: "HTTP/1.1 503 Later\r\n\r\n", status: 503, op: evidence.OpRequest, kind: evidence.KindStatus},
		{name: "101", response: "HTTP/1.1 101 Switching Protocols\r\n\r\n", status: 101, op: evidence.OpRequest, kind: evidence.KindStatus},

		{name: "nothing", op: evidence.OpRequest, kind: evidence.KindEOF},
		{name: "header cut off", response: "HTTP/1.1 200 OK\r\nContent-", op: evidence.OpRequest, kind: evidence.KindEOF},
		{name: "status line cut off", response: "HTTP/1.1 20", op: evidence.OpRequest, kind: evidence.KindEOF},
		{name: "cut off at once", response: "HT", op: evidence.OpRequest, kind: evidence.KindEOF},
		{name: "no HTTP, no line", response: "SSH-2.0", op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "no HTTP", response: "220 mx ESMTP\r\n", op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "HTTP/0.9", response: policyText, op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "HTTP/2", response: "HTTP/2.0 200 OK\r\n\r\n", op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "status 000", response: "HTTP/1.1 000 OK\r\n\r\n", op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "status of words", response: "HTTP/1.1 all is well\r\n\r\n", op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "field without colon", response: "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "two lengths", response: ok(length(2)+length(3), "hi!"), op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "length of words", response: ok("Content-Length: much\r\n", "hi"), op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "unknown transfer coding", response: ok("Transfer-Encoding: pigeon\r\n", "hi"), op: evidence.OpRequest, kind: evidence.KindMalformed},
		{name: "header line without end", response: ok("A: "+x(HeaderBytes)+"\r\n", ""), op: evidence.OpRequest, kind: evidence.KindOversize, truncated: true},
		{name: "header without end", response: ok(strings.Repeat("A: b\r\n", HeaderBytes), ""), op: evidence.OpRequest, kind: evidence.KindOversize, truncated: true},
		{name: "interim responses without end", response: strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 100), op: evidence.OpRequest, kind: evidence.KindOversize},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f evidence.PolicyFetch
			inBubble(t, func(t *testing.T) { f = probePolicy(t.Context(), respond(c.response)) })
			if f.Failure.Op != c.op || f.Failure.Kind != c.kind {
				t.Errorf("failure %+v, want %s %s", f.Failure, c.op, c.kind)
			}
			if f.Status != c.status || f.Truncated != c.truncated {
				t.Errorf("status %d, truncated %v", f.Status, f.Truncated)
			}
			if string(f.Body) != c.body {
				t.Errorf("%d bytes of body, want %d", len(f.Body), len(c.body))
			}
			if f.Span.Duration != 0 {
				t.Errorf("it took %v", f.Span.Duration)
			}
			if len(f.TLS.Chain) != 1 {
				t.Error("no chain")
			}
		})
	}
}

func TestHeaderIsText(t *testing.T) {
	var f evidence.PolicyFetch
	inBubble(t, func(t *testing.T) {
		f = probePolicy(t.Context(), respond(ok("x-b: caf\xe9\r\ncontent-type:  text/html\r\nContent-Type: text/plain\r\n", "")))
	})
	want := [][2]string{{"Content-Type", "text/html"}, {"Content-Type", "text/plain"}, {"X-B", `caf\xe9`}}
	if diff := cmp.Diff(want, f.Header); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if f.ContentType != "text/html" {
		t.Errorf("Content-Type %q", f.ContentType)
	}
}

// TestSlowPolicyHosts: stalls and drips end with their step.
func TestSlowPolicyHosts(t *testing.T) {
	hold := func(text string) peer {
		return https(func(conn net.Conn) {
			io.WriteString(conn, text)
			time.Sleep(time.Hour)
		})
	}
	dripping := func(head string, n int) peer {
		return https(func(conn net.Conn) {
			io.WriteString(conn, head)
			drip(strings.Repeat("x", n))(conn)
		})
	}
	for _, c := range []struct {
		name   string
		peer   peer
		status int
		op     evidence.Op
		kind   evidence.Kind
		took   time.Duration
	}{
		{"no handshake", func(conn net.Conn) { time.Sleep(time.Hour) }, 0, evidence.OpHandshake, evidence.KindTimeout, TLSTimeout},
		{"no answer", hold(""), 0, evidence.OpRequest, evidence.KindTimeout, ResponseTimeout},
		{"header dripping", dripping("HTTP/1.1 200 OK\r\nA: ", 1000), 0, evidence.OpRequest, evidence.KindTimeout, ResponseTimeout},
		{"status line stalls", hold("HTTP/1.1 20"), 0, evidence.OpRequest, evidence.KindTimeout, ResponseTimeout},
		{"field name stalls", hold("HTTP/1.1 200 OK\r\nContent-"), 0, evidence.OpRequest, evidence.KindTimeout, ResponseTimeout},
		{"no HTTP, and no end", hold("220 mx"), 0, evidence.OpRequest, evidence.KindMalformed, 0},
		{"only interim", hold("HTTP/1.1 100 Continue\r\n\r\n"), 0, evidence.OpRequest, evidence.KindTimeout, ResponseTimeout},
		{"body stalls", hold(ok(length(10), "hi")), 200, evidence.OpBody, evidence.KindTimeout, BodyTimeout},
		{"chunk length stalls", hold(ok("Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n1")), 200, evidence.OpBody, evidence.KindTimeout, BodyTimeout},
		{"trailer stalls", hold(ok("Transfer-Encoding: chunked\r\n", "0\r\nA")), 200, evidence.OpBody, evidence.KindTimeout, BodyTimeout},
		{"body drips", dripping(ok(length(1000), ""), 1000), 200, evidence.OpBody, evidence.KindTimeout, BodyTimeout},
		{"body of an error stalls", hold("HTTP/1.1 404 Not Found\r\n" + length(10) + "\r\nno"), 404, evidence.OpRequest, evidence.KindStatus, ErrorBodyTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			took := inBubble(t, func(t *testing.T) {
				f := probePolicy(t.Context(), c.peer)
				if f.Failure.Op != c.op || f.Failure.Kind != c.kind || f.Status != c.status {
					t.Errorf("failure %+v, status %d", f.Failure, f.Status)
				}
			})
			if took != c.took {
				t.Errorf("took %v, want %v", took, c.took)
			}
		})
	}
}

// TestWhatRemains: the caller's time for all addresses of a host bounds this one.
func TestWhatRemains(t *testing.T) {
	took := inBubble(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 11*time.Second)
		defer cancel()
		f := probePolicy(ctx, https(func(net.Conn) { time.Sleep(time.Hour) }))
		if f.Failure.Op != evidence.OpRequest || f.Failure.Kind != evidence.KindTimeout {
			t.Errorf("failure %+v", f.Failure)
		}
	})
	if took != 11*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestCancelledFetch(t *testing.T) {
	took := inBubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		f := probePolicy(ctx, func(conn net.Conn) { time.Sleep(time.Hour) })
		if f.Failure.Op != evidence.OpHandshake || f.Failure.Kind != evidence.KindCancelled {
			t.Errorf("failure %+v", f.Failure)
		}
	})
	if took != 3*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestALPNRefused: a host that speaks something else says so in the handshake.
func TestALPNRefused(t *testing.T) {
	var f evidence.PolicyFetch
	inBubble(t, func(t *testing.T) {
		config := serverConfig()
		config.NextProtos = []string{"acme-tls/1"}
		f = probePolicy(t.Context(), serve(config))
	})
	if f.Failure.Op != evidence.OpHandshake || f.Failure.Kind != evidence.KindAlert || f.TLS.Alert != "no_application_protocol" {
		t.Errorf("%+v, alert %q", f.Failure, f.TLS.Alert)
	}
}

func TestClientCertificateRequired(t *testing.T) {
	var f evidence.PolicyFetch
	inBubble(t, func(t *testing.T) {
		config := serverConfig()
		config.ClientAuth = tls.RequireAnyClientCert
		f = probePolicy(t.Context(), serve(config))
	})
	if f.Failure.Op != evidence.OpHandshake || f.Failure.Kind != evidence.KindAlert || f.TLS.Alert != "certificate_required" {
		t.Errorf("%+v, alert %q", f.Failure, f.TLS.Alert)
	}
}
