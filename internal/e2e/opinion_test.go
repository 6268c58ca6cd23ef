//go:build e2e && linux

package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// fetchOpinions asks postfix-mta-sts-resolver for each domain.
func (w world) fetchOpinions(t *testing.T, p *pki, domains []string) map[string]string {
	t.Helper()
	args := append([]string{filepath.Join("..", "..", "deploy", "e2e", "opinion.py")}, domains...)
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", args...) // Debian's: the package is for it
	cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+p.roots())
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("postfix-mta-sts-resolver: %v\n%s", err, complaints.Bytes())
	}
	opinions := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var o struct{ Domain, Result, Mode string }
		if err := d.Decode(&o); err != nil {
			t.Fatal(err)
		}
		opinions[o.Domain] = o.Result
	}
	return opinions
}

// established is Postfix's line about a TLS session.
var established = regexp.MustCompile(`(?m)(Verified|Trusted|Untrusted|Anonymous) TLS connection established`)

// fingered asks Postfix's TLS client about one address of a host: level secure
// judges its certificate by our roots and the host name, level dane by TLSA.
func (w world) fingered(t *testing.T, p *pki, level string, h mailHost) string {
	t.Helper()
	args := []string{"-c", "-F", p.roots(), "-l", level, "-L", "summary"}
	if level == "dane" {
		args = append(args, "["+h.host()+"]") // TLSA is looked up by name
	} else {
		args = append(args, "["+h.literal()+"]", h.host())
	}
	cmd := exec.CommandContext(t.Context(), "posttls-finger", args...)
	cmd.Env = append(os.Environ(), "MAIL_CONFIG="+filepath.Join(w.dir, "postfix"))
	out, _ := cmd.CombinedOutput() // a failed session has an exit status too: the text tells which failed how
	switch m := established.FindSubmatch(out); {
	case m != nil:
		return string(m[1])
	case bytes.Contains(out, []byte("SMTP service not available")):
		return refused
	}
	return noTLS
}
