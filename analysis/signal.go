package analysis

import (
	"cmp"
	"hash/fnv"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"stscan/analysis/operators"
	"stscan/internal/evidence"
	"stscan/internal/mtasts"
)

// What the collector asks of the judge, so that no grammar is needed there.

// RecordName is where the TXT record of domain stands (RFC 8461 section 3.1).
func RecordName(domain string) string { return "_mta-sts." + domain }

// PolicyHost is the host that serves the policy of domain (RFC 8461 section 3.3).
func PolicyHost(domain string) string { return "mta-sts." + domain }

// WildcardProbe is a name beside RecordName(domain) that nobody has published:
// what answers TXT there answers for every name. It is the same at every call.
func WildcardProbe(domain string) string {
	h := fnv.New64a()
	h.Write([]byte(domain)) // never fails
	return "_stscan-" + strconv.FormatUint(h.Sum64(), 36) + "." + domain
}

// Signal says what the TXT answer at RecordName means for the collection.
type Signal string

const (
	SignalNone     Signal = "none"      // conclusively no TXT there
	SignalClaim    Signal = "claim"     // a TXT claims to be an MTA-STS record, valid or not
	SignalNearMiss Signal = "near_miss" // no claim, but an intended deployment
	SignalForeign  Signal = "foreign"   // TXT that has nothing to do with MTA-STS
	SignalUnknown  Signal = "unknown"   // no conclusive answer
)

// RecordSignal reads the answer to TXT at RecordName.
func RecordSignal(l evidence.Lookup) Signal {
	signal, _ := readRecord(l)
	return signal
}

// readRecord also returns the record set, if there is any TXT.
func readRecord(l evidence.Lookup) (Signal, mtasts.RecordSet) {
	switch {
	case !l.Answered(), l.Truncated, looped(l.Question.Name, l.Chain):
		return SignalUnknown, mtasts.RecordSet{}
	case l.Total == 0 && len(l.Chain) > 0 && intendedTarget(l.Chain):
		return SignalNearMiss, mtasts.RecordSet{}
	case l.Total == 0:
		return SignalNone, mtasts.RecordSet{}
	}
	set := mtasts.ParseRecordSet(texts(l))
	switch {
	case set.Present:
		return SignalClaim, set
	case set.NearMiss:
		return SignalNearMiss, set
	}
	return SignalForeign, set
}

// intendedTarget reports whether a CNAME at _mta-sts that leads to nothing was
// meant for MTA-STS, rather than being part of a wildcard.
func intendedTarget(chain []string) bool {
	for _, target := range chain {
		if strings.HasPrefix(target, "_mta-sts.") || operators.ServesPolicy(target) {
			return true
		}
	}
	return false
}

// texts are the TXT records of l as the bytes that were received.
func texts(l evidence.Lookup) [][]byte {
	out := make([][]byte, len(l.Records))
	for i, r := range l.Records {
		out[i] = text(r)
	}
	return out
}

// text is the bytes behind s. What Text cannot have made is taken as it stands.
func text(s string) []byte {
	b, err := evidence.Bytes(s)
	if err != nil {
		return []byte(s)
	}
	return b
}

// MXHost is one MX record.
type MXHost struct {
	Host       string // lower case, no final dot
	Preference int
}

// MXHosts are the hosts of an MX answer, by (preference, host), each once with
// its lowest preference. The null MX (".", RFC 7505) is no host.
func MXHosts(l evidence.Lookup) []MXHost {
	if len(l.Records) == 0 {
		return nil
	}
	hosts := make([]MXHost, 0, len(l.Records))
	for _, r := range l.Records {
		if h, ok := parseMX(r); ok && h.Host != "" {
			hosts = append(hosts, h)
		}
	}
	slices.SortFunc(hosts, compareMX)
	if len(hosts) < 2 {
		return hosts
	}
	seen := make(map[string]bool, len(hosts))
	return slices.DeleteFunc(hosts, func(h MXHost) bool {
		again := seen[h.Host]
		seen[h.Host] = true
		return again
	})
}

func compareMX(a, b MXHost) int {
	return cmp.Or(cmp.Compare(a.Preference, b.Preference), strings.Compare(a.Host, b.Host))
}

// parseMX reads "10 mx1.example.com.". The host of a null MX is "".
func parseMX(record string) (MXHost, bool) {
	preference, host, ok := strings.Cut(record, " ")
	n, err := strconv.ParseUint(preference, 10, 16)
	if !ok || err != nil || host == "" {
		return MXHost{}, false
	}
	return MXHost{Host: normalName(host), Preference: int(n)}, true
}

// hasNullMX reports whether one of the records of an MX answer is the null MX.
func hasNullMX(l evidence.Lookup) bool {
	for _, r := range l.Records {
		if h, ok := parseMX(r); ok && h.Host == "" {
			return true
		}
	}
	return false
}

// normalName lower-cases a name in presentation form and drops its final dot.
func normalName(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// Addresses are the addresses of an A or AAAA answer, each once, ascending.
func Addresses(l evidence.Lookup) []netip.Addr {
	if len(l.Records) == 0 {
		return nil
	}
	addrs := make([]netip.Addr, 0, len(l.Records))
	for _, r := range l.Records {
		if a, err := netip.ParseAddr(r); err == nil {
			addrs = append(addrs, a)
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	return slices.Compact(addrs)
}

// Prefix lengths within which two addresses count as one network when a peer's
// refusal is to be told from our own firewall's.
const (
	networkBits4 = 16
	networkBits6 = 32
)

// Network is the network of a, as it stands in evidence.Domain's Reached and
// Masked: a /16, or a /32 of IPv6.
func Network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	bits := networkBits4
	if a.Is6() {
		bits = networkBits6
	}
	p, err := a.Prefix(bits)
	if err != nil || !p.IsValid() { // the zero Addr
		return ""
	}
	return p.String()
}
