package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"time"
)

const (
	// portTries is how often another port is tried when one is not free at
	// each address of the world.
	portTries = 20
	// udpBuffer is the receive buffer asked for on the resolver's socket: some
	// thousands of questions, as fast scanners send them in bursts.
	udpBuffer = 4 << 20
	// acceptPause is the wait after an accept that failed, for want of
	// descriptors say.
	acceptPause = 10 * time.Millisecond
	// resetWait is far longer than a connect over loopback takes.
	resetWait = 50 * time.Millisecond
)

// resolverLoopback is where the resolver of a world on loopback listens.
var resolverLoopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// ListenLoopback makes a world on addresses of 127/8, one port for all policy
// hosts and one for all MX hosts, and serves it until ctx is done or the world
// is closed. It needs a machine that has all of 127/8, as Linux has.
func ListenLoopback(ctx context.Context, cfg Config) (*World, error) {
	w, err := newWorld(cfg, network{loopback: true, first: 127})
	if err != nil {
		return nil, err
	}
	if err := w.listen(); err != nil {
		w.Close()
		return nil, fmt.Errorf("lab: listen on loopback: %w", err)
	}
	stop := context.AfterFunc(ctx, w.Close)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closers = append(w.closers, func() error { stop(); return nil })
	return w, nil
}

func (w *World) listen() error {
	if err := w.listenDNS(); err != nil {
		return err
	}
	var err error
	if w.place.https, err = w.listenAll(kindWeb); err != nil {
		return err
	}
	w.place.smtp, err = w.listenAll(kindMail)
	return err
}

// listenDNS binds the resolver: one port, UDP and TCP, at each of its addresses.
func (w *World) listenDNS() error {
	return onFreePort(func() error {
		var bound []resolverSocket
		w.place.resolver = netip.AddrPortFrom(resolverLoopback, 0)
		for n := range max(w.cfg.Resolvers, 1) {
			r, err := bindResolver(w.resolverAt(n))
			if err != nil {
				for _, b := range bound {
					b.tcp.Close()
					b.udp.Close()
				}
				return err
			}
			bound = append(bound, r)
			w.place.resolver = netip.AddrPortFrom(resolverLoopback, r.addr.Port())
		}
		for _, r := range bound {
			w.closers = append(w.closers, r.udp.Close)
			for range runtime.GOMAXPROCS(0) {
				w.running.Go(func() { w.serveUDP(r.addr, r.udp) })
			}
			w.accept(r.tcp, w.serveDNS)
		}
		return nil
	})
}

// resolverSocket is one address of the resolver, bound.
type resolverSocket struct {
	addr netip.AddrPort
	tcp  *net.TCPListener
	udp  *net.UDPConn
}

func bindResolver(addr netip.AddrPort) (resolverSocket, error) {
	ln, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(addr))
	if err != nil {
		return resolverSocket{}, err
	}
	addr = ln.Addr().(*net.TCPAddr).AddrPort()
	pc, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		ln.Close()
		return resolverSocket{}, err
	}
	// The kernel grants what it allows; a smaller buffer only drops more.
	_ = pc.SetReadBuffer(udpBuffer)
	return resolverSocket{addr, ln, pc}, nil
}

// listenAll binds one port at every address of a kind of server, and at those
// of places that answer in some way, and returns it.
func (w *World) listenAll(service kind) (uint16, error) {
	var port int
	err := onFreePort(func() error {
		var bound []bound
		port = 0
		for _, addr := range w.plan.order {
			st := w.plan.sites[addr]
			if st.kind != service && st.kind != kindReset && st.kind != kindBlackhole {
				continue
			}
			b, err := bind(addr, port, st)
			if err != nil {
				closeAll(bound)
				return err
			}
			bound = append(bound, b)
			port = b.ln.Addr().(*net.TCPAddr).Port
		}
		for _, b := range bound {
			w.attend(b)
		}
		return nil
	})
	return uint16(port), err
}

// onFreePort runs f until it meets no port in use.
func onFreePort(f func() error) error {
	var err error
	for range portTries {
		if err = f(); !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
	}
	return err
}

// bound is a listener, with the connections that clog it if it is a blackhole.
type bound struct {
	ln   *net.TCPListener
	st   site
	clog []net.Conn
}

func closeAll(bs []bound) {
	for _, b := range bs {
		b.close()
	}
}

func (b bound) close() error {
	for _, c := range b.clog {
		c.Close()
	}
	return b.ln.Close()
}

func bind(addr netip.Addr, port int, st site) (bound, error) {
	ln, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.AddrPortFrom(addr, uint16(port))))
	if err != nil {
		return bound{}, err
	}
	b := bound{ln: ln, st: st}
	if st.kind != kindBlackhole {
		return b, nil
	}
	if b.clog, err = clog(ln); err != nil {
		b.close()
		return bound{}, err
	}
	return b, nil
}

// attend serves a listener until the world is closed.
func (w *World) attend(b bound) {
	switch st := b.st; st.kind {
	case kindBlackhole:
		w.closers = append(w.closers, b.close)
	case kindReset:
		w.accept(b.ln, resetSoon)
	case kindWeb:
		w.accept(b.ln, func(c net.Conn) { w.serveWeb(c, st) })
	case kindMail:
		w.accept(b.ln, func(c net.Conn) { w.serveMail(c, st) })
	}
}

// resetSoon resets a connection once the client has said something, or after
// a moment: a RST in the same instant could be taken for one to the SYN.
func resetSoon(c net.Conn) {
	if slow, ok := c.(*slowConn); ok {
		c = slow.Conn
	}
	tc, ok := c.(*net.TCPConn)
	if !ok || tc.SetReadDeadline(time.Now().Add(resetWait)) != nil {
		return
	}
	_, _ = tc.Read(make([]byte, 1))
	// With a linger time of zero, the close that follows sends RST.
	_ = tc.SetLinger(0)
}

// accept serves what connects with f.
func (w *World) accept(ln *net.TCPListener, f func(net.Conn)) {
	w.closers = append(w.closers, ln.Close)
	addr := ln.Addr().(*net.TCPAddr).AddrPort()
	w.running.Go(func() {
		for {
			c, err := ln.AcceptTCP()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				time.Sleep(acceptPause)
				continue
			}
			w.count.connect(addr)
			if !w.isResolver(addr) {
				w.observe(Event{Kind: Connected, Addr: addr})
			}
			w.serve(c, f)
		}
	})
}
