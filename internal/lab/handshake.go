package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"
)

const (
	// patience is how long a server waits for a client to speak, the five
	// minutes of RFC 5321 section 4.5.3.2.7.
	patience = 5 * time.Minute
	// hold is how long a server that stalls keeps a connection: longer than
	// any client waits.
	hold = 15 * time.Minute
	// drained bounds what a server reads from a client that goes on talking
	// after the end.
	drained = 64 << 10
	// farewell is how long a server waits for the client to close.
	farewell = 10 * time.Second
)

// errOdd ends a handshake that a server of the lab does not mean to finish.
var errOdd = errors.New("lab: no handshake on purpose")

// handshake does TLS as the host named by SNI does at this address. find says
// how; it is not called again. A nil connection means that there is nothing
// left to do but to close.
func (w *World) handshake(c net.Conn, find func(name string) (TLSServer, bool)) (tc *tls.Conn, name string) {
	var how TLSServer
	known := false
	slow := &trickle{Conn: c, w: w}
	quiet := &quietConn{Conn: slow}
	config := &tls.Config{
		// Old versions are refused, if at all, by the configuration of the host.
		MinVersion: tls.VersionTLS10,
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			name = canonical(hello.ServerName)
			w.count.contact(name, localAddr(c))
			w.observe(Event{Kind: Named, Host: name, Addr: localAddrPort(c)})
			how, known = find(name)
			if !known {
				how = TLSServer{Alert: unrecognizedName}
			}
			slow.pause = how.Trickle
			if how.Alert != 0 || how.Junk || how.Stall || how.Close || how.Raw.set() {
				quiet.on = true
				return nil, errOdd
			}
			return w.tlsConfig(name, how)
		},
	}
	tc = tls.Server(quiet, config)
	if err := tc.HandshakeContext(context.Background()); err == nil {
		slow.pause = 0
		return tc, name
	}
	if !quiet.on {
		return nil, name
	}
	switch {
	case how.Raw.set():
		w.play(c, c, how.Raw)
		hangUp(c)
	case how.Alert != 0:
		_, _ = c.Write(alertRecord(how.Alert))
		hangUp(c)
	case how.Junk:
		_, _ = io.WriteString(c, "this is no TLS, and was never meant to be\r\n")
		hangUp(c)
	case how.Stall:
		stall(c)
	case how.Close:
		hangUp(c)
	}
	return nil, name
}

// unrecognizedName is the alert of a server that does not know the host asked
// for (RFC 6066 section 3).
const unrecognizedName = 112

// alertRecord is a fatal alert outside of encryption (RFC 8446 section 6).
func alertRecord(description uint8) []byte {
	const contentAlert, fatal = 21, 2
	return []byte{contentAlert, 3, 3, 0, 2, fatal, description}
}

func (w *World) tlsConfig(name string, how TLSServer) (*tls.Config, error) {
	cert, err := w.pki.certificate(name, how.Cert)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{
		Certificates:           []tls.Certificate{*cert},
		MinVersion:             how.MinVersion,
		MaxVersion:             how.MaxVersion,
		SessionTicketsDisabled: true,
		Time:                   w.cfg.Now,
	}
	if how.ClientCert {
		config.ClientAuth = tls.RequireAnyClientCert
	}
	if config.MinVersion == 0 {
		config.MinVersion = tls.VersionTLS12
		if how.MaxVersion != 0 {
			config.MinVersion = tls.VersionTLS10
		}
	}
	return config, nil
}

// quietConn drops what is written once it is on: the alert that crypto/tls
// sends when it is told to give up.
type quietConn struct {
	net.Conn
	on bool
}

func (c *quietConn) Write(b []byte) (int, error) {
	if c.on {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// CloseWrite ends what is written, if the connection can.
func (c *quietConn) CloseWrite() error { return closeWrite(c.Conn) }

// hangUp says that nothing more comes and waits for the client to close, so
// that it sees an orderly end and never a reset for bytes unread.
func hangUp(c net.Conn) {
	if closeWrite(c) != nil || c.SetReadDeadline(time.Now().Add(farewell)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, c, drained)
}

// stall says nothing until the client goes away.
func stall(c net.Conn) {
	if c.SetReadDeadline(time.Now().Add(hold)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, c, drained)
}

func localAddr(c net.Conn) netip.Addr { return localAddrPort(c).Addr() }

func localAddrPort(c net.Conn) netip.AddrPort {
	if a, ok := c.LocalAddr().(*net.TCPAddr); ok {
		ap := a.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}
