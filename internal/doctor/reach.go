package doctor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"stscan/internal/evidence"
)

// reach contacts mail servers and policy hosts, and says what that shows of the
// way to them.
func (c *Config) reach(ctx context.Context) []Finding {
	var seen contacts
	inParallel(
		func() []Finding { seen.sessions, seen.mailLost = c.meetAll(ctx); return nil },
		func() []Finding { seen.fetches, seen.webLost = c.fetchAll(ctx); return nil },
	)
	var found []Finding
	for _, f := range c.families() {
		found = append(found, c.smtp(f, seen)...)
	}
	for _, f := range c.families() {
		found = append(found, c.https(f, seen))
	}
	return append(found, c.certificates(seen.fetches), c.ipv6(seen), clock(seen.fetches))
}

// contacts are what came of them, and the names for which there was no address
// to contact, with the reason.
type contacts struct {
	sessions          []evidence.Session
	fetches           []evidence.PolicyFetch
	mailLost, webLost []string
}

// family is one of the two families of addresses.
type family string

const (
	v4 family = "IPv4"
	v6 family = "IPv6"
)

func familyOf(a netip.Addr) family {
	if a.Unmap().Is4() {
		return v4
	}
	return v6
}

// families are those that a scan can use; IPv4 is never left out.
func (c *Config) families() []family {
	if c.usesIPv6() {
		return []family{v4, v6}
	}
	return []family{v4}
}

// meetAll meets each mail server once at one address of each family.
func (c *Config) meetAll(ctx context.Context) ([]evidence.Session, []string) {
	return contact(c.mailPlaces(ctx), func(t Target) evidence.Session {
		s := c.Meet(ctx, t)
		s.Failure = late(ctx, s.Failure)
		return s
	})
}

// fetchAll fetches each policy once from one address of each family.
func (c *Config) fetchAll(ctx context.Context) ([]evidence.PolicyFetch, []string) {
	return contact(c.policyPlaces(ctx), func(t Target) evidence.PolicyFetch {
		f := c.Fetch(ctx, evidence.Endpoint{Host: t.Host, Addr: t.Addr})
		f.Failure = late(ctx, f.Failure)
		return f
	})
}

// late tells what our own time cut short from what had its time.
func late(ctx context.Context, f evidence.Failure) evidence.Failure {
	if f.Kind == evidence.KindTimeout && ctx.Err() != nil {
		f.Kind = evidence.KindBudget
	}
	return f
}

// contact goes to all places at once.
func contact[E any](places []place, probe func(Target) E) (seen []E, lost []string) {
	var known []Target
	for _, p := range places {
		if p.lost != "" {
			lost = append(lost, p.lost)
			continue
		}
		known = append(known, p.Target)
	}
	return ofEach(known, probe), lost
}

// tried counts what came of the connects to one port over one family.
type tried struct {
	open    int                   // accepted
	failed  map[evidence.Kind]int // were not, by how
	nobody  map[evidence.Kind]int // were not tried, by the rule that forbade it
	problem []string              // names without address
}

func (t *tried) add(f evidence.Failure) {
	switch f.Kind {
	case evidence.KindSpecialAddress, evidence.KindOptedOut, evidence.KindBudget, evidence.KindCancelled:
		t.nobody[f.Kind]++
		return
	}
	if f.Op == evidence.OpDial {
		t.failed[f.Kind]++
		return
	}
	t.open++
}

func newTried(lost []string) *tried {
	return &tried{failed: map[evidence.Kind]int{}, nobody: map[evidence.Kind]int{}, problem: lost}
}

// contacted is how many connects were tried.
func (t *tried) contacted() int {
	n := t.open
	for _, k := range t.failed {
		n += k
	}
	return n
}

// none says why nobody was contacted.
func (t *tried) none() string {
	switch {
	case t.nobody[evidence.KindBudget] > 0:
		return "no time was left"
	case len(t.nobody) > 0:
		return "nobody was contacted: " + counted(t.nobody)
	case len(t.problem) > 0:
		return "no address to contact is known: " + strings.Join(t.problem[:min(len(t.problem), 2)], ", ")
	}
	return "nobody there has such an address"
}

// counted writes counts by how something failed, the most frequent first.
func counted(counts map[evidence.Kind]int) string {
	var all []string
	for _, k := range slices.SortedFunc(maps.Keys(counts), func(a, b evidence.Kind) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	}) {
		all = append(all, fmt.Sprintf("%s %d", k, counts[k]))
	}
	return strings.Join(all, ", ")
}

func port(n uint16) string { return "port " + strconv.Itoa(int(n)) }
