package lab

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// dialWait bounds connects and dialogues of tests; what is to hang is waited
// for only stallWait.
const (
	dialWait  = 5 * time.Second
	stallWait = 50 * time.Millisecond
)

func (w *World) tryDial(network string, addr netip.AddrPort, wait time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	if w.place.loopback {
		return new(net.Dialer).DialContext(ctx, network, addr.String())
	}
	return w.Dial(ctx, network, addr)
}

// dial connects as a client of the world's network would.
func (w *World) dial(t *testing.T, network string, addr netip.AddrPort) net.Conn {
	t.Helper()
	c, err := w.tryDial(network, addr, dialWait)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// word names an error as the tables below do.
func word(err error) string {
	var ne net.Error
	var alert tls.AlertError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var junk tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.As(err, &alert):
		return "alert: " + strings.TrimPrefix(alert.Error(), "tls: ")
	case errors.As(err, &op) && op.Op == "remote error":
		return "alert: " + strings.TrimPrefix(op.Err.Error(), "tls: ")
	case errors.As(err, &host) && len(host.Certificate.DNSNames) == 0:
		return "no SAN"
	case errors.As(err, &host):
		return "another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && time.Now().Before(invalid.Cert.NotBefore):
		return "not yet valid"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "expired"
	case errors.As(err, &unknown):
		return "unknown authority"
	case errors.As(err, &junk):
		return "no TLS"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "reset"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &ne) && ne.Timeout():
		return "timeout"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "eof"
	}
	return err.Error()
}

func (w *World) clientTLS(t *testing.T, name string) *tls.Config {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(w.RootsPEM()) {
		t.Fatal("no roots")
	}
	return &tls.Config{RootCAs: roots, ServerName: name, MinVersion: tls.VersionTLS10}
}

// hostAddrs asks the world where a host is.
func hostAddrs(t *testing.T, w *World, host string) []netip.Addr {
	t.Helper()
	var addrs []netip.Addr
	for _, rr := range askOver(t, w, "udp", host, "A", nil).Answer {
		if a, ok := rr.(*dns.A); ok {
			addr, _ := netip.AddrFromSlice(a.A.To4())
			addrs = append(addrs, addr)
		}
	}
	return addrs
}

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
	if s.TLS.Stall || s.HTTP.Stall || s.Place == PlaceBlackhole {
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

// bothNetworks runs a test over a world in memory and over one on loopback.
func bothNetworks(t *testing.T, names map[string]*Scenario, run func(t *testing.T, w *World)) {
	t.Run("memory", func(t *testing.T) {
		w, err := New(Config{Seed: 1, Assign: names})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		run(t, w)
	})
	t.Run("loopback", func(t *testing.T) {
		w, err := ListenLoopback(t.Context(), Config{Seed: 1, Assign: names})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		run(t, w)
	})
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

// converse talks SMTP by hand: greeting, EHLO, STARTTLS, handshake.
func converse(t *testing.T, w *World, host string, n int, wait time.Duration) string {
	t.Helper()
	addrs := hostAddrs(t, w, host)
	if len(addrs) <= n {
		return "no address"
	}
	c, err := w.tryDial("tcp", netip.AddrPortFrom(addrs[n], w.SMTPPort()), wait)
	if err != nil {
		return "dial " + word(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(wait)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	var said []string
	for _, command := range []string{"", "EHLO client.example", "HELO client.example", "STARTTLS"} {
		if command == "HELO client.example" && !strings.HasPrefix(said[len(said)-1], "502") {
			continue
		}
		if command != "" {
			if _, err := io.WriteString(c, command+"\r\n"); err != nil {
				return strings.Join(append(said, word(err)), " | ")
			}
		}
		reply, err := readReply(r)
		if err != nil {
			return strings.Join(append(said, word(err)), " | ")
		}
		said = append(said, reply)
	}
	if !strings.HasPrefix(said[len(said)-1], "220") {
		return strings.Join(said, " | ")
	}
	if r.Buffered() > 0 {
		return strings.Join(append(said, "plaintext behind the reply"), " | ")
	}
	tc := tls.Client(c, w.clientTLS(t, host))
	if err := tc.Handshake(); err != nil {
		return strings.Join(append(said, "tls "+word(err)), " | ")
	}
	if _, err := io.WriteString(tc, "QUIT\r\n"); err != nil {
		return strings.Join(append(said, "quit "+word(err)), " | ")
	}
	bye, err := readReply(bufio.NewReader(tc))
	if err != nil {
		bye = word(err)
	}
	return strings.Join(append(said, bye), " | ")
}

// readReply reads one reply and shortens it: code and keywords.
func readReply(r *bufio.Reader) (string, error) {
	var text string
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		line = strings.TrimRight(line, "\r\n")
		if len(line) < 4 || line[3] != '-' {
			return text + line, nil
		}
		text += line + ","
	}
}

const (
	ehloStart = "250-mail.lab.test,250-SIZE 10240000,250-8BITMIME,"
	ehloTLS   = ehloStart + "250-STARTTLS,250 ENHANCEDSTATUSCODES"
	hello     = "220 mail.lab.test ESMTP | " + ehloTLS
)

var mailTour = []struct {
	name   string
	server MailServer
	want   []string // of the first session, of the second
}{
	{"good", MailServer{}, []string{hello + " | 220 go ahead | 221 bye"}},
	{"expired", MailServer{TLS: TLSServer{Cert: CertExpired}}, []string{hello + " | 220 go ahead | tls expired"}},
	{"weak", MailServer{TLS: TLSServer{Cert: CertWeakKey}}, []string{hello + " | 220 go ahead | 221 bye"}},
	{"alert", MailServer{TLS: TLSServer{Alert: 40}}, []string{hello + " | 220 go ahead | tls alert: handshake failure"}},
	{"no-starttls", MailServer{NoStartTLS: true}, []string{"220 mail.lab.test ESMTP | " + ehloStart + "250 ENHANCEDSTATUSCODES | 502 not implemented"}},
	{"masked", MailServer{Masked: true}, []string{"220 mail.lab.test ESMTP | " + ehloStart + "250-XXXXXXXX,250 ENHANCEDSTATUSCODES | 502 not implemented"}},
	{"keyword", MailServer{Keyword: "StartTls"}, []string{"220 mail.lab.test ESMTP | " + ehloStart + "250-StartTls,250 ENHANCEDSTATUSCODES | 220 go ahead | 221 bye"}},
	{"no-ehlo", MailServer{NoEHLO: true}, []string{"220 mail.lab.test ESMTP | 502 not implemented | 250 mail.lab.test | 502 not implemented"}},
	{"refused-tls", MailServer{StartTLS: "454 later"}, []string{hello + " | 454 later"}},
	{"inject", MailServer{Inject: true}, []string{hello + " | 220 go ahead | plaintext behind the reply"}},
	{"multi", MailServer{MultiLine: true}, []string{"220-mail.lab.test ESMTP,220-no unsolicited mail,220 ready | " + ehloTLS + " | 220-go ahead,220 whenever you like | 221 bye"}},
	{"421", MailServer{Greeting: "421 too busy"}, []string{"421 too busy | eof"}},
	{"554", MailServer{Greeting: "554 not you"}, []string{"554 not you | 503 no service here | 503 no service here"}},
	{"not-smtp", MailServer{NotSMTP: true}, []string{"HTTP/1.1 400 Bad Request | Connection: close | Content-Length: 0"}},
	{"silent", MailServer{Silent: true}, []string{"timeout"}},
	{"close-early", MailServer{CloseEarly: true}, []string{"220 mail.lab.test ESMTP | eof"}},
	{"grey", MailServer{FailFirst: "450 come back"}, []string{"450 come back | 503 no service here | 503 no service here", hello + " | 220 go ahead | 221 bye"}},
	{"grey-tls", MailServer{FailFirst: "454 come back"}, []string{hello + " | 454 come back", hello + " | 220 go ahead | 221 bye"}},
	{"refused", MailServer{Place: PlaceRefused}, []string{"dial refused"}},
	{"blackhole", MailServer{Place: PlaceBlackhole}, []string{"dial timeout"}},
	{"reset", MailServer{Place: PlaceReset}, []string{"reset"}},
}

func TestMailServers(t *testing.T) {
	names := map[string]*Scenario{}
	for _, c := range mailTour {
		names[c.name+".example"] = &Scenario{Name: c.name, MX: []MX{{Host: "mx1.{domain}", Servers: []MailServer{c.server}}}}
	}
	names["differ.example"] = &Scenario{Name: "differ", MX: []MX{{Host: "mx1.alpha-mail.test",
		Servers: []MailServer{{}, {TLS: TLSServer{Cert: CertExpired}}, {NoStartTLS: true}}}}}
	names["implicit.example"] = &Scenario{Name: "implicit", Apex: Apex{Addrs: []Place{PlaceOpen}}}
	bothNetworks(t, names, func(t *testing.T, w *World) {
		for _, c := range mailTour {
			wait := dialWait
			if c.server.Silent || c.server.Place == PlaceBlackhole {
				wait = stallWait
			}
			for _, want := range c.want {
				if got := converse(t, w, "mx1."+c.name+".example", 0, wait); got != want {
					t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, want)
				}
			}
		}
		for n, want := range []string{" | 221 bye", " | tls expired", " | 502 not implemented"} {
			if got := converse(t, w, "mx1.alpha-mail.test", n, dialWait); !strings.HasSuffix(got, want) {
				t.Errorf("address %d of a host whose addresses differ: %s, want …%s", n, got, want)
			}
		}
		if got := converse(t, w, "implicit.example", 0, dialWait); got != hello+" | 220 go ahead | 221 bye" {
			t.Errorf("a domain that is its own MX: %s", got)
		}
		if n := w.Counters().Mail; n != 0 {
			t.Errorf("%d mail commands counted where none was sent", n)
		}
	})
}
