package memnet_test

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"stscan/internal/lab/memnet"
)

var (
	client = netip.MustParseAddrPort("20.0.0.1:1024")
	server = netip.MustParseAddrPort("20.0.0.53:53")
)

// echo answers each datagram with itself, twice.
func echo(b []byte, reply func([]byte)) {
	reply([]byte(string(b) + "1"))
	reply([]byte(string(b) + "2"))
}

var packetTable = []struct {
	name string
	run  func(c net.Conn) []string
	want string
}{
	{"boundaries are kept", func(c net.Conn) []string {
		return []string{write(c, "a"), read(c), read(c)}
	}, "ok a1 a2"},
	{"what does not fit is lost", func(c net.Conn) []string {
		first := write(c, "abc")
		b := make([]byte, 2)
		c.Read(b)
		return []string{first, string(b), read(c)}
	}, "ok ab abc2"},
	{"a deadline ends a read", func(c net.Conn) []string {
		c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		return []string{read(c)}
	}, "timeout"},
	{"own close", func(c net.Conn) []string {
		return []string{outcome(c.Close()), read(c), write(c, "x")}
	}, "ok closed closed"},
}

func TestPackets(t *testing.T) {
	for _, c := range packetTable {
		t.Run("memory: "+c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := memnet.Packet(client, server, echo)
				defer conn.Close()
				if got := strings.Join(c.run(conn), " "); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
			})
		})
		t.Run("kernel: "+c.name, func(t *testing.T) {
			conn := kernelEcho(t)
			defer conn.Close()
			if got := strings.Join(c.run(conn), " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func kernelEcho(t *testing.T) net.Conn {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		b := make([]byte, 100)
		for {
			n, from, err := pc.ReadFrom(b)
			if err != nil {
				return
			}
			echo(b[:n], func(p []byte) { pc.WriteTo(p, from) })
		}
	}()
	conn, err := net.Dial("udp", pc.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestPacketToNobody(t *testing.T) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pc.Close()
	kernel, err := net.Dial("udp", pc.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]net.Conn{"memory": memnet.Packet(client, server, nil), "kernel": kernel} {
		if got := write(c, "x"); got != "ok" {
			t.Errorf("%s: first write: %s", name, got)
		}
		if _, err := c.Read(make([]byte, 10)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: read: %v, want ECONNREFUSED", name, err)
		}
		c.Close()
	}
}

func TestFullQueueDrops(t *testing.T) {
	c := memnet.Packet(client, server, func(b []byte, reply func([]byte)) { reply([]byte{b[0]}) })
	defer c.Close()
	for range 10_000 {
		c.Write([]byte("x"))
	}
	c.SetReadDeadline(time.Now().Add(time.Minute))
	n := 0
	for b := make([]byte, 1); n < 512; n++ {
		if _, err := c.Read(b); err != nil {
			t.Fatal(err)
		}
	}
	c.SetReadDeadline(time.Unix(1, 0))
	if got := read(c); got != "timeout" {
		t.Errorf("after 512 datagrams: %s, want nothing more", got)
	}
}
