package analysis

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"stscan/internal/evidence"
)

// tlsaOf makes the record that is about a certificate, by what crypto/x509 says
// its key is.
func tlsaOf(usage, selector, matching int, c *x509.Certificate) string {
	selected := c.Raw
	if selector == 1 {
		selected = c.RawSubjectPublicKeyInfo
	}
	switch matching {
	case 1:
		sum := sha256.Sum256(selected)
		selected = sum[:]
	case 2:
		sum := sha512.Sum512(selected)
		selected = sum[:]
	}
	return fmt.Sprintf("%d %d %d %s", usage, selector, matching, hex.EncodeToString(selected))
}

// A self-signed certificate and its digests, made by OpenSSL and sha256sum.
const (
	vectorCert = "3082012d3081e0a003020102020107300506032b657030153113301106035504030c0a6d782e6578616d706c653020170d3236313132323233303634335a180f" +
		"32313236313032393233303634335a30153113301106035504030c0a6d782e6578616d706c65302a300506032b657003210085b7f45446d0332f5f94076602bf" +
		"e9a5032d5e699af8b25886d95fa12ad38dc1a3533051301d0603551d0e041604145f065191ab49e4fe7f6c1ef7fc3c536632bc7637301f0603551d2304183016" +
		"80145f065191ab49e4fe7f6c1ef7fc3c536632bc7637300f0603551d130101ff040530030101ff300506032b65700341004f5663bd17267b7cb748b7ad8d1b72" +
		"a76ef4f1a7404f37866a610ad44349bc3e3e96afaefea1a19b100a3cf23d660d85f33d7454996899be8382f764cfbab409"
	vectorCertSHA256 = "3 0 1 a7b9235ff38ef010f36194bc6129e60a6da749d64153cb56d4e223d3264b883a"
	vectorKeySHA256  = "3 1 1 f4a42c40008450640c242bb7df04f9168449596568b3048287d39517cc65d856"
	vectorKeySHA512  = "3 1 2 a78670505ee6d7e103c9553613cde710cf3d2c4038edc706cfabaad063eb0fb0957d5a045ecf8ecf868c32d1aab558cacaf7fcf0fd2ce9b272251607c300b886"
)

// TestTLSAVector: what selectors and digests select, by another program.
func TestTLSAVector(t *testing.T) {
	cert, err := hex.DecodeString(vectorCert)
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range []string{vectorCertSHA256, vectorKeySHA256, vectorKeySHA512, strings.ToUpper(vectorKeySHA256)} {
		parsed, ok := parseTLSA(record)
		if !ok || !parsed.selects(cert) {
			t.Errorf("%s: parsed %v, or does not match", record, ok)
		}
		parsed.data[0] ^= 1
		if parsed.selects(cert) {
			t.Errorf("%s: matches with another digest", record)
		}
	}
}

func TestUsableTLSA(t *testing.T) {
	d32, d64 := strings.Repeat("ab", 32), strings.Repeat("cd", 64)
	for _, tt := range []struct {
		records []string
		usable  int
	}{
		{nil, 0},
		{[]string{"3 1 1 " + d32}, 1},
		{[]string{"2 0 2 " + d64}, 1},
		{[]string{"3 0 0 3003"}, 1},
		{[]string{"3 1 1 " + d32[:32] + " " + d32[32:]}, 1},
		{[]string{"0 1 1 " + d32}, 0}, // PKIX-TA
		{[]string{"1 1 1 " + d32}, 0}, // PKIX-EE
		{[]string{"4 1 1 " + d32}, 0},
		{[]string{"255 1 1 " + d32}, 0},
		{[]string{"3 2 1 " + d32}, 0},
		{[]string{"3 1 3 " + d32}, 0},
		{[]string{"3 1 1 " + d64}, 0},
		{[]string{"3 1 2 " + d32}, 0},
		{[]string{"3 1 0"}, 0},
		{[]string{"3 1 1 xyz"}, 0},
		{[]string{"-3 1 1 " + d32}, 0},
		{[]string{""}, 0},
		{[]string{"3 1 1 " + d32, "3 1 2 " + d64}, 1}, // the stronger digest
		{[]string{"3 1 1 " + d32, "3 0 2 " + d64}, 2}, // of another selector
		{[]string{"2 1 1 " + d32, "3 1 2 " + d64}, 2}, // of another usage
		{[]string{"3 1 1 " + d32, "3 1 0 3003"}, 2},
		{[]string{"3 1 1 " + d32, "1 1 2 " + d64}, 1}, // the stronger one is unusable
	} {
		if got := len(usableTLSA(tt.records)); got != tt.usable {
			t.Errorf("%v: %d usable, want %d", tt.records, got, tt.usable)
		}
	}
}

func TestMatchTLSA(t *testing.T) {
	p := testPKI()
	good := leaf(mxHost, p.intermediate, nil)
	chain := sent(good, p.intermediate.cert)
	other := leaf(mxHost, p.intermediate, nil)
	expired := leaf(mxHost, p.intermediate, func(c *x509.Certificate) { c.NotAfter = observed.Add(-day) })
	strange := leaf("mx.elsewhere.example", p.intermediate, nil)
	nameless := leaf(mxHost, p.intermediate, func(c *x509.Certificate) { c.DNSNames = nil })
	private := leaf(mxHost, p.private, nil)
	self := selfSigned(mxHost)
	unread := der(negativeSerial(t, mxHost, p.intermediate, nil))
	for _, tt := range []struct {
		name   string
		record string
		chain  []evidence.Certificate
		want   tlsaResult
	}{
		{"key", tlsaOf(3, 1, 1, good), chain, tlsaMatch},
		{"certificate", tlsaOf(3, 0, 1, good), chain, tlsaMatch},
		{"key, SHA-512", tlsaOf(3, 1, 2, good), chain, tlsaMatch},
		{"certificate, whole", tlsaOf(3, 0, 0, good), chain, tlsaMatch},
		{"key, whole", tlsaOf(3, 1, 0, good), chain, tlsaMatch},
		{"another key", tlsaOf(3, 1, 1, other), chain, tlsaMismatch},
		{"EE of the issuer", tlsaOf(3, 1, 1, p.intermediate.cert), chain, tlsaMismatch},
		{"EE, expired", tlsaOf(3, 1, 1, expired), sent(expired), tlsaMatch},
		{"EE, of another name", tlsaOf(3, 1, 1, strange), sent(strange), tlsaMatch},
		{"EE, self-signed", tlsaOf(3, 1, 1, self), sent(self), tlsaMatch},
		{"EE, not to be parsed by all", "3 0 1 " + unread.SHA256, []evidence.Certificate{unread}, tlsaMatch},
		{"EE, no certificate", tlsaOf(3, 1, 1, good), []evidence.Certificate{der([]byte("junk"))}, tlsaMismatch},
		{"TA", tlsaOf(2, 1, 1, p.intermediate.cert), chain, tlsaMatch},
		{"TA, certificate", tlsaOf(2, 0, 2, p.intermediate.cert), chain, tlsaMatch},
		{"TA two steps above", tlsaOf(2, 1, 1, p.root.cert), sent(good, p.intermediate.cert, p.root.cert), tlsaMatch},
		{"TA that nobody else trusts", tlsaOf(2, 0, 1, p.private.cert), sent(private, p.private.cert), tlsaMatch},
		{"TA not sent", tlsaOf(2, 1, 1, p.root.cert), chain, tlsaMismatch},
		{"TA not sent, but whole in the record", tlsaOf(2, 0, 0, p.root.cert), chain, tlsaMatch},
		{"TA of another chain", tlsaOf(2, 1, 1, p.private.cert), sent(good, p.intermediate.cert, p.private.cert), tlsaMismatch},
		{"TA, expired", tlsaOf(2, 1, 1, p.intermediate.cert), sent(expired, p.intermediate.cert), tlsaMismatch},
		{"TA, of another name", tlsaOf(2, 1, 1, p.intermediate.cert), sent(strange, p.intermediate.cert), tlsaMismatch},
		{"TA, name in the CN alone", tlsaOf(2, 1, 1, p.intermediate.cert), sent(nameless, p.intermediate.cert), tlsaMatch},
		{"TA, leaf not to be parsed by all", tlsaOf(2, 1, 1, p.intermediate.cert),
			append([]evidence.Certificate{unread}, sent(p.intermediate.cert)...), tlsaUnreadable},
		{"TA of the leaf itself", tlsaOf(2, 1, 1, self), sent(self), tlsaMismatch},
	} {
		records := usableTLSA([]string{tt.record})
		if got := matchTLSA(records, tt.chain, []string{mxHost}, observed); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		both := append(slices.Clone(records), usableTLSA([]string{tlsaOf(3, 1, 0, other)})...)
		if got := matchTLSA(both, tt.chain, []string{mxHost}, observed); got != tt.want {
			t.Errorf("%s, beside one that does not match: %s, want %s", tt.name, got, tt.want)
		}
	}
	next := leaf("next-hop.example", p.intermediate, nil)
	records := usableTLSA([]string{tlsaOf(2, 1, 1, p.intermediate.cert)})
	if got := matchTLSA(records, sent(next, p.intermediate.cert), []string{mxHost, "next-hop.example"}, observed); got != tlsaMatch {
		t.Errorf("the second of the names: %s", got)
	}
}
