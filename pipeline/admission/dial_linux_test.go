package admission

import (
	"net"
	"net/netip"
	"testing"
)

// TestPortsAreSharedBetweenDestinations: two connections may have the same port on
// our side as long as they go to different addresses. Were each port given away
// once, as it is to a socket that is bound before it connects, a scan would have
// 28,000 of them a minute, in which those of closed connections count. So many
// connections choose the same port now and then: none does so once in 10^15 times.
func TestPortsAreSharedBetweenDestinations(t *testing.T) {
	l, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
		}
	}()
	const connections = 1000
	port := netip.MustParseAddrPort(l.Addr().String()).Port()
	used := map[uint16]int{}
	for n := range connections {
		addr := netip.AddrFrom4([4]byte{127, 1, byte(n / 250), byte(n%250 + 1)})
		conn, err := dialSocket(t.Context(), "tcp", netip.AddrPortFrom(addr, port))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		used[netip.MustParseAddrPort(conn.LocalAddr().String()).Port()]++
	}
	if len(used) == connections {
		t.Errorf("%d connections to as many addresses have as many ports", connections)
	}
	t.Logf("%d connections share %d ports", connections, len(used))
}
