package probe

import (
	"bufio"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// request is the GET of the policy of host. The Host field has the port unless
// it is the scheme's own (RFC 9110 section 7.2).
func (p *Policy) request(host string) *http.Request {
	if p.port != HTTPSPort {
		host = net.JoinHostPort(host, strconv.Itoa(int(p.port)))
	}
	return &http.Request{
		Method: http.MethodGet,
		URL:    &url.URL{Scheme: "https", Host: host, Path: policyPath},
		Host:   host,
		Header: p.header,
		Close:  true, // one request a connection, and we say so (RFC 9112 section 9.6)
	}
}

// exchange writes the request and reads the header of the answer, behind the
// interim responses before it. It is net/http's own reader and writer on our
// connection, without the pool and the goroutines of its Transport.
func (p *Policy) exchange(conn net.Conn, f *evidence.PolicyFetch) (*http.Response, error) {
	req := p.request(f.Endpoint.Host)
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	in := &io.LimitedReader{R: conn, N: int64(p.limits.HeaderBytes)}
	buffered := bufio.NewReader(in)
	for range p.limits.InterimResponses + 1 {
		resp, err := http.ReadResponse(buffered, req)
		switch {
		case err != nil && in.N <= 0:
			f.Truncated = true
			return nil, neterr.Observation{Kind: evidence.KindOversize, What: "header too long"}
		case err != nil:
			return nil, err
		case resp.ProtoMajor != 1 || resp.StatusCode < 100: // RFC 9110 section 15
			return nil, neterr.Observation{Kind: evidence.KindMalformed, What: "no HTTP/1 status: " + resp.Proto + " " + resp.Status}
		case resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols:
			// The header is read. What the body may cost on the wire is bounded by
			// what is taken from it: net/http limits the framing of chunks.
			in.N = math.MaxInt64
			return resp, nil
		}
	}
	return nil, neterr.Observation{Kind: evidence.KindOversize, What: "too many interim responses"}
}

// fields is the header in the order of the sorted names.
func fields(h http.Header) [][2]string {
	var out [][2]string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			out = append(out, [2]string{evidence.Text([]byte(name)), evidence.Text([]byte(value))})
		}
	}
	return out
}

// body reads the body, or a little of it when it is no policy. Only 200 is
// success, and a redirect is none (RFC 8461 section 3.3). The body is never
// closed: that would read a chunked one to its end, and the connection is not
// used again.
func (p *Policy) body(w *wire, resp *http.Response, f *evidence.PolicyFetch) evidence.Failure {
	if resp.StatusCode == http.StatusOK {
		w.step(p.limits.Body)
		err := keep(f, resp.Body, p.limits.PolicyBytes)
		return w.failure(evidence.OpBody, err)
	}
	w.step(p.limits.ErrorBody)
	_ = keep(f, resp.Body, p.limits.ErrorBodyBytes) // the status is the failure, however this ends
	return neterr.Failure(evidence.OpRequest, refusal(resp))
}

func refusal(resp *http.Response) error {
	if resp.StatusCode/100 == 3 {
		return neterr.Observation{Kind: evidence.KindRedirect, What: resp.Status + " to " + resp.Header.Get("Location")}
	}
	return neterr.Observation{Kind: evidence.KindStatus, What: resp.Status}
}

// keep reads at most limit bytes of body into f. One more byte is an error, and
// never a silent cut.
func keep(f *evidence.PolicyFetch, body io.Reader, limit int) error {
	read, err := io.ReadAll(io.LimitReader(body, int64(limit)+1))
	if len(read) > limit {
		f.Body, f.Truncated = read[:limit:limit], true
		return neterr.Observation{Kind: evidence.KindOversize, What: "body longer than " + strconv.Itoa(limit) + " bytes"}
	}
	f.Body = read
	return err
}
