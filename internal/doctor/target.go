package doctor

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// ErrTarget is returned by ParseTarget for what is neither host nor address.
var ErrTarget = errors.New("doctor: no host, and no address")

// ParseTarget reads HOST, HOST:PORT, an address, or an address with a port, IPv6
// in brackets. Whether a host is a name is not looked at.
func ParseTarget(s string, port uint16) (Target, error) {
	if addr, ok := address(s); ok {
		return Target{Addr: addr, Port: port}, nil
	}
	if inside, ok := strings.CutPrefix(s, "["); ok && strings.HasSuffix(inside, "]") {
		s = net.JoinHostPort(strings.TrimSuffix(inside, "]"), strconv.Itoa(int(port)))
	}
	host := s
	if strings.Contains(s, ":") {
		var number string
		var err error
		if host, number, err = net.SplitHostPort(s); err != nil {
			return Target{}, ErrTarget
		}
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil || n == 0 {
			return Target{}, ErrTarget
		}
		port = uint16(n)
	}
	if addr, ok := address(host); ok {
		return Target{Addr: addr, Port: port}, nil
	}
	if host == "" {
		return Target{}, ErrTarget
	}
	return Target{Host: host, Port: port}, nil
}

func address(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(s)
	return addr.Unmap(), err == nil && addr.Zone() == ""
}
