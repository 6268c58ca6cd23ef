//go:build linux

package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"os"
	"strings"
	"sync"
	"time"
)

// bareCommand has this program make one contact with each host of a list, with
// the standard library and nothing else: what a contact costs that is neither
// recorded, judged by our rules, nor written, and offers only what today's
// servers have. The same servers, as many contacts at once as the scan.
const bareCommand = "bare"

// The kinds of contact.
const (
	bareProbe = "probe" // EHLO, STARTTLS, handshake without verification, QUIT
	bareFetch = "fetch" // GET of the policy, verified
)

// bareLimit bounds one contact.
const bareLimit = time.Minute

// contacted is how many contacts came to what they must.
type contacted struct {
	Good  int    `json:"good"`
	Error string `json:"error,omitempty"` // one of those that did not
}

func bare(ctx context.Context, args []string, out io.Writer) error {
	fs := flag.NewFlagSet(bareCommand, flag.ContinueOnError)
	kind := fs.String("kind", bareProbe, bareProbe+" or "+bareFetch)
	roots := fs.String("roots", "", "file of trusted roots")
	hosts := fs.Int("hosts", 0, "how many deployments, from the first")
	inFlight := fs.Int("in-flight", contactsAtOnce, "contacts at once")
	if err := fs.Parse(args); err != nil {
		return err
	}
	pem, err := os.ReadFile(*roots)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return errors.New("-roots: no certificate in it")
	}
	contact := map[string]func(context.Context, int) error{
		bareProbe: probeBare,
		bareFetch: fetchBare(pool),
	}[*kind]
	if contact == nil {
		return fmt.Errorf("-kind %q: want %s or %s", *kind, bareProbe, bareFetch)
	}
	return json.NewEncoder(out).Encode(contactAll(ctx, *hosts, *inFlight, contact))
}

func contactAll(ctx context.Context, hosts, inFlight int, contact func(context.Context, int) error) contacted {
	var result contacted
	var mu sync.Mutex
	var open sync.WaitGroup
	slots := make(chan struct{}, inFlight)
	for n := range hosts {
		slots <- struct{}{}
		open.Go(func() {
			err := contact(ctx, n)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				result.Error = err.Error()
			} else {
				result.Good++
			}
			<-slots
		})
	}
	open.Wait()
	return result
}

// groups are those that our probers offer. The library begins with X25519 among them.
func groups() []tls.CurveID {
	return []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
}

// probeBare is one session with the mail host of deployment n.
func probeBare(ctx context.Context, n int) error {
	conn, err := (&net.Dialer{Timeout: bareLimit}).DialContext(ctx, "tcp", netip.AddrPortFrom(mailAddress(n), smtpPort).String())
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(bareLimit)); err != nil {
		return err
	}
	in := bufio.NewReader(conn)
	text := textproto.NewReader(in)
	if _, _, err := text.ReadResponse(220); err != nil {
		return err
	}
	for _, step := range []struct {
		command string
		code    int
	}{{"EHLO scanner.test", 250}, {"STARTTLS", 220}} {
		if err := say(conn, text, step.command, step.code); err != nil {
			return err
		}
	}
	secure := tls.Client(conn, &tls.Config{ServerName: "mx." + deploymentName(n), InsecureSkipVerify: true, CurvePreferences: groups()})
	if err := secure.HandshakeContext(ctx); err != nil {
		return err
	}
	in.Reset(secure)
	if err := say(secure, text, "QUIT", 221); err != nil {
		return err
	}
	return secure.Close()
}

func say(w io.Writer, text *textproto.Reader, command string, code int) error {
	if _, err := io.WriteString(w, command+"\r\n"); err != nil {
		return err
	}
	_, _, err := text.ReadResponse(code)
	return err
}

// fetchBare gets the policy of a deployment, a connection each.
func fetchBare(roots *x509.CertPool) func(context.Context, int) error {
	client := &http.Client{Timeout: bareLimit, Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{RootCAs: roots, CurvePreferences: groups()},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			n, _ := ctx.Value(deployment{}).(int)
			return (&net.Dialer{}).DialContext(ctx, network, netip.AddrPortFrom(policyAddress(n), httpsPort).String())
		},
	}}
	return func(ctx context.Context, n int) error {
		url := fmt.Sprintf("https://mta-sts.%s:%d/.well-known/mta-sts.txt", deploymentName(n), httpsPort)
		req, err := http.NewRequestWithContext(context.WithValue(ctx, deployment{}, n), http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(string(body), "version: STSv1\n") {
			return fmt.Errorf("%s: %s: %q", url, resp.Status, body)
		}
		return nil
	}
}

// deployment is the key of the number of the deployment that a request is for:
// there is no DNS here that would lead to its address.
type deployment struct{}
