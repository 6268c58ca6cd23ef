package lab

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net"
	"strconv"
	"time"
)

// dnsIdle is how long a TCP connection to the resolver may be silent; it
// stands for the few seconds that real resolvers grant (RFC 7766 section 6.2.3).
const dnsIdle = 10 * time.Second

// datagram handles one UDP question; send is called with the answer at most
// once, now or, when the world is slow, later; before it, now, with the answer
// that somebody forged.
func (w *World) datagram(query []byte, send func([]byte)) {
	if w.lost() {
		return
	}
	answer, fault := w.respond(query, false)
	if answer == nil {
		return
	}
	if fault == DNSForged {
		send(forgery(answer))
	}
	if w.cfg.Latency > 0 {
		time.AfterFunc(w.cfg.Latency, func() { send(answer) })
		return
	}
	send(answer)
}

// lost decides about the next UDP question.
func (w *World) lost() bool {
	if w.cfg.Loss == 0 {
		return false
	}
	n := strconv.FormatUint(w.messages.Add(1), 10)
	return float64(hash(w.cfg.Seed, "loss", n)) < w.cfg.Loss*math.MaxUint64
}

// serveUDP answers what comes in on pc until it is closed.
func (w *World) serveUDP(pc *net.UDPConn) {
	buf := make([]byte, maxMessage)
	for {
		n, from, err := pc.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		w.datagram(buf[:n], func(answer []byte) {
			// A datagram that cannot be sent is lost, as datagrams may be.
			_, _ = pc.WriteToUDPAddrPort(answer, from)
		})
	}
}

// serveDNS answers questions on one TCP connection.
func (w *World) serveDNS(c net.Conn) {
	var size [2]byte
	for {
		if err := c.SetReadDeadline(time.Now().Add(dnsIdle)); err != nil {
			return
		}
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		answer, fault := w.respond(query, true)
		if answer == nil || fault == DNSTCPSilent {
			continue
		}
		length := uint16(len(answer))
		switch fault {
		case DNSTCPClosed:
			return
		case DNSTCPCut:
			answer = answer[:len(answer)/2]
		}
		message := binary.BigEndian.AppendUint16(make([]byte, 0, len(answer)+len(size)), length)
		if _, err := c.Write(append(message, answer...)); err != nil || fault == DNSTCPCut {
			return
		}
	}
}
