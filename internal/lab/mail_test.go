package lab

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"
)

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
