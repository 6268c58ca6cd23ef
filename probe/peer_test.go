package probe

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"stscan/internal/evidence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	mxEndpoint     = evidence.Endpoint{Host: "mx.example.org", Addr: netip.MustParseAddr("192.0.2.25")}
	policyEndpoint = evidence.Endpoint{Host: "mta-sts.example.org", Addr: netip.MustParseAddr("192.0.2.80")}
)

// serverCert is a self-signed certificate; both probers keep it, neither minds.
var serverCert = sync.OnceValue(func() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "test"},
		DNSNames:     []string{mxEndpoint.Host, policyEndpoint.Host},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Unix(1<<32, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
})

func serverConfig() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{serverCert()}, MinVersion: tls.VersionTLS10}
}

// drain reads what the other side still sends.
func drain(conn io.Reader) { io.Copy(io.Discard, conn) }

// send writes text and waits for nothing.
func send(text string) step {
	return func(conn net.Conn, _ *bufio.Reader) net.Conn {
		io.WriteString(conn, text)
		return conn
	}
}

// step is one act of a scripted SMTP server; it returns the connection to go on with.
type step func(conn net.Conn, in *bufio.Reader) net.Conn

// expect reads one command, which must be line, and answers it.
func (l *transcript) expect(line, answer string) step {
	return func(conn net.Conn, in *bufio.Reader) net.Conn {
		got, _ := in.ReadString('\n')
		l.add(got)
		if got != line+"\r\n" {
			return nil
		}
		io.WriteString(conn, answer)
		return conn
	}
}

// startTLS is a handshake in the role of the server.
func startTLS(config *tls.Config) step {
	return func(conn net.Conn, in *bufio.Reader) net.Conn {
		server := tls.Server(conn, config)
		if server.Handshake() != nil {
			return nil
		}
		in.Reset(server)
		return server
	}
}

func wait(d time.Duration) step {
	return func(conn net.Conn, _ *bufio.Reader) net.Conn {
		time.Sleep(d)
		return conn
	}
}

// transcript is all the lines that a prober sent.
type transcript struct {
	mu    sync.Mutex
	lines []string
}

func (l *transcript) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if line != "" {
		l.lines = append(l.lines, line)
	}
}

func (l *transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.ReplaceAll(strings.Join(l.lines, ""), "\r\n", "|")
}

// play runs the steps, then notes all lines that still come.
func (l *transcript) play(steps ...step) peer {
	return func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for _, s := range steps {
			if conn = s(conn, in); conn == nil {
				return
			}
		}
		for {
			line, err := in.ReadString('\n')
			l.add(line)
			if err != nil {
				return
			}
			if line == "QUIT\r\n" {
				io.WriteString(conn, "221 bye\r\n")
				return
			}
		}
	}
}
