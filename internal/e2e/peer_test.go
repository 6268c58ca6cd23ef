//go:build e2e && linux

package e2e

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
)

// tlsPort is where openssl s_server listens, behind the dialogue.
const tlsPort = ":4433"

// startOpenSSL starts an odd TLS peer: s_server speaks no SMTP, so a dialogue of
// ours stands before it and hands the connection on after STARTTLS.
func (w world) startOpenSSL(t *testing.T, s service) {
	args := append([]string{"s_server", "-quiet", "-accept", s.address + tlsPort,
		"-cert", s.Chain, "-cert_chain", s.Chain, "-key", s.Key}, s.options...)
	w.start(t, "openssl-"+s.name, "openssl", args...)
	awaitListener(t, s.address+tlsPort)
	l, err := net.Listen("tcp", s.address+":25")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed at the end of the test
			}
			go dialogue(conn, s.host(), s.address+tlsPort)
		}
	}()
}

// dialogue speaks SMTP until STARTTLS, then copies bytes to and from the TLS server.
func dialogue(client net.Conn, host, server string) {
	defer client.Close()
	io.WriteString(client, "220 "+host+" ESMTP\r\n")
	for lines := bufio.NewScanner(client); lines.Scan(); {
		verb, _, _ := strings.Cut(lines.Text(), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			io.WriteString(client, "250-"+host+"\r\n250 STARTTLS\r\n")
		case "STARTTLS": // the client waits for the answer, so that nothing of TLS is in lines
			relay(client, server)
			return
		case "QUIT":
			io.WriteString(client, "221 bye\r\n")
			return
		default:
			io.WriteString(client, "502 no\r\n")
		}
	}
}

func relay(client net.Conn, server string) {
	behind, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer behind.Close()
	io.WriteString(client, "220 go ahead\r\n")
	go func() {
		io.Copy(behind, client)
		behind.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(client, behind)
}
