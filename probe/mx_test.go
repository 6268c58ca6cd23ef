package probe

import (
	"bufio"
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/evidence"
)

const (
	greeting   = "220 mx.example.org ESMTP\r\n"
	ehloOffer  = "250-mx.example.org\r\n250-SIZE 1000\r\n250 STARTTLS\r\n"
	ehloLine   = "EHLO scan.example.net"
	heloLine   = "HELO scan.example.net"
	tlsGoAhead = "220 go ahead\r\n"
)

func probeMX(ctx context.Context, p peer) evidence.Session {
	return NewMX(MXConfig{Dial: dialPeer(p), EHLOName: "scan.example.net"}).Probe(ctx, mxEndpoint)
}

// inBubble runs f with fake time, and says how much of it went by.
func inBubble(t *testing.T, f func(t *testing.T)) (took time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		f(t)
		took = time.Since(start)
		time.Sleep(2 * time.Hour) // peers that still sleep find us gone
	})
	return took
}

func TestSession(t *testing.T) {
	var l transcript
	inBubble(t, func(t *testing.T) {
		s := probeMX(t.Context(), l.play(send(greeting), l.expect(ehloLine, ehloOffer),
			l.expect("STARTTLS", tlsGoAhead), startTLS(serverConfig())))
		if s.Failure.Failed() {
			t.Fatalf("failure %+v", s.Failure)
		}
		want := evidence.Session{
			Endpoint: mxEndpoint,
			Greeting: evidence.Reply{"220 mx.example.org ESMTP"},
			EHLO:     evidence.Reply{"250-mx.example.org", "250-SIZE 1000", "250 STARTTLS"},
			StartTLS: evidence.Reply{"220 go ahead"},
			TLS: evidence.TLS{Version: "TLS1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "mx.example.org",
				Chain: []evidence.Certificate{certificate(serverCert().Certificate[0])}},
			Span: s.Span,
			ID:   s.ID,
		}
		if diff := cmp.Diff(want, s, cmp.Comparer(func(a, b evidence.Endpoint) bool { return a == b })); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if !regexp.MustCompile(`^[a-z2-7]{26}$`).MatchString(s.ID) {
			t.Errorf("ID %q", s.ID)
		}
		if s.Span.Tries != 1 || s.Span.Start.Location() != time.UTC {
			t.Errorf("span %+v", s.Span)
		}
	})
	if got, want := l.String(), "EHLO scan.example.net|STARTTLS|QUIT|"; got != want {
		t.Errorf("we sent %q, want %q", got, want)
	}
}

// TestDialogue is the dialogue by what the server says. The transcript is all
// that we said.
func TestDialogue(t *testing.T) {
	const said = ehloLine + "|"
	for _, c := range []struct {
		name     string
		greet    string
		ehlo     string
		helo     string
		starttls string
		op       evidence.Op
		kind     evidence.Kind
		sent     string
	}{
		{name: "not offered", greet: greeting, ehlo: "250-mx\r\n250 SIZE\r\n", sent: said + "QUIT|"},
		{name: "offer in lower case with a parameter", greet: greeting, ehlo: "250-mx\r\n250 starttls now\r\n", starttls: "454 later\r\n",
			op: evidence.OpStartTLS, kind: evidence.KindStatus, sent: said + "STARTTLS|QUIT|"},
		{name: "first line is a name, not a keyword", greet: greeting, ehlo: "250-STARTTLS\r\n250 SIZE\r\n", sent: said + "QUIT|"},
		{name: "keyword inside another word", greet: greeting, ehlo: "250-mx\r\n250 XSTARTTLS\r\n", sent: said + "QUIT|"},
		{name: "masked keyword", greet: greeting, ehlo: "250-mx\r\n250 XXXXXXXA\r\n", sent: said + "QUIT|"},
		{name: "multi-line greeting", greet: "220-mx\r\n220-hello\r\n220 ESMTP\r\n", ehlo: "250 mx\r\n", sent: said + "QUIT|"},
		{name: "bare code", greet: "220\r\n", ehlo: "250\r\n", sent: said + "QUIT|"},
		{name: "LF alone", greet: "220 mx\n", ehlo: "250-mx\n250 SIZE\n", sent: said + "QUIT|"},
		{name: "lines of unlike codes: the last counts", greet: "554-mx\r\n220 mx\r\n", ehlo: "250 mx\r\n", sent: said + "QUIT|"},

		{name: "greeting 554", greet: "554 no service\r\n", op: evidence.OpGreet, kind: evidence.KindStatus, sent: "QUIT|"},
		{name: "greeting 421", greet: "421 busy\r\n", op: evidence.OpGreet, kind: evidence.KindStatus, sent: "QUIT|"},
		{name: "greeting 250", greet: "250 hello\r\n", op: evidence.OpGreet, kind: evidence.KindStatus, sent: "QUIT|"},
		{name: "greeting of SSH", greet: "SSH-2.0-OpenSSH_9\r\n", op: evidence.OpGreet, kind: evidence.KindMalformed},
		{name: "greeting of HTTP", greet: "HTTP/1.1 400 Bad Request\r\n\r\n", op: evidence.OpGreet, kind: evidence.KindMalformed},
		{name: "greeting of NUL", greet: "\x00\x00\x00\r\n", op: evidence.OpGreet, kind: evidence.KindMalformed},
		{name: "greeting twice", greet: greeting + greeting, op: evidence.OpGreet, kind: evidence.KindMalformed},
		{name: "greeting 199", greet: "199 mx\r\n", op: evidence.OpGreet, kind: evidence.KindMalformed},
		{name: "greeting 600", greet: "600 mx\r\n", op: evidence.OpGreet, kind: evidence.KindMalformed},
		{name: "greeting 220:", greet: "220: mx\r\n", op: evidence.OpGreet, kind: evidence.KindMalformed},
		{name: "greeting of CR CR LF is a line with a CR", greet: "220 mx\r\r\n", ehlo: "250 mx\r\n", sent: said + "QUIT|"},

		{name: "EHLO unknown", greet: greeting, ehlo: "502 what\r\n", helo: "250 mx\r\n", sent: said + heloLine + "|QUIT|"},
		{name: "EHLO unknown, HELO offers nothing", greet: greeting, ehlo: "500 what\r\n", helo: "250-mx\r\n250 STARTTLS\r\n", sent: said + heloLine + "|QUIT|"},
		{name: "EHLO and HELO refused", greet: greeting, ehlo: "550 blocked\r\n", helo: "550 blocked\r\n",
			op: evidence.OpEHLO, kind: evidence.KindStatus, sent: said + heloLine + "|QUIT|"},
		{name: "EHLO 571, beyond the grammar", greet: greeting, ehlo: "571 blocked\r\n", helo: "250 mx\r\n", sent: said + heloLine + "|QUIT|"},
		{name: "EHLO 421", greet: greeting, ehlo: "421 busy\r\n", op: evidence.OpEHLO, kind: evidence.KindStatus, sent: said + "QUIT|"},
		{name: "EHLO answered without a code", greet: greeting, ehlo: "hello\r\n", op: evidence.OpEHLO, kind: evidence.KindMalformed, sent: said},
		{name: "EHLO cut off", greet: greeting, ehlo: "250-mx\r\n250 STA", op: evidence.OpEHLO, kind: evidence.KindEOF, sent: said},
		{name: "more behind EHLO", greet: greeting, ehlo: ehloOffer + "250 x\r\n", op: evidence.OpEHLO, kind: evidence.KindMalformed, sent: said},

		{name: "STARTTLS 454", greet: greeting, ehlo: ehloOffer, starttls: "454 later\r\n", op: evidence.OpStartTLS, kind: evidence.KindStatus, sent: said + "STARTTLS|QUIT|"},
		{name: "STARTTLS 250 is no 220", greet: greeting, ehlo: ehloOffer, starttls: "250 ok\r\n", op: evidence.OpStartTLS, kind: evidence.KindStatus, sent: said + "STARTTLS|QUIT|"},
		{name: "injection behind 220", greet: greeting, ehlo: ehloOffer, starttls: tlsGoAhead + "250 injected\r\n", op: evidence.OpStartTLS, kind: evidence.KindMalformed, sent: said + "STARTTLS|"},
		{name: "junk in place of the handshake", greet: greeting, ehlo: ehloOffer, starttls: tlsGoAhead, op: evidence.OpHandshake, kind: evidence.KindMalformed, sent: said + "STARTTLS|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l transcript
			server := func(conn net.Conn) {
				in := bufio.NewReader(conn)
				conn.Write([]byte(c.greet))
				for {
					line, err := in.ReadString('\n')
					if err != nil {
						return
					}
					l.add(line)
					answer := ""
					switch line {
					case ehloLine + "\r\n":
						answer = c.ehlo
					case heloLine + "\r\n":
						answer = c.helo
					case "STARTTLS\r\n":
						answer = c.starttls
					}
					conn.Write([]byte(answer))
					if line == "STARTTLS\r\n" && answer == tlsGoAhead {
						in.ReadByte() // the ClientHello is on its way
						conn.Write([]byte("this is no TLS at all"))
						return
					}
					if line == "QUIT\r\n" || !strings.HasSuffix(answer, "\n") {
						return
					}
				}
			}
			var s evidence.Session
			took := inBubble(t, func(t *testing.T) { s = probeMX(t.Context(), server) })
			if s.Failure.Op != c.op || s.Failure.Kind != c.kind {
				t.Errorf("failure %+v, want %s %s", s.Failure, c.op, c.kind)
			}
			if l.String() != c.sent {
				t.Errorf("we sent %q, want %q", l.String(), c.sent)
			}
			if took > 0 {
				t.Errorf("it took %v", took)
			}
			for _, r := range []struct {
				sent string
				got  evidence.Reply
			}{{c.greet, s.Greeting}, {c.ehlo, s.EHLO}, {c.helo, s.HELO}, {c.starttls, s.StartTLS}} {
				if (r.sent != "") != (len(r.got) > 0) {
					t.Errorf("server said %q, kept %q", r.sent, r.got)
				}
			}
		})
	}
}

// TestTarpits: each step has its end, and one byte at a time does not move it.
func TestTarpits(t *testing.T) {
	for _, c := range []struct {
		name string
		peer func(l *transcript) peer
		op   evidence.Op
		took time.Duration
	}{
		{"silent greeting", func(l *transcript) peer { return l.play() }, evidence.OpGreet, GreetingTimeout},
		{"dripping greeting", func(l *transcript) peer { return drip("220 " + strings.Repeat("x", 1000)) }, evidence.OpGreet, GreetingTimeout},
		{"endless greeting, a line a second", func(l *transcript) peer { return drip(strings.Repeat("220-\r\n", 1000)) }, evidence.OpGreet, GreetingTimeout},
		{"silent EHLO", func(l *transcript) peer { return l.play(send(greeting)) }, evidence.OpEHLO, CommandTimeout},
		{"silent handshake", func(l *transcript) peer {
			return l.play(send(greeting), l.expect(ehloLine, ehloOffer), l.expect("STARTTLS", tlsGoAhead))
		}, evidence.OpHandshake, TLSTimeout},
		{"every step as slow as allowed", func(l *transcript) peer {
			return l.play(wait(GreetingTimeout-1), send(greeting), wait(CommandTimeout-1), l.expect(ehloLine, "502 no\r\n"),
				wait(CommandTimeout-1), l.expect(heloLine, "250 mx\r\n"), wait(time.Hour))
		}, "", GreetingTimeout + 2*CommandTimeout + QuitTimeout - 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			took := inBubble(t, func(t *testing.T) {
				s := probeMX(t.Context(), c.peer(new(transcript)))
				want := evidence.Kind("")
				if c.op != "" {
					want = evidence.KindTimeout
				}
				if s.Failure.Op != c.op || s.Failure.Kind != want {
					t.Errorf("failure %+v", s.Failure)
				}
			})
			if took != c.took {
				t.Errorf("took %v, want %v", took, c.took)
			}
		})
	}
}

// drip sends one byte a second.
func drip(text string) peer {
	return func(conn net.Conn) {
		for i := range text {
			if _, err := conn.Write([]byte{text[i]}); err != nil {
				return
			}
			time.Sleep(time.Second)
		}
	}
}

func TestSessionTotal(t *testing.T) {
	limits := DefaultLimits()
	limits.Session = 70 * time.Second
	took := inBubble(t, func(t *testing.T) {
		var l transcript
		m := NewMX(MXConfig{Dial: dialPeer(l.play(wait(59*time.Second), send(greeting))), EHLOName: "scan.example.net", Limits: limits})
		s := m.Probe(t.Context(), mxEndpoint)
		if s.Failure.Op != evidence.OpEHLO || s.Failure.Kind != evidence.KindTimeout {
			t.Errorf("failure %+v", s.Failure)
		}
	})
	if took != limits.Session {
		t.Errorf("took %v", took)
	}
}

func TestCancelledSession(t *testing.T) {
	took := inBubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(7*time.Second, cancel)
		s := probeMX(ctx, new(transcript).play())
		if s.Failure.Op != evidence.OpGreet || s.Failure.Kind != evidence.KindCancelled {
			t.Errorf("failure %+v", s.Failure)
		}
	})
	if took != 7*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestReplyBounds(t *testing.T) {
	for _, c := range []struct {
		name  string
		greet string
		kind  evidence.Kind
		lines int
	}{
		{"longest line", "220 " + strings.Repeat("x", ReplyLineBytes-4) + "\r\n", evidence.KindTimeout, 1}, // of the EHLO behind it
		{"line too long", "220 " + strings.Repeat("x", ReplyLineBytes) + "\r\n", evidence.KindOversize, 1},
		{"too many lines", strings.Repeat("220-\r\n", 10000), evidence.KindOversize, ReplyLines},
		{"too many bytes", strings.Repeat("220-"+strings.Repeat("x", 1000)+"\r\n", 100), evidence.KindOversize, ReplyBytes / 1004},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s evidence.Session
			inBubble(t, func(t *testing.T) { s = probeMX(t.Context(), new(transcript).play(send(c.greet))) })
			if s.Failure.Kind != c.kind || s.Truncated != (c.kind == evidence.KindOversize) {
				t.Errorf("failure %+v, truncated %v", s.Failure, s.Truncated)
			}
			if len(s.Greeting) != c.lines {
				t.Errorf("%d lines kept, want %d", len(s.Greeting), c.lines)
			}
		})
	}
}

func TestRepliesAreText(t *testing.T) {
	s := probeMX(t.Context(), func(conn net.Conn) { conn.Write([]byte("554 caf\xe9 \x00\\\r\n")) })
	if want := (evidence.Reply{`554 caf\xe9 \x00\\`}); !cmp.Equal(s.Greeting, want) {
		t.Errorf("got %q, want %q", s.Greeting, want)
	}
}

func TestSessionID(t *testing.T) {
	start := time.Date(2026, 11, 22, 1, 2, 3, 4000, time.UTC)
	id := sessionID(mxEndpoint, start, "192.0.2.1")
	// printf 'mx.example.org\0192.0.2.25\02026-11-22T01:02:03.000004Z\0192.0.2.1' | sha256sum, in base32, cut to 26
	if want := "deakuz5uipdzk6xkrzmylk6gep"; id != want {
		t.Errorf("got %q, want %q", id, want)
	}
	for _, other := range []string{
		sessionID(evidence.Endpoint{Host: "mx.example.or", Addr: mxEndpoint.Addr}, start, "192.0.2.1"),
		sessionID(mxEndpoint, start.Add(time.Microsecond), "192.0.2.1"),
		sessionID(mxEndpoint, start, ""),
	} {
		if other == id {
			t.Error("one ID for two sessions")
		}
	}
}
