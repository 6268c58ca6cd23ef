package probe

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"stscan/internal/evidence"
)

var rsaCert = sync.OnceValue(func() tls.Certificate {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{mxEndpoint.Host},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
})

// probeTLS is a session that gets as far as the handshake, done by shake.
func probeTLS(t *testing.T, shake func(conn net.Conn)) (s evidence.Session) {
	t.Helper()
	var l transcript
	inBubble(t, func(t *testing.T) {
		s = probeMX(t.Context(), l.play(send(greeting), l.expect(ehloLine, ehloOffer), l.expect("STARTTLS", tlsGoAhead),
			func(conn net.Conn, _ *bufio.Reader) net.Conn {
				shake(conn)
				return nil
			}))
	})
	return s
}

func serve(config *tls.Config) func(net.Conn) {
	return func(conn net.Conn) {
		server := tls.Server(conn, config)
		if server.Handshake() == nil {
			drain(server)
		}
	}
}

// TestVersionsAndSuites: what the server wants is completed and named as IANA
// has it.
func TestVersionsAndSuites(t *testing.T) {
	for _, c := range []struct {
		version uint16
		suite   uint16
		cert    tls.Certificate
		want    evidence.TLS
	}{
		{tls.VersionTLS10, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, serverCert(), evidence.TLS{Version: "TLS1.0", Cipher: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"}},
		{tls.VersionTLS10, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, rsaCert(), evidence.TLS{Version: "TLS1.0", Cipher: "TLS_RSA_WITH_3DES_EDE_CBC_SHA"}},
		{tls.VersionTLS11, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, rsaCert(), evidence.TLS{Version: "TLS1.1", Cipher: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"}},
		{tls.VersionTLS12, tls.TLS_RSA_WITH_RC4_128_SHA, rsaCert(), evidence.TLS{Version: "TLS1.2", Cipher: "TLS_RSA_WITH_RC4_128_SHA"}},
		{tls.VersionTLS12, tls.TLS_RSA_WITH_AES_256_GCM_SHA384, rsaCert(), evidence.TLS{Version: "TLS1.2", Cipher: "TLS_RSA_WITH_AES_256_GCM_SHA384"}},
		{tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, rsaCert(), evidence.TLS{Version: "TLS1.2", Cipher: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"}},
		{tls.VersionTLS13, 0, rsaCert(), evidence.TLS{Version: "TLS1.3", Cipher: "TLS_AES_128_GCM_SHA256"}},
	} {
		t.Run(c.want.Version+" "+c.want.Cipher, func(t *testing.T) {
			s := probeTLS(t, serve(&tls.Config{Certificates: []tls.Certificate{c.cert},
				MinVersion: c.version, MaxVersion: c.version, CipherSuites: []uint16{c.suite}}))
			if s.Failure.Failed() {
				t.Errorf("failure %+v", s.Failure)
			}
			if s.TLS.Version != c.want.Version || s.TLS.Cipher != c.want.Cipher || s.TLS.SNI != mxEndpoint.Host {
				t.Errorf("got %+v", s.TLS)
			}
			checkChain(t, s.TLS, c.cert.Certificate)
		})
	}
}

func checkChain(t *testing.T, seen evidence.TLS, sent [][]byte) {
	t.Helper()
	if len(seen.Chain) != len(sent) {
		t.Fatalf("%d certificates, want %d", len(seen.Chain), len(sent))
	}
	for i := range sent {
		if !bytes.Equal(seen.Chain[i].DER, sent[i]) {
			t.Errorf("certificate %d is not as sent", i)
		}
	}
}

// TestGroups: a server that wants DHE, of which crypto/tls has none, is gone
// along with as long as its prime is sane. One of 160,000 bits would keep a
// core busy for minutes.
func TestGroups(t *testing.T) {
	for _, c := range []struct {
		bytes int
		kind  evidence.Kind
	}{
		{256, evidence.KindEOF}, // the server leaves behind our key
		{maxGroupBytes, evidence.KindEOF},
		{maxGroupBytes + 1, evidence.KindOversize},
		{20000, evidence.KindOversize},
	} {
		der := rsaCert().Certificate[0]
		s := probeTLS(t, func(conn net.Conn) {
			readRecord(conn) // ClientHello
			conn.Write(flightDHE(der, c.bytes))
			readRecord(conn) // ClientKeyExchange, or our alert
		})
		if s.Failure.Op != evidence.OpHandshake || s.Failure.Kind != c.kind {
			t.Errorf("%d bytes: failure %+v, want %s", c.bytes, s.Failure, c.kind)
		}
		if s.TLS.Version != "TLS1.2" || s.TLS.Cipher != "TLS_DHE_RSA_WITH_AES_128_CBC_SHA" {
			t.Errorf("%d bytes: %+v", c.bytes, s.TLS)
		}
		checkChain(t, s.TLS, [][]byte{der})
	}
}

// flightDHE is ServerHello to ServerHelloDone of RFC 5246 section 7.4, with a
// prime of that length and no signature that anybody checks.
func flightDHE(der []byte, length int) []byte {
	message := func(kind byte, body []byte) []byte {
		return append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
	}
	vector := func(b []byte) []byte { return append([]byte{byte(len(b) >> 8), byte(len(b))}, b...) }
	hello := append(append([]byte{3, 3}, make([]byte, 32)...), 0, 0x00, 0x33, 0)
	certs := append([]byte{0}, vector(append([]byte{0}, vector(der)...))...)
	prime := bytes.Repeat([]byte{0xff}, length)
	params := slices.Concat(vector(prime), vector([]byte{2}), vector(prime[1:]), []byte{4, 1, 0, 1, 0})

	var flight []byte
	for _, m := range [][]byte{message(2, hello), message(11, certs), message(12, params), message(14, nil)} {
		for part := range slices.Chunk(m, 1<<14) {
			flight = slices.Concat(flight, []byte{22, 3, 3}, vector(part))
		}
	}
	return flight
}

func readRecord(conn net.Conn) {
	header := make([]byte, 5)
	io.ReadFull(conn, header)
	io.ReadFull(conn, make([]byte, int(header[3])<<8|int(header[4])))
}

// TestServerAlerts: what a server of crypto/tls says when it gives up.
func TestServerAlerts(t *testing.T) {
	withConfig := func(change func(*tls.Config)) func(net.Conn) {
		config := serverConfig()
		change(config)
		return serve(config)
	}
	for _, c := range []struct {
		alert string
		serve func(net.Conn)
		chain int
	}{
		{"unrecognized_name", withConfig(func(c *tls.Config) {
			c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }
			c.Certificates = nil
		}), 0},
		{"internal_error", withConfig(func(c *tls.Config) {
			c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("no") }
		}), 0},
		{"handshake_failure", withConfig(func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA} // no RSA key
		}), 0},
		{"protocol_version", func(conn net.Conn) {
			// An intolerant server, as they are: an alert and no ServerHello.
			readRecord(conn)
			conn.Write([]byte{21, 3, 1, 0, 2, 2, 70})
		}, 0},
		// In TLS 1.3 it comes behind a handshake that is done for the client.
		{"certificate_required", withConfig(func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }), 1},
		{"handshake_failure", withConfig(func(c *tls.Config) {
			c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
		}), 1},
	} {
		t.Run(c.alert, func(t *testing.T) {
			s := probeTLS(t, c.serve)
			if s.Failure.Op != evidence.OpHandshake || s.Failure.Kind != evidence.KindAlert || s.TLS.Alert != c.alert {
				t.Errorf("%+v, alert %q", s.Failure, s.TLS.Alert)
			}
			if len(s.TLS.Chain) != c.chain {
				t.Errorf("%d certificates", len(s.TLS.Chain))
			}
		})
	}
}

// TestAlertNames are the codes of RFC 8446 section 6, from the wire.
func TestAlertNames(t *testing.T) {
	for code, want := range map[byte]string{
		10: "unexpected_message", 20: "bad_record_mac", 22: "record_overflow", 40: "handshake_failure",
		42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired",
		46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error",
		51: "decrypt_error", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
		86: "inappropriate_fallback", 90: "user_canceled", 109: "missing_extension", 110: "unsupported_extension",
		112: "unrecognized_name", 113: "bad_certificate_status_response", 115: "unknown_psk_identity",
		116: "certificate_required", 120: "no_application_protocol", 200: "alert_200",
	} {
		s := probeTLS(t, func(conn net.Conn) {
			readRecord(conn)
			conn.Write([]byte{21, 3, 3, 0, 2, 2, code})
		})
		if s.Failure.Kind != evidence.KindAlert || s.TLS.Alert != want || s.TLS.Version != "" {
			t.Errorf("alert %d: %+v %+v", code, s.Failure, s.TLS)
		}
	}
}

// TestBrokenHandshakes: what is left of a handshake that ended otherwise.
func TestBrokenHandshakes(t *testing.T) {
	hello := func(version byte) []byte { // ServerHello with TLS_RSA_WITH_AES_128_CBC_SHA, RFC 5246 section 7.4.1.3
		body := append([]byte{3, version}, make([]byte, 32)...)
		body = append(body, 0, 0x00, 0x2f, 0)
		msg := append([]byte{2, 0, 0, byte(len(body))}, body...)
		return append([]byte{22, 3, version, 0, byte(len(msg))}, msg...)
	}
	after := func(answer []byte) func(net.Conn) {
		return func(conn net.Conn) {
			readRecord(conn)
			conn.Write(answer)
		}
	}
	for _, c := range []struct {
		name    string
		serve   func(net.Conn)
		kind    evidence.Kind
		version string
	}{
		{"closed", after(nil), evidence.KindEOF, ""},
		{"closed inside a record", after([]byte{22, 3, 3, 0, 100, 2}), evidence.KindEOF, ""},
		{"close_notify", after([]byte{21, 3, 3, 0, 2, 1, 0}), evidence.KindEOF, ""},
		{"plain SMTP", after([]byte("502 what is this\r\n")), evidence.KindMalformed, ""},
		{"SSLv2", after([]byte{0x80, 0x2e, 1, 0, 2}), evidence.KindMalformed, ""},
		{"not a ServerHello", after([]byte{22, 3, 3, 0, 4, 14, 0, 0, 0}), evidence.KindMalformed, ""},
		{"record too long", after([]byte{22, 3, 3, 0xff, 0xff}), evidence.KindMalformed, ""},
		{"empty record, to which we send an alert", after([]byte{22, 3, 3, 0, 0}), evidence.KindMalformed, ""},
		{"message too long", after([]byte{22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff}), evidence.KindOversize, ""},
		{"SSL 3.0", after(hello(0)), evidence.KindOther, "SSL3.0"},
		{"closed behind the ServerHello", after(hello(3)), evidence.KindEOF, "TLS1.2"},
		{"only warnings", after(bytes.Repeat([]byte{21, 3, 3, 0, 2, 1, 112}, 1000)), evidence.KindMalformed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := probeTLS(t, c.serve)
			if s.Failure.Op != evidence.OpHandshake || s.Failure.Kind != c.kind {
				t.Errorf("failure %+v, want %s", s.Failure, c.kind)
			}
			if s.TLS.Version != c.version || s.TLS.SNI != mxEndpoint.Host || s.TLS.Alert != "" {
				t.Errorf("TLS %+v, want version %q", s.TLS, c.version)
			}
		})
	}
}

// TestUnparseableCertificate: the library gives up, and the DER is kept.
func TestUnparseableCertificate(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		cert := serverCert()
		cert.Certificate = [][]byte{append(bytes.Clone(cert.Certificate[0]), 0)}
		s := probeTLS(t, serve(&tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: version, MaxVersion: version}))
		if s.Failure.Op != evidence.OpHandshake || s.Failure.Kind != evidence.KindOther {
			t.Errorf("failure %+v", s.Failure)
		}
		checkChain(t, s.TLS, cert.Certificate)
	}
}

func TestLongChain(t *testing.T) {
	cert := serverCert()
	for len(cert.Certificate) < ChainCertificates {
		cert.Certificate = append(cert.Certificate, cert.Certificate[0])
	}
	s := probeTLS(t, serve(&tls.Config{Certificates: []tls.Certificate{cert}}))
	if s.Failure.Failed() || s.Truncated {
		t.Errorf("failure %+v, truncated %v", s.Failure, s.Truncated)
	}
	checkChain(t, s.TLS, cert.Certificate)

	cert.Certificate = append(cert.Certificate, cert.Certificate[0])
	s = probeTLS(t, serve(&tls.Config{Certificates: []tls.Certificate{cert}}))
	if s.Failure.Failed() || !s.Truncated {
		t.Errorf("failure %+v, truncated %v", s.Failure, s.Truncated)
	}
	checkChain(t, s.TLS, cert.Certificate[:ChainCertificates])
}

// TestChainIsLeftUnchecked: the library, which finds no issuer of ours, must not
// have looked for one.
func TestChainIsLeftUnchecked(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		inBubble(t, func(t *testing.T) {
			w, err := open(t.Context(), dialPeer(serve(&tls.Config{
				Certificates: []tls.Certificate{serverCert()}, MinVersion: version, MaxVersion: version,
			})), netip.AddrPortFrom(mxEndpoint.Addr, SMTPPort), DialTimeout)
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			conn, _, _, err := newTLSClient(DefaultLimits()).handshake(w, mxEndpoint.Host)
			if err != nil {
				t.Fatal(err)
			}
			if v := conn.GetHandshakeLog().ServerCertificates.Validation; v == nil || !v.BrowserTrusted {
				t.Errorf("%#x: the library checked the chain: %+v", version, v)
			}
		})
	}
}
