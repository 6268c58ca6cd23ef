package probe

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/zmap/zcrypto/tls"
	"github.com/zmap/zcrypto/x509"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// OfferID names the ClientHello that both probers send: versions, suites,
// groups and signature algorithms. It changes when one of them does, so that
// figures of two scans can be told apart by what was offered.
const OfferID = "tls10-13/dhe/rsa/3des/rc4/x25519-p256-p384-p521/v1"

// suites is all that zcrypto can complete, strongest first: what no server of
// ours would choose is offered too, because a refusal for want of a common
// suite would hide the server's certificate.
//
// Out of reach are SSL 3.0, X448, finite-field groups in TLS 1.3, CCM, ARIA,
// CBC with SHA-384, anonymous suites, and servers that insist on the extended
// master secret: they answer with an alert, as a rule handshake_failure, which
// says "nothing in common with our offer" and never "no TLS".
func suites() []uint16 {
	return []uint16{
		tls.TLS_AES_128_GCM_SHA256, // 0x1301 to 0x1303 must be listed when suites are forced
		tls.TLS_AES_256_GCM_SHA384,
		tls.TLS_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
		tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_DHE_RSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_DHE_RSA_WITH_AES_256_CBC_SHA256,
		tls.TLS_DHE_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_DHE_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA256,
		tls.TLS_RSA_WITH_AES_256_CBC_SHA256,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA,
		tls.TLS_RSA_WITH_AES_256_CBC_SHA,
		tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA,
		tls.TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA,
		tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA,
		tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA,
		tls.TLS_RSA_WITH_RC4_128_SHA,
	}
}

// tlsClient makes TLS connections that verify nothing and record what they saw.
type tlsClient struct {
	suites []uint16
	curves []tls.CurveID
	protos []string // ALPN, RFC 7301
	limit  time.Duration
	chain  int
}

func newTLSClient(limits Limits, protos ...string) *tlsClient {
	return &tlsClient{
		suites: suites(),
		// The library's own default begins with ML-KEM, whose ClientHello does
		// not fit a segment and costs half as much again.
		curves: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
		protos: protos,
		limit:  limits.TLS,
		chain:  limits.ChainCertificates,
	}
}

// config is for one handshake: the library keeps the server name in it, and we
// the pool. Slices are shared, and read only.
func (c *tlsClient) config(host string) *tls.Config {
	return &tls.Config{
		Rand:                   groupBound{},
		ServerName:             host,
		InsecureSkipVerify:     true,
		RootCAs:                x509.NewCertPool(), // none would mean the roots of this machine
		MinVersion:             tls.VersionTLS10,
		MaxVersion:             tls.VersionTLS13,
		CipherSuites:           c.suites,
		ForceSuites:            true, // else all that is not in the library's own default is dropped silently
		CurvePreferences:       c.curves,
		NextProtos:             c.protos,
		SessionTicketsDisabled: true,
	}
}

// maxGroupBytes is the largest group of a DHE key exchange that we go on with:
// 8192 bits, twice what any server needs.
const maxGroupBytes = 1024

// groupBound is the source of random bytes for handshakes. It refuses to give
// more at a time than maxGroupBytes, and so refuses larger groups: the library
// asks for an exponent as long as the server's prime and then uses it, which
// for the largest prime that fits a message takes hours that no deadline ends.
type groupBound struct{}

func (groupBound) Read(p []byte) (int, error) {
	if len(p) > maxGroupBytes {
		return 0, neterr.Observation{Kind: evidence.KindOversize, What: fmt.Sprintf("group of %d bytes", len(p))}
	}
	return rand.Read(p)
}

// handshake is the step of that name on w. What was seen is returned whether or
// not it failed; cut says that the chain was longer than is kept.
func (c *tlsClient) handshake(w *wire, host string) (conn *tls.Conn, seen evidence.TLS, cut bool, err error) {
	w.step(c.limit)
	config := c.config(host)
	conn = tls.Client(w.conn, config)
	config.Time = func() time.Time {
		uncheck(conn, config.RootCAs)
		return time.Now()
	}
	err = shake(conn)
	seen = evidence.TLS{SNI: host, Alert: receivedAlert(err)}
	// The log is read even when the handshake failed: a certificate that the
	// library cannot parse stands nowhere else.
	log := conn.GetHandshakeLog()
	if log == nil {
		return conn, seen, false, err
	}
	if hello := log.ServerHello; hello != nil {
		seen.Version, seen.Cipher = version(hello), cipher(hello.CipherSuite)
	}
	if certs := log.ServerCertificates; certs != nil {
		seen.Chain, cut = chain(certs, c.chain)
	}
	return conn, seen, cut, err
}

// uncheck spares us the library's own check of the chain, which no setting turns
// off: signatures of which nobody reads the outcome, and for a chain of hundreds
// of namesakes one for each pair of them. A leaf that is among the roots needs
// none. The library asks for the time, which is where this is called from, when
// it has logged the chain and before it checks it.
func uncheck(conn *tls.Conn, roots *x509.CertPool) {
	log := conn.GetHandshakeLog()
	if log == nil || log.ServerCertificates == nil {
		return
	}
	sum := sha256.Sum256(log.ServerCertificates.Certificate.Raw)
	roots.AddCert(&x509.Certificate{FingerprintSHA256: sum[:]})
}

// shake contains a panic of the library: it parses what strangers send, and one
// of them must not end the scan of all the others. The fault is ours.
func shake(conn *tls.Conn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = neterr.Observation{Kind: evidence.KindLocal, What: fmt.Sprintf("panic in zcrypto/tls: %v", p)}
		}
	}()
	return conn.Handshake()
}

const versionTLS13 = "TLS1.3"

// version is the version that the server selected. "SSL3.0" and unknown ones,
// which we cannot go on with, are named too.
func version(hello *tls.ServerHello) string {
	v := hello.Version
	if hello.SupportedVersions != nil { // RFC 8446 section 4.2.1
		v = hello.SupportedVersions.SelectedVersion
	}
	switch uint16(v) {
	case tls.VersionTLS13:
		return versionTLS13
	case tls.VersionTLS12:
		return "TLS1.2"
	case tls.VersionTLS11:
		return "TLS1.1"
	case tls.VersionTLS10:
		return "TLS1.0"
	case 0x0300: // RFC 6101
		return "SSL3.0"
	}
	return fmt.Sprintf("0x%04X", uint16(v))
}

func cipher(id tls.CipherSuiteID) string {
	if name := id.String(); name != "unknown" {
		return name
	}
	return fmt.Sprintf("0x%04X", uint16(id))
}

// chain is the certificates as sent, at most limit of them.
func chain(log *tls.Certificates, limit int) (certs []evidence.Certificate, cut bool) {
	if len(log.Certificate.Raw) == 0 {
		return nil, false
	}
	sent := 1 + len(log.Chain)
	certs = make([]evidence.Certificate, 0, min(sent, limit))
	certs = append(certs, certificate(log.Certificate.Raw))
	for _, c := range log.Chain[:cap(certs)-1] {
		certs = append(certs, certificate(c.Raw))
	}
	return certs, sent > limit
}

func certificate(der []byte) evidence.Certificate {
	sum := sha256.Sum256(der)
	return evidence.Certificate{SHA256: hex.EncodeToString(sum[:]), DER: der}
}

// receivedAlert is the name of the alert in err, if the peer sent it. The
// library puts its own alerts into the same type, with another Op.
func receivedAlert(err error) string {
	var (
		op    *net.OpError
		alert tls.Alert
	)
	if errors.As(err, &op) && op.Op == "remote error" && errors.As(op.Err, &alert) {
		return alertName(uint8(alert))
	}
	return ""
}

// rejects reports whether an alert received behind a handshake is the server's
// rejection of it. In TLS 1.3 the client is done first, so that a server that
// asks for a certificate, say, refuses only then (RFC 8446 section 4.4.2.4).
func rejects(seen evidence.TLS, alert string) bool {
	return seen.Version == versionTLS13 && alert != "" && alert != alertName(uint8(tls.AlertUserCanceled))
}
