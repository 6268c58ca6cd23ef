package lab

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/miekg/dns"
)

// dnsIdle is how long a TCP connection to the resolver may be silent; it
// stands for the few seconds that real resolvers grant (RFC 7766 section 6.2.3).
const dnsIdle = 10 * time.Second

// datagram handles one UDP question to a resolver; send is called with the answer at most
// once, now or, when the world is slow, later; before it, now, with the answer
// that somebody forged.
func (w *World) datagram(resolver netip.AddrPort, query []byte, send func([]byte)) {
	if w.silent.is(resolver) || w.lost() || w.dark(DarkResolver, DarkAll) {
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
	return w.cfg.Loss > 0 && w.chance("loss", w.messages.Add(1), w.cfg.Loss)
}

// failing decides about a question that arrived: it fails for a share of the
// questions, the first time that they are asked. It passes for each, and does not
// depend on the order in which they come.
func (w *World) failing(name string, typ uint16) bool {
	if w.cfg.ServFail == 0 {
		return false
	}
	key := name + " " + dns.TypeToString[typ]
	return w.drawn("servfail", key, w.cfg.ServFail) && w.failed.first(key)
}

// chance is whether what has this share happens to the n-th message.
func (w *World) chance(what string, n uint64, share float64) bool {
	return w.drawn(what, strconv.FormatUint(n, 10), share)
}

// drawn is whether what has this share happens to key.
func (w *World) drawn(what, key string, share float64) bool {
	return float64(hash(w.cfg.Seed, what, key)) < share*math.MaxUint64
}

// serveUDP answers what comes in on pc, a resolver's, until it is closed.
func (w *World) serveUDP(resolver netip.AddrPort, pc *net.UDPConn) {
	buf := make([]byte, maxMessage)
	for {
		n, from, err := pc.ReadFromUDPAddrPort(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		w.datagram(resolver, buf[:n], func(answer []byte) {
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
