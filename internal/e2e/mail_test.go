//go:build e2e && linux

package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The servers of mail hosts.
const (
	postfix    = "postfix"
	postscreen = "postscreen" // Postfix's guard, with a greeting in two parts and TLS by proxy
	exim       = "exim"       // Exim with GnuTLS
	openssl    = "openssl"    // openssl s_server behind an SMTP dialogue of ours
	nobody     = "nobody"     // no listener
)

// mailHost is an MX host at one address.
type mailHost struct {
	name    string // first label below mx.example
	address string
	server  string
	cert    certKind
	options []string // of Postfix's smtpd, or of openssl s_server
	tlsa    tlsa     // TLSA published
	fqdn    string   // instead of name.mx.example
	other   opinion  // Postfix's
}

// literal is the address as it stands in an address literal (RFC 5321 section 4.1.3).
func (h mailHost) literal() string {
	if strings.Contains(h.address, ":") {
		return "IPv6:" + h.address
	}
	return h.address
}

// tlsa is what a host publishes for DANE; "" = nothing.
type tlsa string

const (
	tlsaMatch    tlsa = "match"    // DANE-EE, public key, SHA-256 (RFC 7672 section 3.1.1)
	tlsaMismatch tlsa = "mismatch" // the same of another key
	tlsaAnchor   tlsa = "anchor"   // DANE-TA, last certificate sent, SHA-256 (section 3.1.2)
	tlsaPKIX     tlsa = "pkix"     // PKIX-EE, which SMTP cannot use (section 3.1.3)
)

func (h mailHost) host() string {
	if h.fqdn != "" {
		return h.fqdn
	}
	return h.name + ".mx.example"
}

// newServices makes the certificates of the mail hosts.
func newServices(t *testing.T, p *pki, hosts []mailHost) []service {
	var all []service
	for _, h := range hosts {
		s := service{mailHost: h}
		if h.server != nobody {
			s.files = p.issue(t, h.address, h.host(), h.cert)
		}
		all = append(all, s)
	}
	return all
}

// startMail starts the mail hosts.
func (w world) startMail(t *testing.T, all []service) {
	byServer := map[string][]service{}
	for _, s := range all {
		byServer[s.server] = append(byServer[s.server], s)
	}
	w.startPostfix(t, byServer[postfix], byServer[postscreen][0])
	w.startExim(t, byServer[exim])
	for _, s := range byServer[openssl] {
		w.startOpenSSL(t, s)
	}
	for _, s := range all {
		if s.server != nobody {
			awaitListener(t, net.JoinHostPort(s.address, "25"))
		}
	}
}

// service is a mail host with its certificate.
type service struct {
	mailHost
	files
}

// records are the zone lines of a mail host.
func (s service) records() []string {
	kind := " A "
	if strings.Contains(s.address, ":") {
		kind = " AAAA "
	}
	lines, owner := []string{s.host() + "." + kind + s.address}, "_25._tcp."+s.host()+". TLSA "
	switch s.tlsa {
	case tlsaMatch:
		return append(lines, owner+"3 1 1 "+s.spki)
	case tlsaMismatch:
		return append(lines, owner+"3 1 1 "+otherDigest(s.spki))
	case tlsaAnchor:
		return append(lines, owner+"2 0 1 "+s.last)
	case tlsaPKIX:
		return append(lines, owner+"1 1 1 "+s.spki)
	}
	return lines
}

// postfixService is a service of the template of master.cf.
type postfixService struct {
	Host, Address, Pair string
	Options             []string
}

// bracketed is an address as Postfix writes it before a port.
func bracketed(address string) string {
	if strings.Contains(address, ":") {
		return "[" + address + "]"
	}
	return address
}

func (s service) forPostfix() postfixService {
	options := append([]string{"smtpd_tls_chain_files=" + s.Pair}, s.options...) // a later one wins
	return postfixService{Host: s.host(), Address: bracketed(s.address), Pair: s.Pair, Options: options}
}

func (w world) startPostfix(t *testing.T, services []service, guard service) {
	dir := w.sub(t, "postfix")
	w.sub(t, "postfix/queue")
	w.sub(t, "postfix/log")
	if out, err := exec.Command("chown", "postfix", w.sub(t, "postfix/data")).CombinedOutput(); err != nil {
		t.Fatalf("chown: %v\n%s", err, out)
	}
	var all []postfixService
	for _, s := range services {
		all = append(all, s.forPostfix())
	}
	render(t, "main.cf", filepath.Join(dir, "main.cf"), map[string]any{"Dir": dir})
	render(t, "master.cf", filepath.Join(dir, "master.cf"), map[string]any{"Services": all, "Postscreen": guard.forPostfix()})
	w.start(t, "postfix", "postfix", "-c", dir, "start-fg")
	t.Cleanup(func() {
		if t.Failed() {
			showEnd(t, filepath.Join(dir, "log", "mail.log"))
		}
	})
}

// eximFolder is where install.sh unpacks Exim, which cannot be installed beside Postfix.
const eximFolder = "/usr/local/lib/stscan-e2e/exim"

func (w world) startExim(t *testing.T, services []service) {
	dir := w.sub(t, "exim")
	w.sub(t, "exim/spool")
	w.sub(t, "exim/log")
	type listener struct{ Address string }
	values := struct {
		Dir, Plain string
		Services   []listener
	}{Dir: dir}
	for _, s := range services {
		values.Services = append(values.Services, listener{s.address})
		if s.cert == noCert {
			values.Plain = s.address
			continue
		}
		for name, file := range map[string]string{"chain": s.Chain, "key": s.Key} {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, s.address+"."+name+".pem"), text)
		}
	}
	if out, err := exec.Command("chown", "-R", eximUser, dir).CombinedOutput(); err != nil {
		t.Fatalf("chown: %v\n%s", err, out)
	}
	conf := filepath.Join(w.dir, "exim.conf") // Exim wants it to be root's
	render(t, "exim.conf", conf, values)
	w.start(t, "exim", filepath.Join(eximFolder, "usr/sbin/exim4"), "-C", conf, "-bdf")
}
