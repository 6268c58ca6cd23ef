package differential

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/mjl-/mox/dns"
	moxsts "github.com/mjl-/mox/mtasts"
	moxrpt "github.com/mjl-/mox/tlsrpt"
)

// mox is a mail server whose packages mtasts and tlsrpt stand on their own.
const mox = "mox"

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func moxDomain() dns.Domain { return dns.Domain{ASCII: "example.com"} }

func moxRecords(set []string) opinion {
	resolver := dns.MockResolver{TXT: map[string][]string{"_mta-sts.example.com.": set}}
	r, _, err := moxsts.LookupRecord(context.Background(), quiet(), resolver, moxDomain())
	if err != nil {
		return opinion{}
	}
	var ext []string
	for _, p := range r.Extensions {
		ext = append(ext, p.Key+"="+p.Value)
	}
	return opinion{accept: true, read: r.ID, ext: strings.Join(ext, ";")}
}

func moxTLSRPT(set []string) opinion {
	resolver := dns.MockResolver{TXT: map[string][]string{"_smtp._tls.example.com.": set}}
	r, _, err := moxrpt.Lookup(context.Background(), quiet(), resolver, moxDomain())
	if err != nil {
		return opinion{}
	}
	var rua, ext []string
	for _, list := range r.RUAs {
		for _, u := range list {
			rua = append(rua, string(u))
		}
	}
	for _, e := range r.Extensions {
		ext = append(ext, e.Key+"="+e.Value)
	}
	return opinion{accept: true, read: strings.Join(rua, " "), ext: strings.Join(ext, ";")}
}

func moxPolicy(body string) opinion {
	p, err := moxsts.ParsePolicy(body)
	if err != nil {
		return opinion{}
	}
	var mx, ext []string
	for _, m := range p.MX {
		s := m.Domain.ASCII
		if m.Wildcard {
			s = "*." + s
		}
		mx = append(mx, s)
	}
	for _, e := range p.Extensions {
		ext = append(ext, e.Key+":"+e.Value)
	}
	return opinion{accept: true, read: policyRead(string(p.Mode), int64(p.MaxAgeSeconds), mx), ext: strings.Join(ext, ";")}
}

// policyRead is how what was read of a policy is compared; the case of a
// pattern has no meaning (RFC 8461 section 4.1).
func policyRead(mode string, maxAge int64, mx []string) string {
	return fmt.Sprintf("%s %d %s", mode, maxAge, strings.ToLower(strings.Join(mx, " ")))
}

// moxMatch takes the way of a delivery: the policy is parsed, and the host
// name is one that mox would connect to.
func moxMatch(in pair) opinion {
	p, err := moxsts.ParsePolicy("version: STSv1\nmode: enforce\nmax_age: 86400\nmx: " + in.pattern)
	if err != nil {
		return opinion{}
	}
	host, err := dns.ParseDomainLax(strings.TrimSuffix(in.host, "."))
	if err != nil {
		return opinion{}
	}
	return opinion{accept: p.Matches(host)}
}
