package lab

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// policyPath is where a policy stands (RFC 8461 section 3.3).
const policyPath = "/.well-known/mta-sts.txt"

// serveWeb is a policy host at the slot's address of whatever domain the
// client names.
func (w *World) serveWeb(c net.Conn, st site) {
	if c.SetDeadline(time.Now().Add(patience)) != nil {
		return
	}
	var web Web
	var domain string
	tc, name := w.handshake(c, func(name string) (TLSServer, bool) {
		h, ok := w.policyHost(name)
		if !ok || st.slot >= len(h.dep.Policy.Servers) {
			return TLSServer{}, false
		}
		s := h.dep.Policy.Servers[st.slot]
		at, ok := webSite(s, st.slot)
		web, domain = s.HTTP, h.domain
		if s.StallFirst && w.webMet.first(name) {
			return TLSServer{Stall: true}, ok && at == st
		}
		return s.TLS, ok && at == st
	})
	if tc == nil {
		return
	}
	req, err := http.ReadRequest(bufio.NewReader(io.LimitReader(tc, drained)))
	if err != nil {
		return
	}
	if req.Method != http.MethodGet || req.URL.Path != policyPath || !sameName(req.Host, name) {
		w.count.add(func(n *Counters) { n.BadRequests++ })
		web = Web{Status: http.StatusMisdirectedRequest}
	}
	if !w.paces.allows(localAddr(c), st.limit) {
		w.count.add(func(n *Counters) { n.Excess++ })
		web = Web{Status: http.StatusTooManyRequests}
	}
	if !w.respondWeb(c, tc, web, domain) {
		return
	}
	// The end of the TLS connection and of the TCP connection, in that order.
	if tc.CloseWrite() == nil {
		hangUp(c)
	}
}

// sameName compares a Host field, a port in it disregarded, with a name.
func sameName(field, name string) bool {
	if h, _, err := net.SplitHostPort(field); err == nil {
		field = h
	}
	ascii, err := idna.Punycode.ToASCII(field)
	return err == nil && canonical(ascii) == name
}

// respondWeb writes the answer to c, which carries TLS over tcp. It reports
// whether the connection is to be ended in good order.
func (w *World) respondWeb(tcp, c net.Conn, web Web, domain string) bool {
	if raw := web.Raw; raw.set() {
		raw.Head = expand(raw.Head, domain, policyID(w.cfg.Seed, domain))
		return w.play(c, tcp, raw) || raw.Then == ThenClose
	}
	body := expand(web.Body, domain, policyID(w.cfg.Seed, domain))
	if web.PadTo > 0 {
		body = pad(body, web.PadTo)
	}
	if web.NotHTTP {
		_, err := io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n")
		return err == nil
	}
	if _, err := io.WriteString(c, w.webHeader(web, len(body), domain)); err != nil {
		return false
	}
	switch {
	case web.Stall:
		stall(tcp)
		return false
	case web.Endless:
		endless(c)
		return false
	case web.CutBody:
		body = body[:len(body)/2]
	}
	if web.Chunked {
		body = chunk(body, !web.CutBody)
	}
	_, err := io.WriteString(c, body)
	return err == nil
}

// webHeader is the status line and the header fields.
func (w *World) webHeader(web Web, length int, domain string) string {
	status := web.Status
	if status == 0 {
		status = http.StatusOK
	}
	var b strings.Builder
	b.WriteString("HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\nConnection: close\r\n")
	if w.cfg.Date != nil {
		b.WriteString("Date: " + w.cfg.Date().UTC().Format(http.TimeFormat) + "\r\n")
	}
	switch web.ContentType {
	case "-":
	case "":
		b.WriteString("Content-Type: text/plain\r\n")
	default:
		b.WriteString("Content-Type: " + web.ContentType + "\r\n")
	}
	if web.Location != "" {
		b.WriteString("Location: " + expand(web.Location, domain, "") + "\r\n")
	}
	switch {
	case web.Chunked:
		b.WriteString("Transfer-Encoding: chunked\r\n")
	case !web.Endless:
		b.WriteString("Content-Length: " + strconv.Itoa(length) + "\r\n")
	}
	return b.String() + "\r\n"
}

// chunk writes a body in two chunks; an unfinished one lacks the last chunk.
func chunk(body string, finished bool) string {
	var b strings.Builder
	for _, part := range []string{body[:len(body)/2], body[len(body)/2:]} {
		if part != "" {
			b.WriteString(strconv.FormatInt(int64(len(part)), 16) + "\r\n" + part + "\r\n")
		}
	}
	if finished {
		b.WriteString("0\r\n\r\n")
	}
	return b.String()
}

// endless writes until the client has had enough.
func endless(c net.Conn) {
	line := strings.Repeat("x-endless: "+strings.Repeat("x", 52)+"\n", 64)
	for {
		if _, err := io.WriteString(c, line); err != nil {
			return
		}
	}
}

// pad adds one unknown field, so that the body has size bytes; a body that
// leaves no room for it stays as it is.
func pad(body string, size int) string {
	const name, end = "x-pad: ", "\n"
	if body != "" && !strings.HasSuffix(body, end) {
		body += end
	}
	n := size - len(body) - len(name) - len(end)
	if n <= 0 {
		return body
	}
	return body + name + strings.Repeat("x", n) + end
}
