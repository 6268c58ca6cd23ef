package resolver

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSystem(t *testing.T) {
	tests := map[string]struct {
		conf string
		want []string
	}{
		"some": {"# comment\nsearch example.com\nnameserver 192.0.2.1\nnameserver 2001:db8::1\noptions edns0\n",
			[]string{"192.0.2.1:53", "[2001:db8::1]:53"}},
		"with a zone": {"nameserver fe80::1%eth0\n", []string{"[fe80::1%eth0]:53"}},
		"none":        {"search example.com\n", nil},
		"no address":  {"nameserver localhost\n", nil},
	}
	for name, test := range tests {
		path := filepath.Join(t.TempDir(), "resolv.conf")
		if err := os.WriteFile(path, []byte(test.conf), 0o600); err != nil {
			t.Fatal(err)
		}
		servers, err := fromFile(path)
		var got []string
		for _, s := range servers {
			got = append(got, s.String())
		}
		if !slices.Equal(got, test.want) || (err != nil) != (test.want == nil) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	if _, err := fromFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
}

func TestConfig(t *testing.T) {
	servers := []netip.AddrPort{addrA}
	tests := map[string]struct {
		config Config
		want   string // part of the error
	}{
		"no server":     {Config{}, "no server"},
		"no port":       {Config{Servers: []netip.AddrPort{netip.AddrPortFrom(addrA.Addr(), 0)}}, "no address and port"},
		"no address":    {Config{Servers: []netip.AddrPort{{}}}, "no address and port"},
		"many sockets":  {Config{Servers: servers, Sockets: 65}, "65 sockets"},
		"many tries":    {Config{Servers: servers, Tries: 11}, "11 tries"},
		"long timeout":  {Config{Servers: servers, Timeout: 2 * time.Minute}, "2m0s"},
		"below nothing": {Config{Servers: servers, Tries: -1}, "-1 tries"},
	}
	for name, test := range tests {
		r, err := New(test.config)
		if err == nil {
			_ = r.Close()
			t.Errorf("%s: accepted", name)
		} else if !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
