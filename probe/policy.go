package probe

import (
	"context"
	"net/http"
	"net/netip"

	"stscan/internal/evidence"
)

const (
	// HTTPSPort is the port of the https scheme (RFC 9110 section 4.2.2).
	HTTPSPort = 443
	// policyPath is where the policy is (RFC 8461 section 3.3).
	policyPath = "/.well-known/mta-sts.txt"
	// alpn is all we speak (RFC 7301).
	alpn = "http/1.1"
)

// PolicyConfig is what a policy prober needs.
type PolicyConfig struct {
	Dial      DialFunc // required
	Port      uint16   // 0 = HTTPSPort
	UserAgent string   // says who scans, and where to complain
	From      string   // mail address for the From field (RFC 9110 section 10.1.2); "" = none
	Limits    Limits   // zero = DefaultLimits
}

// Policy fetches the policy from one address of a policy host. It may be used
// by any number of goroutines.
type Policy struct {
	dial   DialFunc
	port   uint16
	header http.Header // of every request; read only
	limits Limits
	tls    *tlsClient
}

// NewPolicy makes a policy prober.
func NewPolicy(c PolicyConfig) *Policy {
	if c.Port == 0 {
		c.Port = HTTPSPort
	}
	limits := c.Limits.orDefault()
	header := http.Header{
		"User-Agent": {c.UserAgent},
		// Without the field any coding would do (RFC 9110 section 12.5.3), and
		// the body is kept as received.
		"Accept-Encoding": {"identity"},
	}
	if c.From != "" {
		header.Set("From", c.From)
	}
	return &Policy{dial: c.Dial, port: c.Port, header: header, limits: limits, tls: newTLSClient(limits, alpn)}
}

// Probe makes one request to one address. It follows no redirect and does not
// retry. Without a Failure, Status is 200 and Body is complete.
func (p *Policy) Probe(ctx context.Context, ep evidence.Endpoint) evidence.PolicyFetch {
	ctx, cancel := context.WithTimeout(ctx, p.limits.Fetch)
	defer cancel()
	span, elapsed := begin()
	f := evidence.PolicyFetch{Endpoint: ep, Span: span}
	w, err := open(ctx, p.dial, netip.AddrPortFrom(ep.Addr, p.port), p.limits.Dial)
	if err != nil {
		f.Failure = dialFailure(err)
	} else {
		f.Failure = p.fetch(w, &f)
		w.close()
	}
	f.Span.Duration = elapsed()
	return f
}

// fetch fills f and returns the first failure.
func (p *Policy) fetch(w *wire, f *evidence.PolicyFetch) evidence.Failure {
	conn, seen, cut, err := p.tls.handshake(w, f.Endpoint.Host)
	f.TLS = seen
	f.Truncated = cut
	if err != nil {
		return w.failure(evidence.OpHandshake, err)
	}
	defer conn.Close()
	w.step(p.limits.Response)
	in := &tap{conn: conn, left: p.limits.HeaderBytes}
	resp, err := p.exchange(conn, in, f.Endpoint.Host)
	if err != nil {
		f.Truncated = f.Truncated || in.end == errHeaderBytes
		op := evidence.OpRequest
		if alert := receivedAlert(err); alert != "" {
			f.TLS.Alert = alert
			if rejects(seen, alert) {
				op = evidence.OpHandshake
			}
		}
		return w.failure(op, err)
	}
	f.Status = resp.StatusCode
	f.Header = fields(resp.Header)
	if values := resp.Header["Content-Type"]; len(values) > 0 {
		f.ContentType = evidence.Text([]byte(values[0]))
	}
	return p.body(w, resp, in, f)
}
