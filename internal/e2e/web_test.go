//go:build e2e && linux

package e2e

import (
	"path/filepath"
	"testing"
)

const (
	webAddress     = "127.4.0.1"  // nginx, TLS 1.2 and 1.3
	oldWebAddress  = "127.4.0.2"  // nginx, TLS 1.0 alone
	deafWebAddress = "127.4.0.99" // nobody listens

	web6Address     = "fd00:e2e::4:1" // nginx
	deafWeb6Address = "fd00:e2e::4:99"
)

// site is how a policy host serves its policy. The zero value does it well.
type site struct {
	cert     certKind
	address  string // default webAddress
	options  string // of nginx, for the server block
	location string // of nginx, instead of serving the file
	kind     string // media type, default text/plain
	absent   bool   // no server block: the TLS handshake is refused
}

// block is a server block of the template.
type block struct {
	files
	Host, Address, Options, Location, Type, Root string
}

func (w world) startWeb(t *testing.T, p *pki, all []deployment) {
	dir := w.sub(t, "web")
	var blocks []block
	for _, d := range all {
		if d.site.absent {
			continue
		}
		host, root := "mta-sts."+d.domain, filepath.Join(dir, d.domain)
		address := d.policyAddress()
		if address == deafWebAddress {
			address = webAddress // the block may be reached over IPv6
		}
		b := block{files: p.issue(t, host, host, d.site.cert), Host: host, Address: address,
			Options: d.site.options, Location: d.site.location, Type: d.site.kind, Root: root}
		if b.Type == "" {
			b.Type = "text/plain"
		}
		write(t, filepath.Join(root, ".well-known", "mta-sts.txt"), []byte(d.policyText()))
		blocks = append(blocks, b)
	}
	conf := filepath.Join(dir, "nginx.conf")
	render(t, "nginx.conf", conf, map[string]any{"Dir": dir, "Address": webAddress, "Address6": web6Address, "Sites": blocks})
	w.start(t, "nginx", "nginx", "-p", dir, "-e", "stderr", "-c", conf)
	awaitListener(t, webAddress+":443")
	awaitListener(t, oldWebAddress+":443")
}
