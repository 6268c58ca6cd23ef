package lab

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"stscan/internal/lab/memnet"
)

// Dark is a part of the scanner's own network that goes dark: a fault of the
// vantage, of which no host of the world knows.
type Dark string

const (
	DarkResolver Dark = "resolver" // no question is answered
	DarkSMTP     Dark = "smtp"     // connects to port 25 get no answer
	DarkReject   Dark = "reject"   // a firewall resets connects to port 25
	DarkIPv6     Dark = "ipv6"     // no route
	DarkAll      Dark = "all"      // a cable is out: nothing gets through
)

// outage is a time in which something is dark.
type outage struct {
	what     Dark
	from, to time.Time
}

// Darken lets a part of the network of a world in memory be dark from a time on
// and until another. Connections that are open by then go on.
func (w *World) Darken(what Dark, from, to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := append(slices.Clone(*w.outages.Load()), outage{what: what, from: from, to: to})
	w.outages.Store(&all)
}

// dark reports whether any of these parts is dark now.
func (w *World) dark(parts ...Dark) bool {
	outages := *w.outages.Load()
	if len(outages) == 0 {
		return false
	}
	now := time.Now()
	return slices.ContainsFunc(outages, func(o outage) bool {
		return slices.Contains(parts, o.what) && !now.Before(o.from) && now.Before(o.to)
	})
}

// dialDark is the error of a connect in the dark; nil in the light.
func (w *World) dialDark(ctx context.Context, network string, addr netip.AddrPort) error {
	smtp := addr.Port() == w.place.smtp
	switch {
	case w.dark(DarkAll), addr == w.place.resolver && w.dark(DarkResolver), smtp && w.dark(DarkSMTP):
		return memnet.Blackhole(ctx, network, addr)
	case smtp && w.dark(DarkReject):
		return memnet.Refused(network, addr)
	case addr.Addr().Is6() && w.dark(DarkIPv6):
		return memnet.NoRoute(network, addr)
	}
	return nil
}
