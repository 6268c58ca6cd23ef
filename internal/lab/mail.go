package lab

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"time"
)

const (
	// greetingName is what servers call themselves before TLS, where they
	// cannot know which host is meant.
	greetingName = "mail.lab.test"
	// maxCommand bounds a command line; RFC 5321 section 4.5.3.1.4 has 512.
	maxCommand = 2048
	// maxCommands bounds the commands of a session.
	maxCommands = 100
)

// mailSession is one session of an SMTP server.
type mailSession struct {
	w       *World
	c       net.Conn // TCP
	at      site
	say     dialogue
	r       *bufio.Reader // of what is spoken: TCP, or TLS over it
	out     io.Writer
	tls     *tls.Conn // nil before STARTTLS
	refuses bool      // has greeted with a refusal: nothing but QUIT is taken
}

// serveMail is an MX host at the slot's address of whatever host the client
// names after STARTTLS; before it the address alone decides.
func (w *World) serveMail(c net.Conn, st site) {
	s := &mailSession{w: w, c: c, at: st, say: st.dialogue, r: bufio.NewReaderSize(c, maxCommand), out: c}
	if c.SetDeadline(time.Now().Add(patience)) != nil {
		return
	}
	if s.say.FailFirst != "" {
		if w.mailMet.first(narrow(localAddr(c))) {
			s.failOnce()
		}
	}
	if !w.paces.allows(localAddr(c), st.limit) {
		w.count.add(func(n *Counters) { n.Excess++ })
		s.say.Greeting = "421 4.7.0 Too many connections, try again later"
	}
	switch {
	case s.say.Silent:
		_ = c.SetDeadline(time.Now().Add(hold))
		stall(c)
		return
	case s.say.NotSMTP:
		s.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		hangUp(c)
		return
	}
	if s.greet() && !s.say.CloseEarly {
		for range maxCommands {
			if !s.command() {
				break
			}
		}
	}
	if s.tls != nil && s.tls.CloseWrite() != nil {
		return
	}
	hangUp(c)
}

// failOnce makes this session fail: a 454 is the reply to STARTTLS, any other
// line stands in the place of the greeting.
func (s *mailSession) failOnce() {
	if strings.HasPrefix(s.say.FailFirst, "454") {
		s.say.StartTLS = s.say.FailFirst
		return
	}
	s.say.Greeting = s.say.FailFirst
}

// greet reports whether the session goes on.
func (s *mailSession) greet() bool {
	if s.say.RawGreeting.set() {
		return s.w.play(s.out, s.c, s.say.RawGreeting)
	}
	line := s.say.Greeting
	if line == "" {
		line = "220 {host} ESMTP"
	}
	line = strings.ReplaceAll(line, "{host}", greetingName)
	s.refuses = !strings.HasPrefix(line, "2")
	if s.say.MultiLine && len(line) > 4 {
		line = line[:3] + "-" + line[4:] + "\r\n" + line[:3] + "-no unsolicited mail\r\n" + line[:3] + " ready"
	}
	// RFC 5321 section 3.8: a server that says 421 closes.
	return s.write(line+"\r\n") && !strings.HasPrefix(line, "421")
}

func (s *mailSession) write(text string) bool {
	_, err := io.WriteString(s.out, text)
	return err == nil
}

// command answers one command and reports whether the session goes on.
func (s *mailSession) command() bool {
	line, err := s.r.ReadSlice('\n')
	if err != nil {
		return false
	}
	verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimRight(string(line), "\r\n")), " ")
	switch verb {
	case "QUIT":
		s.write("221 bye\r\n")
		return false
	case "MAIL", "RCPT", "DATA", "BDAT", "VRFY", "EXPN", "AUTH":
		s.w.count.add(func(n *Counters) { n.Mail++ })
		return s.write("550 this is a laboratory\r\n")
	}
	switch {
	case s.refuses:
		return s.write("503 no service here\r\n")
	case verb == "EHLO" && s.say.RawEHLO.set() && s.tls == nil:
		return s.w.play(s.out, s.c, s.say.RawEHLO)
	case verb == "EHLO" && s.say.NoEHLO:
		return s.write("502 not implemented\r\n")
	case verb == "EHLO":
		return s.write(s.ehlo())
	case verb == "HELO":
		return s.write("250 " + greetingName + "\r\n")
	case verb == "NOOP", verb == "RSET":
		return s.write("250 ok\r\n")
	case verb == "STARTTLS" && s.tls == nil && !s.say.NoStartTLS && !s.say.Masked && !s.say.NoEHLO:
		return s.startTLS()
	}
	return s.write("502 not implemented\r\n")
}

// ehlo is the reply to EHLO, with STARTTLS only where it can be used
// (RFC 3207 section 4.2).
func (s *mailSession) ehlo() string {
	lines := []string{greetingName, "SIZE 10240000", "8BITMIME"}
	switch {
	case s.tls != nil || s.say.NoStartTLS:
	case s.say.Masked:
		lines = append(lines, "XXXXXXXX")
	case s.say.Keyword != "":
		lines = append(lines, s.say.Keyword)
	default:
		lines = append(lines, "STARTTLS")
	}
	lines = append(lines, "ENHANCEDSTATUSCODES")
	return "250-" + strings.Join(lines[:len(lines)-1], "\r\n250-") + "\r\n250 " + lines[len(lines)-1] + "\r\n"
}

// startTLS replies to STARTTLS and goes on inside TLS, if there is any.
func (s *mailSession) startTLS() bool {
	if s.say.RawStartTLS.set() {
		return s.w.play(s.out, s.c, s.say.RawStartTLS)
	}
	reply := s.say.StartTLS
	if reply == "" {
		reply = "220 go ahead"
	}
	lines := reply + "\r\n"
	if s.say.MultiLine && len(reply) > 4 {
		lines = reply[:3] + "-" + reply[4:] + "\r\n" + reply[:3] + " whenever you like\r\n"
	}
	if s.say.Inject {
		lines += "250 this was in the clear\r\n"
	}
	if !s.write(lines) {
		return false
	}
	if !strings.HasPrefix(reply, "220") {
		return true
	}
	tc, _ := s.w.handshake(readAhead{s.c, s.r}, func(name string) (TLSServer, bool) {
		h, ok := s.w.mailHost(name)
		if !ok {
			return TLSServer{}, false
		}
		servers := h.mailServers()
		if s.at.slot >= len(servers) {
			return TLSServer{}, false
		}
		at, ok := mailSite(servers[s.at.slot], s.at.slot)
		return servers[s.at.slot].TLS, ok && at == s.at
	})
	if tc == nil {
		return false
	}
	s.tls, s.r, s.out = tc, bufio.NewReaderSize(tc, maxCommand), tc
	return s.w.play(s.out, s.c, s.say.RawSecure)
}

// readAhead is a connection some of whose bytes are in a buffer already.
type readAhead struct {
	net.Conn
	r *bufio.Reader
}

func (c readAhead) Read(b []byte) (int, error) { return c.r.Read(b) }

// CloseWrite ends what is written, if the connection can.
func (c readAhead) CloseWrite() error { return closeWrite(c.Conn) }
