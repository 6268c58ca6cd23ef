//go:build linux

package main

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
)

// Where the servers are: in a network namespace of its own, every port is free.
const (
	dnsPort   = 5300
	httpsPort = 8443
	smtpPort  = 2525
)

// Each policy host and each mail host has an address of its own in 127/8, so
// that ports in TIME_WAIT, which are per destination, never run out.
const (
	policyNet = "127.10.0.0/16"
	mailNet   = "127.20.0.0/16"
	maxHosts  = 250 * 250
)

func address(second, n int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, byte(second), byte(n / 250), byte(n%250 + 1)})
}

func policyAddress(n int) netip.Addr { return address(10, n) }
func mailAddress(n int) netip.Addr   { return address(20, n) }

// The names: silent ones have MX records and no more; each deployment has a
// record, a policy host and a mail host of its own.
func silentName(n int) string     { return fmt.Sprintf("silent-%06d.test", n) }
func deploymentName(n int) string { return fmt.Sprintf("deployed-%05d.test", n) }

// world is the names and where they are written.
type world struct {
	dir                string
	silent, signalling int
}

func (w world) path(name string) string { return filepath.Join(w.dir, name) }

// lists are written once; each is a measurement's input.
const (
	silentList   = "silent.txt"   // names that signal nothing
	deployedList = "deployed.txt" // names with everything
	lookupList   = "lookups.txt"  // of these, two in a hundred have a record at _mta-sts
)

func (w world) writeLists() error {
	records := min(w.signalling, w.silent/50)
	if err := w.writeLines(silentList, w.silent, silentName); err != nil {
		return err
	}
	if err := w.writeLines(deployedList, w.signalling, deploymentName); err != nil {
		return err
	}
	return w.writeLines(lookupList, w.silent, func(n int) string {
		if n%50 == 0 && n/50 < records {
			return deploymentName(n / 50)
		}
		return silentName(n)
	})
}

func (w world) writeLines(name string, n int, line func(int) string) error {
	return w.write(name, func(b *bufio.Writer) {
		for i := range n {
			fmt.Fprintln(b, line(i))
		}
	})
}

// writeZone writes the one zone in which all names stand.
func (w world) writeZone() error {
	return w.write("test.zone", func(b *bufio.Writer) {
		fmt.Fprint(b, "$ORIGIN test.\n$TTL 3600\n@ SOA ns.test. hostmaster.test. 1 7200 3600 1209600 3600\n@ NS ns.test.\nns A 127.0.0.1\n")
		for n := range w.silent {
			fmt.Fprintf(b, "%s. MX 10 mx1.provider.test.\n%[1]s. MX 20 mx2.provider.test.\n", silentName(n))
		}
		for n := range w.signalling {
			name := deploymentName(n)
			fmt.Fprintf(b, "%s. MX 10 mx.%[1]s.\n_mta-sts.%[1]s. TXT \"v=STSv1; id=20261122T000000;\"\nmta-sts.%[1]s. A %[2]s\nmx.%[1]s. A %[3]s\n",
				name, policyAddress(n), mailAddress(n))
		}
	})
}

func (w world) write(name string, fill func(*bufio.Writer)) error {
	f, err := os.Create(w.path(name))
	if err != nil {
		return err
	}
	b := bufio.NewWriter(f)
	fill(b)
	if err := b.Flush(); err != nil {
		return err
	}
	return f.Close()
}
