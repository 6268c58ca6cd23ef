package lab

import (
	"context"
	"net"
	"net/netip"

	"stscan/internal/lab/memnet"
)

// ephemeral is where client ports begin, as in Linux; 28,232 of them are used
// in turn.
const (
	ephemeral     = 32768
	ephemeralLast = 60999
)

// Dial connects to an address of a world in memory: network is "udp" or
// "tcp". It returns the errors that net.Dialer would, among them those of
// places that refuse, reset, swallow or cannot be reached; an address that is
// not of the world cannot be reached either, and is counted as a stray.
func (w *World) Dial(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
	w.count.connect(addr)
	if network == "tcp" && !w.isResolver(addr) {
		w.observe(Event{Kind: Connected, Addr: addr})
	}
	if err := ctx.Err(); err != nil {
		return nil, memnet.Interrupted(network, addr, err)
	}
	if network == "udp" {
		return w.dialUDP(addr), nil
	}
	if err := memnet.Sleep(ctx, w.cfg.Latency); err != nil {
		return nil, memnet.Interrupted(network, addr, err)
	}
	if err := w.dialDark(ctx, network, addr); err != nil {
		return nil, err
	}
	if w.isResolver(addr) {
		if w.silent.is(addr) {
			return nil, memnet.Blackhole(ctx, network, addr)
		}
		return w.connect(addr, w.serveDNS), nil
	}
	st, ok := w.plan.at(addr.Addr())
	if !ok {
		w.count.add(func(n *Counters) { n.Strays[addr]++ })
		return nil, memnet.Unreachable(network, addr)
	}
	switch st.kind {
	case kindBlackhole:
		return nil, memnet.Blackhole(ctx, network, addr)
	case kindUnreachable:
		return nil, memnet.Unreachable(network, addr)
	}
	if !w.listens(st.kind, addr.Port()) {
		return nil, memnet.Refused(network, addr)
	}
	switch st.kind {
	case kindWeb:
		return w.connect(addr, func(c net.Conn) { w.serveWeb(c, st) }), nil
	case kindMail:
		return w.connect(addr, func(c net.Conn) { w.serveMail(c, st) }), nil
	}
	return w.connectReset(addr), nil
}

// listens reports whether a kind of address has a listener at a port.
func (w *World) listens(k kind, port uint16) bool {
	switch k {
	case kindWeb:
		return port == w.place.https
	case kindMail:
		return port == w.place.smtp
	case kindReset, kindBlackhole:
		return port == w.place.https || port == w.place.smtp
	}
	return false
}

func (w *World) dialUDP(addr netip.AddrPort) net.Conn {
	if !w.isResolver(addr) {
		w.count.add(func(n *Counters) { n.Strays[addr]++ })
		return memnet.Packet(w.client(addr), addr, nil)
	}
	return memnet.Packet(w.client(addr), addr, func(query []byte, send func([]byte)) { w.datagram(addr, query, send) })
}

// connect establishes a connection to a server that runs f.
func (w *World) connect(addr netip.AddrPort, f func(net.Conn)) net.Conn {
	client, server := memnet.Pipe(w.client(addr), addr)
	w.serve(server, f)
	return client
}

// connectReset establishes a connection that is reset at once.
func (w *World) connectReset(addr netip.AddrPort) net.Conn {
	client, server := memnet.Pipe(w.client(addr), addr)
	// The server's end is new: there is no error to report.
	_ = server.Reset()
	return client
}

// client is the scanner's own address and port for a connection.
func (w *World) client(to netip.AddrPort) netip.AddrPort {
	port := ephemeral + w.ports.Add(1)%(ephemeralLast-ephemeral+1)
	if to.Addr().Is4() {
		return netip.AddrPortFrom(memoryClient4, uint16(port))
	}
	return netip.AddrPortFrom(memoryClient6, uint16(port))
}
