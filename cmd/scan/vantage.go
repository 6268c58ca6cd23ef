package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"

	"stscan/internal/evidence"
	"stscan/resolver"
)

// Two root name servers: far away and never special-purpose, so that the route
// to them is the route to the Internet. Nothing is sent to them: connecting a
// UDP socket only asks the kernel for its route.
const (
	farIPv4 = "198.41.0.4:53"
	farIPv6 = "[2001:503:ba3e::2:30]:53"
)

// sourceAddresses are the addresses from which this machine would contact the
// Internet, by family.
func sourceAddresses() (v4, v6 netip.Addr) {
	return sourceTo("udp4", farIPv4), sourceTo("udp6", farIPv6)
}

func sourceTo(network, far string) netip.Addr {
	conn, err := net.Dial(network, far)
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	ap, err := netip.ParseAddrPort(conn.LocalAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// ehloName is the name this machine gives in EHLO: the host name if it is fully
// qualified, else the address literal (RFC 5321 section 4.1.3).
func ehloName(given string, v4, v6 netip.Addr) string {
	if given != "" {
		return given
	}
	if host, err := os.Hostname(); err == nil && strings.Contains(strings.Trim(host, "."), ".") {
		return strings.TrimSuffix(host, ".")
	}
	switch {
	case v4.IsValid():
		return "[" + v4.String() + "]"
	case v6.IsValid():
		return "[IPv6:" + v6.String() + "]"
	}
	return "[127.0.0.1]" // this machine reaches nothing but itself
}

// answering asks each resolver one question and returns those from which
// anything comes back. One that refuses is kept, with a warning: it may serve
// the names of the list, and no others. None is an error that says what each did.
func answering(ctx context.Context, servers []netip.AddrPort, dial resolver.DialFunc, log *slog.Logger) ([]netip.AddrPort, error) {
	var good []netip.AddrPort
	var silent []string
	for _, server := range servers {
		l, err := askOne(ctx, server, dial)
		switch {
		case err != nil:
			return nil, failf("resolver %s: %v", server, err)
		case l.RCode == "":
			silent = append(silent, fmt.Sprintf("%s: %s", server, l.Failure.Kind))
			continue
		case !l.Answered():
			log.Warn("resolver has no answer to a question about com", "resolver", server.String(), "rcode", l.RCode)
		}
		good = append(good, server)
	}
	if len(good) == 0 {
		return nil, failf("no resolver answers (%s); name one that does with --resolver ADDRESS:PORT", strings.Join(silent, "; "))
	}
	for _, s := range silent {
		log.Warn("resolver left out", "resolver", s)
	}
	return good, nil
}

func askOne(ctx context.Context, server netip.AddrPort, dial resolver.DialFunc) (evidence.Lookup, error) {
	r, err := resolver.New(resolver.Config{Servers: []netip.AddrPort{server}, Dial: dial, Sockets: 1, Tries: 2})
	if err != nil {
		return evidence.Lookup{}, err
	}
	defer r.Close()
	return r.Probe(ctx, evidence.Question{Name: "com", Type: evidence.TypeNS}), nil
}

func newLogger(w io.Writer, format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}
