package analysis

import (
	"fmt"
	"time"

	zx509 "github.com/zmap/zcrypto/x509"

	"stscan/internal/evidence"
)

// judgeLenient judges a chain that crypto/x509 cannot read, with the parser of
// zcrypto: senders built on other libraries do read it. It has no place for
// constraints on roots, so constrained roots are left out of its pool. Its
// verdict is remembered for no time but its own.
func judgeLenient(r *Rules, chain []evidence.Certificate, host string, at time.Time) chainVerdict {
	v := chainVerdict{from: at, until: at.Add(time.Microsecond)}
	if len(chain) == 0 {
		v.faults = []fault{{certUnreadable, "no certificate"}}
		return v
	}
	leaf, err := zx509.ParseCertificate(chain[0].DER)
	if err != nil {
		v.faults = []fault{{certUnreadable, evidence.Text([]byte(err.Error()))}}
		return v
	}
	v.notAfter = leaf.NotAfter
	pool := zx509.NewCertPool()
	for _, c := range chain[1:] {
		if cert, err := zx509.ParseCertificate(c.DER); err == nil {
			pool.AddCert(cert)
		}
	}
	if named := nameFault(leaf.DNSNames, leaf.Subject.CommonName, host); named != nil {
		v.faults = append(v.faults, *named)
	}
	switch {
	case at.After(leaf.NotAfter):
		v.faults = append(v.faults, fault{certExpired, "not after " + timeText(leaf.NotAfter)})
	case at.Before(leaf.NotBefore):
		v.faults = append(v.faults, fault{certNotYetValid, "not before " + timeText(leaf.NotBefore)})
	}
	current, expired, _, err := leaf.Verify(zx509.VerifyOptions{
		Roots:         r.roots.lenient(),
		Intermediates: pool,
		CurrentTime:   at,
		KeyUsages:     []zx509.ExtKeyUsage{zx509.ExtKeyUsageServerAuth},
	})
	switch {
	case len(current) > 0:
	case leaf.SelfSigned:
		v.faults = append(v.faults, fault{certSelfSigned, "issuer: " + leaf.Issuer.String()})
	case len(expired) == 0:
		v.faults = append(v.faults, fault{certUntrusted, fmt.Sprintf("issuer: %s; %v", leaf.Issuer.String(), err)})
	case len(v.faults) == 0: // the leaf is in its time, an issuer is not
		v.faults = append(v.faults, fault{certExpired, "an issuer has expired"})
	}
	return v
}

func lenientReads(der []byte) bool {
	_, err := zx509.ParseCertificate(der)
	return err == nil
}

func lenientPool(ders [][]byte) *zx509.CertPool {
	pool := zx509.NewCertPool()
	for _, der := range ders {
		if c, err := zx509.ParseCertificate(der); err == nil {
			pool.AddCert(c)
		}
	}
	return pool
}
