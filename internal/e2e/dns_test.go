//go:build e2e && linux

package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

const (
	resolverAddress  = "127.0.0.53"
	authorityAddress = "127.0.0.10"
)

// zone is one zone of the authority.
type zone struct {
	Name   string // with the final dot
	Signed bool
	// bogus: what the parent publishes for the keys is for other keys.
	bogus bool
}

// File is the zone file of a zone.
func (z zone) File() string { return "zone-" + z.Name + "txt" }

// zones of the test, parents first.
var zones = []zone{
	{Name: ".", Signed: true},
	{Name: "example.", Signed: true},
	{Name: "bogus.example.", Signed: true, bogus: true},
	{Name: "unsigned.example."},
}

// glue is the address of the name server of all zones.
const glue = "ns.example. A " + authorityAddress

// startDNS starts the authority and the resolver over it.
func (w world) startDNS(t *testing.T, lines []string) {
	dir := w.sub(t, "dns")
	values := map[string]any{"Dir": dir, "Zones": zones, "Anchor": filepath.Join(dir, "anchor"), "Hints": filepath.Join(dir, "hints"),
		"Resolver": resolverAddress, "Authority": authorityAddress}
	knot, unbound := filepath.Join(dir, "knot.conf"), filepath.Join(dir, "unbound.conf")
	render(t, "knot.conf", knot, values)
	render(t, "unbound.conf", unbound, values)
	lines = append(lines, glue)
	for _, z := range zones[1:] {
		lines = append(lines, z.Name+" NS ns.example.")
		if z.Signed {
			lines = append(lines, delegationSigner(t, knot, z)...)
		}
	}
	write(t, filepath.Join(dir, "hints"), []byte(". 3600 NS ns.example.\nns.example. 3600 A "+authorityAddress+"\n"))
	write(t, filepath.Join(dir, "anchor"), []byte(strings.Join(delegationSigner(t, knot, zones[0]), "\n")+"\n"))
	for _, z := range zones {
		write(t, filepath.Join(dir, z.File()), []byte(zoneText(z, lines)))
	}
	w.start(t, "knot", "knotd", "-c", knot)
	awaitListener(t, authorityAddress+":53")
	awaitKeys(t)
	w.start(t, "unbound", "unbound", "-d", "-c", unbound)
	awaitListener(t, resolverAddress+":53")
}

// delegationSigner makes the key of a zone and gives the DS records of it.
func delegationSigner(t *testing.T, knot string, z zone) []string {
	t.Helper()
	keymgr := func(args ...string) string {
		out, err := exec.Command("keymgr", append([]string{"-c", knot, z.Name}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("keymgr %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	keymgr("generate", "algorithm=ecdsap256sha256", "ksk=yes", "zsk=yes")
	var records []string
	for line := range strings.Lines(keymgr("ds")) {
		line = strings.TrimSpace(line)
		if z.bogus {
			line = otherDigest(line)
		}
		records = append(records, line)
	}
	return records
}

// otherDigest changes the last digit of a digest.
func otherDigest(ds string) string {
	last := "0"
	if strings.HasSuffix(ds, last) {
		last = "1"
	}
	return ds[:len(ds)-1] + last
}

// zoneText is the zone file: of all lines those that belong into the zone.
func zoneText(z zone, lines []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "$TTL 300\n%[1]s SOA ns.example. hostmaster.example. 1 3600 600 86400 60\n%[1]s NS ns.example.\n", z.Name)
	if z.Name == "." { // the delegation of example needs it
		b.WriteString(glue + "\n")
	}
	for _, line := range lines {
		if zoneOf(line) == z.Name {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// zoneOf is the zone of a line: the lowest above its name. NS and DS of a child stand in the parent.
func zoneOf(line string) string {
	fields := strings.Fields(line)
	owner := "." + fields[0]
	lowest := zones[0].Name
	for _, z := range zones[1:] {
		cut := owner == "."+z.Name && (fields[1] == "NS" || fields[1] == "DS")
		if strings.HasSuffix(owner, "."+z.Name) && !cut {
			lowest = z.Name
		}
	}
	return lowest
}

// awaitKeys waits until the authority serves its zones signed.
func awaitKeys(t *testing.T) {
	for _, z := range zones {
		if !z.Signed {
			continue
		}
		await(t, "the signed zone "+z.Name, func(ctx context.Context) bool {
			q := new(dns.Msg).SetQuestion(z.Name, dns.TypeSOA)
			q.SetEdns0(4096, true)
			reply, err := dns.ExchangeContext(ctx, q, authorityAddress+":53")
			return err == nil && len(reply.Answer) == 2 // SOA and its RRSIG
		})
	}
}
