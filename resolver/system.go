package resolver

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/miekg/dns"
)

// resolvConf is where the system names its resolvers (resolv.conf(5)).
const resolvConf = "/etc/resolv.conf"

// System returns the recursive resolvers of this system, in the order of
// /etc/resolv.conf. It is an error when there is none.
func System() ([]netip.AddrPort, error) { return fromFile(resolvConf) }

func fromFile(path string) ([]netip.AddrPort, error) {
	conf, err := dns.ClientConfigFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("system resolvers: %w", err)
	}
	port, err := strconv.ParseUint(conf.Port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("system resolvers: %s: port %q", path, conf.Port)
	}
	var servers []netip.AddrPort
	for _, s := range conf.Servers {
		addr, err := netip.ParseAddr(s)
		if err != nil {
			return nil, fmt.Errorf("system resolvers: %s: %w", path, err)
		}
		servers = append(servers, netip.AddrPortFrom(addr, uint16(port)))
	}
	if len(servers) == 0 {
		return nil, fmt.Errorf("system resolvers: %s names no nameserver", path)
	}
	return servers, nil
}
