package neterr

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"stscan/internal/evidence"
)

// peerErr is the error of a client on loopback of a server that does serve.
func peerErr(t *testing.T, serve func(*net.TCPConn), client func(net.Conn) error) error {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		if conn, err := l.Accept(); err == nil {
			serve(conn.(*net.TCPConn))
			conn.Close()
		}
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	err = client(conn)
	conn.Close()
	<-served
	return err
}

func read(conn net.Conn) error {
	_, err := io.ReadAll(conn)
	return err
}

func TestSockets(t *testing.T) {
	untilClosed := func(conn *net.TCPConn) { io.Copy(io.Discard, conn) }
	for _, c := range []struct {
		name   string
		serve  func(*net.TCPConn)
		client func(net.Conn) error
		want   evidence.Kind
	}{
		{"reset", func(conn *net.TCPConn) { conn.Read(make([]byte, 1)); conn.SetLinger(0) },
			func(conn net.Conn) error { conn.Write([]byte("x")); return read(conn) }, evidence.KindReset},
		{"closed", func(*net.TCPConn) {},
			func(conn net.Conn) error { _, err := conn.Read(make([]byte, 1)); return err }, evidence.KindEOF},
		{"closed inside", func(conn *net.TCPConn) { conn.Write([]byte("x")) },
			func(conn net.Conn) error { _, err := io.ReadFull(conn, make([]byte, 2)); return err }, evidence.KindEOF},
		{"silent", untilClosed,
			func(conn net.Conn) error { conn.SetReadDeadline(time.Unix(1, 0)); return read(conn) }, evidence.KindTimeout},
		{"closed by us", untilClosed,
			func(conn net.Conn) error { conn.Close(); return read(conn) }, evidence.KindLocal},
	} {
		err := peerErr(t, c.serve, c.client)
		if got := Failure(evidence.OpBody, err); got.Kind != c.want {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
	}
}

// TestNoAddress: a source address that this machine does not have; nothing is sent.
func TestNoAddress(t *testing.T) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}}
	_, err := d.DialContext(t.Context(), "tcp", "127.0.0.1:9")
	if got := Failure(evidence.OpDial, err); got.Kind != evidence.KindNoRoute {
		t.Errorf("%+v", got)
	}
}

func TestPipeGone(t *testing.T) {
	client, server := net.Pipe()
	server.Close()
	_, err := client.Write([]byte("x"))
	if got := Failure(evidence.OpEHLO, err); got.Kind != evidence.KindReset {
		t.Errorf("%+v", got)
	}
}

// TestTLSErrors are those of a client of crypto/tls; package probe has the same
// of zcrypto/tls.
func TestTLSErrors(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		want   evidence.Kind
	}{
		"alert":              {"\x15\x03\x03\x00\x02\x02\x28", evidence.KindAlert},
		"plaintext":          {"220 mx.example.org ESMTP\r\n", evidence.KindMalformed},
		"SSLv2":              {"\x80\x2e\x01\x00\x02", evidence.KindMalformed},
		"oversized record":   {"\x16\x03\x03\xff\xff", evidence.KindMalformed},
		"other message":      {"\x16\x03\x03\x00\x04\x0e\x00\x00\x00", evidence.KindMalformed},
		"oversized message":  {"\x16\x03\x03\x00\x04\x02\xff\xff\xff", evidence.KindOversize},
		"warnings only":      {strings.Repeat("\x15\x03\x03\x00\x02\x01\x70", 100), evidence.KindMalformed},
		"unexpected content": {"\x17\x03\x03\x00\x01\x00", evidence.KindMalformed},
	} {
		err := peerErr(t, func(conn *net.TCPConn) {
			io.WriteString(conn, c.answer)
			io.Copy(io.Discard, conn)
		}, func(conn net.Conn) error {
			return tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).Handshake()
		})
		if got := Failure(evidence.OpHandshake, err); got.Kind != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

// TestHTTPErrors are those of the reader of net/http.
func TestHTTPErrors(t *testing.T) {
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, c := range []struct {
		answer string
		want   evidence.Kind
	}{
		{"", evidence.KindEOF},
		{"hello\r\n", evidence.KindMalformed},
		{"HTTP/1.1 20 OK\r\n\r\n", evidence.KindMalformed},
		{"HTTP/1.1 abc OK\r\n\r\n", evidence.KindMalformed},
		{"HTTP/x 200 OK\r\n\r\n", evidence.KindMalformed},
		{"HTTP/1.1 200 OK\r\n: x\r\n\r\n", evidence.KindMalformed},
		{"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", evidence.KindMalformed},
		{"HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n", evidence.KindMalformed},
		{"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", evidence.KindMalformed},
		{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", evidence.KindMalformed},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: pigeon\r\n\r\n", evidence.KindMalformed},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", evidence.KindMalformed},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n", evidence.KindMalformed},
		{chunked + "x\r\n", evidence.KindMalformed},
		{chunked + "\r\n", evidence.KindMalformed},
		{chunked + "1\n", evidence.KindMalformed},
		{chunked + "1\rx\r\n", evidence.KindMalformed},
		{chunked + "11111111111111111\r\n", evidence.KindMalformed},
		{chunked + "1\r\nxyz", evidence.KindMalformed},
		{chunked + "1;" + strings.Repeat("x", 5000) + "\r\n", evidence.KindOversize},
		{chunked + strings.Repeat("1;"+strings.Repeat("x", 4000)+"\r\nx\r\n", 100), evidence.KindOversize},
		{chunked + "0\r\n" + strings.Repeat("A: b\r\n", 5000) + "\r\n", evidence.KindOversize},
		{chunked + "0\r\nA", evidence.KindEOF},
		{chunked + "2\r\nx", evidence.KindEOF},
		{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx", evidence.KindEOF},
	} {
		resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(c.answer)), nil)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
		}
		if got := Failure(evidence.OpBody, err); got.Kind != c.want {
			t.Errorf("%.80q: %+v, want %s", c.answer, got, c.want)
		}
	}
}

func TestWrapped(t *testing.T) {
	for _, c := range []struct {
		err  error
		want evidence.Kind
	}{
		{fmt.Errorf("reading: %w", context.Canceled), evidence.KindCancelled},
		{fmt.Errorf("reading: %w", context.DeadlineExceeded), evidence.KindTimeout},
		{fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), evidence.KindEOF},
		{fmt.Errorf("dialling: %w", Refusal{evidence.KindBudget, "host"}), evidence.KindBudget},
	} {
		if got := Failure(evidence.OpBody, c.err); got.Kind != c.want {
			t.Errorf("%v: %+v, want %s", c.err, got, c.want)
		}
	}
}
