package probe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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
func (p *Policy) exchange(conn net.Conn, in *tap, host string) (*http.Response, error) {
	req := p.request(host)
	writeErr := req.Write(conn)
	buffered := bufio.NewReader(in)
	for range p.limits.InterimResponses + 1 {
		resp, err := readHeader(buffered, req)
		switch {
		case err != nil:
			return nil, firstCause(writeErr, in.cause(err))
		case resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols:
			// What the body may cost on the wire is bounded by what is taken from
			// it: net/http limits the framing of chunks.
			in.left = math.MaxInt
			return resp, nil
		}
	}
	return nil, neterr.Observation{Kind: evidence.KindOversize, What: "too many interim responses"}
}

// readHeader reads one status line with its header.
func readHeader(r *bufio.Reader, req *http.Request) (*http.Response, error) {
	const name = "HTTP/" // with regard to case, RFC 9112 section 2.3
	start, err := r.Peek(len(name))
	if !strings.HasPrefix(name, string(start)) {
		return nil, neterr.Observation{Kind: evidence.KindMalformed, What: fmt.Sprintf("begins with %q", start)}
	}
	if err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(r, req)
	if err == nil && (resp.ProtoMajor != 1 || resp.StatusCode < 100) { // RFC 9110 section 15
		err = neterr.Observation{Kind: evidence.KindMalformed, What: resp.Proto + " " + resp.Status}
	}
	return resp, err
}

// tap reads at most left bytes of a connection, and remembers its end if the
// reader of net/http came to it while it wanted more. That reader takes half a
// line for a malformed one, whether the other half was late, cut off or too
// long.
type tap struct {
	conn io.Reader
	left int
	end  error
}

var errHeaderBytes = neterr.Observation{Kind: evidence.KindOversize, What: "header too long"}

func (t *tap) Read(p []byte) (int, error) {
	if t.left == 0 {
		t.end = errHeaderBytes
		return 0, t.end
	}
	n, err := t.conn.Read(p[:min(len(p), t.left)])
	t.left -= n
	if n > 0 {
		return n, nil // an error beside the bytes comes again
	}
	t.end = err
	return n, err
}

// cause is why reading failed with err.
func (t *tap) cause(err error) error {
	var seen neterr.Observation
	if err == nil || t.end == nil || errors.As(err, &seen) {
		return err
	}
	return t.end
}

// fields is the header in the order of the sorted names. Transfer-Encoding and
// Connection: close are missing: net/http takes them out as it obeys them.
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
func (p *Policy) body(w *wire, resp *http.Response, in *tap, f *evidence.PolicyFetch) evidence.Failure {
	if resp.StatusCode == http.StatusOK {
		w.step(p.limits.Body)
		err := keep(f, resp.Body, p.limits.PolicyBytes)
		return w.failure(evidence.OpBody, in.cause(err))
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
