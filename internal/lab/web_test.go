package lab

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// fetch gets the policy of a domain from the n-th address of its policy host.
func fetch(t *testing.T, w *World, domain string, n int) string {
	t.Helper()
	host := "mta-sts." + domain
	addrs := hostAddrs(t, w, host)
	if len(addrs) <= n {
		return "no address"
	}
	wait := dialWait
	s := w.Scenario(domain).Policy.Servers[n]
	if s.TLS.Stall || s.Place == PlaceBlackhole { // nothing comes before the stall
		wait = stallWait
	}
	c, err := w.tryDial("tcp", netip.AddrPortFrom(addrs[n], w.HTTPSPort()), wait)
	if err != nil {
		return "dial " + word(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(wait)); err != nil {
		t.Fatal(err)
	}
	tc := tls.Client(c, w.clientTLS(t, host))
	if err := tc.Handshake(); err != nil {
		return "tls " + word(err)
	}
	if _, err := fmt.Fprintf(tc, "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: %s\r\n\r\n", host); err != nil {
		return "request " + word(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(tc), nil)
	if err != nil {
		return "response " + word(err)
	}
	defer resp.Body.Close()
	head := fmt.Sprintf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	if l := resp.Header.Get("Location"); l != "" {
		head += " " + l
	}
	if s.HTTP.Stall {
		if err := c.SetDeadline(time.Now().Add(stallWait)); err != nil {
			t.Fatal(err)
		}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 100_000))
	text := string(body)
	if len(text) > 40 {
		text = fmt.Sprintf("%d bytes", len(text))
	}
	if err != nil {
		text += " " + word(err)
	}
	return head + " " + text
}

var webTour = []struct {
	name   string
	server WebServer
	want   string
}{
	{"good", WebServer{HTTP: Web{Body: "for {domain}"}}, "200 text/plain for %d"},
	{"wildcard", WebServer{TLS: TLSServer{Cert: CertWildcard}, HTTP: Web{Body: "x"}}, "200 text/plain x"},
	{"uppercase", WebServer{TLS: TLSServer{Cert: CertUppercaseSAN}, HTTP: Web{Body: "x"}}, "200 text/plain x"},
	{"extra-root", WebServer{TLS: TLSServer{Cert: CertExtraRoot}, HTTP: Web{Body: "x"}}, "200 text/plain x"},
	{"soon", WebServer{TLS: TLSServer{Cert: CertEndsSoon}, HTTP: Web{Body: "x"}}, "200 text/plain x"},
	{"mismatch", WebServer{TLS: TLSServer{Cert: CertNameMismatch}}, "tls another name"},
	{"cn-only", WebServer{TLS: TLSServer{Cert: CertCNOnly}}, "tls no SAN"},
	{"expired", WebServer{TLS: TLSServer{Cert: CertExpired}}, "tls expired"},
	{"expired-name", WebServer{TLS: TLSServer{Cert: CertExpiredName}}, "tls expired"},
	{"not-yet", WebServer{TLS: TLSServer{Cert: CertNotYetValid}}, "tls not yet valid"},
	{"self-signed", WebServer{TLS: TLSServer{Cert: CertSelfSigned}}, "tls unknown authority"},
	{"untrusted", WebServer{TLS: TLSServer{Cert: CertUntrusted}}, "tls unknown authority"},
	{"incomplete", WebServer{TLS: TLSServer{Cert: CertIncomplete}}, "tls unknown authority"},
	{"alert", WebServer{TLS: TLSServer{Alert: 112}}, "tls alert: unrecognized name"},
	{"junk", WebServer{TLS: TLSServer{Junk: true}}, "tls no TLS"},
	{"tls-stall", WebServer{TLS: TLSServer{Stall: true}}, "tls timeout"},
	{"tls-close", WebServer{TLS: TLSServer{Close: true}}, "tls eof"},
	{"tls10", WebServer{TLS: TLSServer{MaxVersion: tls.VersionTLS10}, HTTP: Web{Body: "x"}}, "200 text/plain x"},
	{"404", WebServer{HTTP: Web{Status: 404, ContentType: "text/html", Body: "no"}}, "404 text/html no"},
	{"redirect", WebServer{HTTP: Web{Status: 301, Location: "https://www.{domain}/"}}, "301 text/plain https://www.%d/ "},
	{"no-type", WebServer{HTTP: Web{ContentType: "-", Body: "x"}}, "200  x"},
	{"padded", WebServer{HTTP: Web{Body: "a: b", PadTo: 65536}}, "200 text/plain 65536 bytes"},
	{"not-http", WebServer{HTTP: Web{NotHTTP: true}}, `response malformed HTTP response "SSH-2.0-OpenSSH_9.2"`},
	{"cut", WebServer{HTTP: Web{Body: "0123456789", CutBody: true}}, "200 text/plain 01234 eof"},
	{"cut-chunked", WebServer{HTTP: Web{Body: "0123456789", CutBody: true, Chunked: true}}, "200 text/plain 01234 eof"},
	{"chunked", WebServer{HTTP: Web{Body: "0123456789", Chunked: true}}, "200 text/plain 0123456789"},
	{"http-stall", WebServer{HTTP: Web{Body: "x", Stall: true}}, "200 text/plain  timeout"},
	{"endless", WebServer{HTTP: Web{Endless: true}}, "200 text/plain 100000 bytes"},
	{"refused", WebServer{Place: PlaceRefused}, "dial refused"},
	{"reset", WebServer{Place: PlaceReset}, "tls reset"},
	{"blackhole", WebServer{Place: PlaceBlackhole}, "dial timeout"},
}

func TestPolicyHosts(t *testing.T) {
	names := map[string]*Scenario{}
	for _, c := range webTour {
		names[c.name+".example"] = &Scenario{Name: c.name, Policy: PolicyHost{Servers: []WebServer{c.server}}}
	}
	names["several.example"] = &Scenario{Name: "several", Policy: PolicyHost{Servers: []WebServer{
		{Place: PlaceRefused}, {HTTP: Web{Body: "second"}}, {HTTP: Web{Status: 500}}}}}
	bothNetworks(t, names, func(t *testing.T, w *World) {
		for _, c := range webTour {
			domain := c.name + ".example"
			want := strings.ReplaceAll(c.want, "%d", domain)
			if got := fetch(t, w, domain, 0); got != want {
				t.Errorf("%s: got %q, want %q", c.name, got, want)
			}
		}
		for n, want := range []string{"dial refused", "200 text/plain second", "500 text/plain "} {
			if got := fetch(t, w, "several.example", n); got != want {
				t.Errorf("address %d of several: got %q, want %q", n, got, want)
			}
		}
		if n := w.Counters().BadRequests; n != 0 {
			t.Errorf("%d good requests counted as bad", n)
		}
	})
}
