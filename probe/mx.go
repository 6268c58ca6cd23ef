package probe

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"net/netip"
	"time"

	"stscan/internal/evidence"
)

// SMTPPort is the port of a relay (RFC 5321 section 4.5.4.2).
const SMTPPort = 25

// MXConfig is what an MX prober needs.
type MXConfig struct {
	Dial     DialFunc // required
	Port     uint16   // 0 = SMTPPort
	EHLOName string   // our host name, or address literal (RFC 5321 section 4.1.3)
	Limits   Limits   // zero = DefaultLimits
}

// MX probes one address of an MX host for STARTTLS (RFC 3207). It may be used
// by any number of goroutines.
type MX struct {
	dial   DialFunc
	port   uint16
	name   string
	limits Limits
	tls    *tlsClient
}

// NewMX makes an MX prober.
func NewMX(c MXConfig) *MX {
	if c.Port == 0 {
		c.Port = SMTPPort
	}
	limits := c.Limits.orDefault()
	return &MX{dial: c.Dial, port: c.Port, name: c.EHLOName, limits: limits, tls: newTLSClient(limits)}
}

// Probe holds one session with one address: greeting, EHLO, STARTTLS,
// handshake, QUIT. It does not retry.
func (m *MX) Probe(ctx context.Context, ep evidence.Endpoint) evidence.Session {
	ctx, cancel := context.WithTimeout(ctx, m.limits.Session)
	defer cancel()
	span, elapsed := begin()
	s := evidence.Session{Endpoint: ep, Span: span}
	w, err := open(ctx, m.dial, netip.AddrPortFrom(ep.Addr, m.port), m.limits.Dial)
	if err != nil {
		s.ID = sessionID(ep, span.Start, "")
		s.Failure = dialFailure(err)
	} else {
		s.ID = sessionID(ep, span.Start, w.source())
		s.Failure = m.converse(w, &s)
		w.close()
	}
	s.Span.Duration = elapsed()
	return s
}

// converse fills s and returns the first failure.
func (m *MX) converse(w *wire, s *evidence.Session) evidence.Failure {
	d := &dialogue{w: w, out: w.conn, in: newReplyReader(w.conn, &m.limits), limits: &m.limits}
	offered, op, err := m.plaintext(d, s)
	s.Truncated = d.cut
	if err != nil {
		failure := w.failure(op, err)
		if failure.Kind == evidence.KindStatus {
			d.leave()
		}
		return failure
	}
	if !offered {
		d.leave()
		return evidence.Failure{}
	}
	return m.encrypted(d, s)
}

// plaintext is the session up to the reply to STARTTLS, in the order in which
// RFC 3207 section 4 has it. We never speak before the greeting (RFC 5321
// section 3.1). The op is that of the step that err ended.
func (m *MX) plaintext(d *dialogue, s *evidence.Session) (offered bool, op evidence.Op, err error) {
	s.Greeting, err = d.reply(m.limits.Greeting)
	if err = d.expect(220, s.Greeting, err); err != nil {
		return false, evidence.OpGreet, err
	}
	s.EHLO, err = d.command(cmdEHLO+m.name, m.limits.Command)
	if err == nil && s.EHLO.Code()/100 == 5 && d.in.inSync() {
		// RFC 5321 section 3.2: a server without extensions. It cannot offer any.
		s.HELO, err = d.command(cmdHELO+m.name, m.limits.Command)
		return false, evidence.OpEHLO, d.expect(250, s.HELO, err)
	}
	if err = d.expect(250, s.EHLO, err); err != nil {
		return false, evidence.OpEHLO, err
	}
	if !offers(s.EHLO, cmdStartTLS) {
		return false, evidence.OpEHLO, nil
	}
	s.StartTLS, err = d.command(cmdStartTLS, m.limits.Command)
	// What follows the 220 in the clear would be taken for the server's words
	// inside TLS, or be missing from its handshake.
	return true, evidence.OpStartTLS, d.expect(220, s.StartTLS, err)
}

// encrypted is the session from the handshake on.
func (m *MX) encrypted(d *dialogue, s *evidence.Session) evidence.Failure {
	conn, seen, cut, err := m.tls.handshake(d.w, s.Endpoint.Host)
	s.TLS = seen
	s.Truncated = s.Truncated || cut
	if err != nil {
		return d.w.failure(evidence.OpHandshake, err)
	}
	d.out = conn
	d.in.r.Reset(conn)
	err = d.leave()
	if alert := receivedAlert(err); rejects(seen, alert) {
		s.TLS.Alert = alert
		return d.w.failure(evidence.OpHandshake, err)
	}
	conn.Close()
	return evidence.Failure{}
}

// sessionIDLength is how many base32 characters an ID has: 130 bits.
const sessionIDLength = 26

// sessionID is the name of one session, from what makes it unlike all others.
// None of the parts can hold the NUL between them.
func sessionID(ep evidence.Endpoint, start time.Time, source string) string {
	sum := sha256.Sum256([]byte(ep.Host + "\x00" + ep.Addr.String() + "\x00" +
		start.UTC().Format(time.RFC3339Nano) + "\x00" + source))
	const lower = "abcdefghijklmnopqrstuvwxyz234567" // RFC 4648 section 6, in lower case
	return base32.NewEncoding(lower).WithPadding(base32.NoPadding).EncodeToString(sum[:])[:sessionIDLength]
}
