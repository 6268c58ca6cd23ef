package doctor

import (
	"cmp"
	"context"
	"net/netip"
	"slices"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// place is where to connect to, or why nowhere.
type place struct {
	Target
	lost string
}

// mailPlaces are the mail servers to meet: those asked for, else one of each domain.
func (c *Config) mailPlaces(ctx context.Context) []place {
	if len(c.Targets) == 0 {
		return slices.Concat(ofEach(c.Domains, func(domain string) []place { return c.mailServer(ctx, domain) })...)
	}
	return slices.Concat(ofEach(c.Targets, func(t Target) []place {
		if t.Addr.IsValid() {
			return []place{{Target: t}}
		}
		return c.addresses(ctx, t.Host, t.Port)
	})...)
}

// policyPlaces are the policy hosts of the domains.
func (c *Config) policyPlaces(ctx context.Context) []place {
	return slices.Concat(ofEach(c.Domains, func(domain string) []place {
		return c.addresses(ctx, analysis.PolicyHost(domain), c.HTTPSPort)
	})...)
}

// mailServer is the most preferred MX host of a domain.
func (c *Config) mailServer(ctx context.Context, domain string) []place {
	l := c.Lookup(ctx, evidence.Question{Name: domain, Type: evidence.TypeMX})
	hosts := analysis.MXHosts(l)
	if len(hosts) == 0 {
		return []place{{lost: "MX " + domain + ": " + noRecord(l)}}
	}
	return c.addresses(ctx, hosts[0].Host, c.SMTPPort)
}

// addresses is one address of a host in each family that can be used.
func (c *Config) addresses(ctx context.Context, host string, port uint16) []place {
	types := []string{evidence.TypeA}
	if c.usesIPv6() {
		types = append(types, evidence.TypeAAAA)
	}
	lookups := ofEach(types, func(rrtype string) evidence.Lookup {
		return c.Lookup(ctx, evidence.Question{Name: host, Type: rrtype})
	})
	var found []place
	why := ""
	for _, l := range lookups {
		if len(l.Records) == 0 {
			why = cmp.Or(why, l.Question.Type+" "+host+": "+noRecord(l))
			continue
		}
		if addr, err := netip.ParseAddr(l.Records[0]); err == nil {
			found = append(found, place{Target: Target{Host: host, Addr: addr, Port: port}})
		}
	}
	if len(found) == 0 {
		return []place{{lost: why}}
	}
	return found
}

// noRecord says why an answer holds none.
func noRecord(l evidence.Lookup) string {
	if l.NoData() {
		return "no such record"
	}
	return noAnswer(l)
}
