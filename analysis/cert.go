package analysis

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"stscan/internal/evidence"
)

// certFault is one way in which a certificate is not good enough.
type certFault string

const (
	certNameMismatch certFault = "name_mismatch"
	certCNOnly       certFault = "cn_only"
	certExpired      certFault = "expired"
	certNotYetValid  certFault = "not_yet_valid"
	certSelfSigned   certFault = "self_signed"
	certUntrusted    certFault = "untrusted"
	certIncomplete   certFault = "chain_incomplete"
	certUnreadable   certFault = "unreadable" // neither of our parsers can read the leaf: we cannot tell
)

// fault is a certFault and what was seen.
type fault struct {
	kind certFault
	got  string
}

// chainVerdict is what one chain means for one host, in an interval of time.
type chainVerdict struct {
	faults   []fault // none = a sender accepts it
	weak     string  // which key or signature is weak; "" = none
	notAfter time.Time
	from     time.Time // the verdict holds from then; zero = for ever before
	until    time.Time // and up to, not including, then; zero = for ever after
}

func (v chainVerdict) good() bool { return len(v.faults) == 0 }

// longChain is well above the certificates of any path that a sender builds. The
// mark that something of a contact was cut is the chain's only in one as long.
const longChain = 16

// doubted reports whether faults are of trust alone, and the chain was cut: the
// issuer that is missing may be among the certificates that were left out.
func doubted(faults []fault, chain []evidence.Certificate, cut bool) bool {
	if !cut || len(chain) < longChain || len(faults) == 0 {
		return false
	}
	for _, f := range faults {
		if f.kind != certUntrusted && f.kind != certIncomplete {
			return false
		}
	}
	return true
}

func (v chainVerdict) holdsAt(t time.Time) bool {
	return (v.from.IsZero() || !t.Before(v.from)) && (v.until.IsZero() || t.Before(v.until))
}

// judgeChain says whether a sender accepts chain, sent by host, at that time,
// and if not, everything that is wrong with it.
func (r *Rules) judgeChain(chain []evidence.Certificate, host string, at time.Time) chainVerdict {
	at = at.Truncate(time.Microsecond) // as evidence is stored, so that judging it again gives the same
	key := keyOf(chain, host)
	if v, ok := r.cache.get(key); ok && v.holdsAt(at) {
		return v
	}
	v := r.verifyChain(chain, host, at)
	r.cache.put(key, v)
	return v
}

// chainCase is one chain under judgement.
type chainCase struct {
	rules *Rules
	host  string
	at    time.Time
	leaf  *x509.Certificate
	sent  []*x509.Certificate // those that parse, leaf first
	known []knownIssuer       // those of sent that were met before
	pool  *x509.CertPool      // of sent, without the leaf
}

func (r *Rules) verifyChain(chain []evidence.Certificate, host string, at time.Time) chainVerdict {
	k := chainCase{rules: r, host: host, at: at}
	unread := false
	for i, c := range chain {
		if i > 0 && k.met(c.DER) {
			continue
		}
		cert, err := x509.ParseCertificate(c.DER)
		if err != nil {
			unread = true
			if i == 0 {
				break
			}
			continue
		}
		k.sent = append(k.sent, cert)
	}
	if len(k.sent) == 0 {
		return judgeLenient(r, chain, host, at)
	}
	k.leaf = k.sent[0]
	err := k.accepted()
	named := nameFault(k.leaf.DNSNames, k.leaf.Subject.CommonName, host)
	v := chainVerdict{weak: k.weakness(), notAfter: k.leaf.NotAfter}
	switch {
	case err == nil && named == nil:
	case err != nil && unread:
		return judgeLenient(r, chain, host, at)
	default:
		v.faults = k.faults(named, err)
	}
	v.from, v.until = k.interval()
	return v
}

// accepted is nil if a path to a trusted root holds at the time of the
// observation, and else why none does.
func (k *chainCase) accepted() error {
	if k.issuerKnown() {
		return nil
	}
	k.pool = x509.NewCertPool()
	for _, c := range k.sent[1:] {
		k.pool.AddCert(c)
	}
	paths, err := k.verify(k.rules.roots.std, k.pool, k.at)
	for _, path := range paths {
		k.rules.meet(path)
	}
	return err
}

// verify looks for paths to one of the roots at that time. Names are not its
// concern.
func (k *chainCase) verify(roots, intermediates *x509.CertPool, at time.Time) ([][]*x509.Certificate, error) {
	return k.leaf.Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: intermediates,
		CurrentTime:   at,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
}

// faults are all that is wrong: name, dates and trust, each for itself. err is
// what verifying at the time of the observation gave.
func (k *chainCase) faults(named *fault, err error) []fault {
	var out []fault
	if named != nil {
		out = append(out, *named)
	}
	if err == nil {
		return out
	}
	path, trusted := k.trustedPath(k.pool)
	if !trusted {
		path = k.linked()
	}
	dates := dateFaults(path, k.at)
	out = append(out, dates...)
	switch {
	case !trusted:
		out = append(out, k.trustFault(err))
	case len(dates) == 0: // a path that is neither outdated nor untrusted, yet not accepted
		out = append(out, fault{certUntrusted, err.Error()})
	}
	return out
}

// trustedPath is the path to a trusted root that holds at some time within the
// leaf's own window: trust, without regard to dates.
func (k *chainCase) trustedPath(intermediates *x509.CertPool) ([]*x509.Certificate, bool) {
	middle := k.leaf.NotBefore.Add(k.leaf.NotAfter.Sub(k.leaf.NotBefore) / 2)
	for _, t := range []time.Time{k.leaf.NotBefore, k.leaf.NotAfter, middle} {
		if paths, err := k.verify(k.rules.roots.std, intermediates, t); err == nil {
			return fewestDateFaults(paths, k.at), true
		}
	}
	return nil, false
}

func fewestDateFaults(paths [][]*x509.Certificate, at time.Time) []*x509.Certificate {
	return slices.MinFunc(paths, func(a, b []*x509.Certificate) int {
		return len(dateFaults(a, at)) - len(dateFaults(b, at))
	})
}

// linked is the leaf and those sent certificates that lead on from it by name.
func (k *chainCase) linked() []*x509.Certificate {
	path := []*x509.Certificate{k.leaf}
	for _, c := range k.sent[1:] {
		if bytes.Equal(path[len(path)-1].RawIssuer, c.RawSubject) {
			path = append(path, c)
		}
	}
	return path
}

// dateFaults are the certificates of path outside their validity time.
func dateFaults(path []*x509.Certificate, at time.Time) []fault {
	var out []fault
	for _, c := range path {
		switch {
		case at.After(c.NotAfter):
			out = append(out, fault{certExpired, fmt.Sprintf("%s: not after %s", c.Subject, timeText(c.NotAfter))})
		case at.Before(c.NotBefore):
			out = append(out, fault{certNotYetValid, fmt.Sprintf("%s: not before %s", c.Subject, timeText(c.NotBefore))})
		}
	}
	return out
}

func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// trustFault tells the three ways of not being trusted apart. The status of a
// domain does not depend on which it is.
func (k *chainCase) trustFault(err error) fault {
	issuer := "issuer: " + k.leaf.Issuer.String()
	if ownIssuer(k.leaf) {
		return fault{certSelfSigned, issuer}
	}
	if k.rules.intermediates != nil {
		if _, ok := k.trustedPath(k.withBundle()); ok {
			return fault{certIncomplete, issuer + "; a known intermediate completes the path"}
		}
	}
	last := k.sent[len(k.sent)-1]
	selfIssued := bytes.Equal(last.RawIssuer, last.RawSubject)
	if !selfIssued && len(last.IssuingCertificateURL) > 0 && !k.reachesRoot(last) {
		return fault{certIncomplete, "issuer of the last certificate sent: " + last.Issuer.String()}
	}
	return fault{certUntrusted, issuer + "; " + err.Error()}
}

// reachesRoot reports whether the issuer of c is a trusted root, so that nothing
// is missing: the path is refused for another reason, its usage say.
func (k *chainCase) reachesRoot(c *x509.Certificate) bool {
	for _, root := range k.rules.roots.bySubject[string(c.RawIssuer)] {
		if c.CheckSignatureFrom(root) == nil {
			return true
		}
	}
	return false
}

func (k *chainCase) withBundle() *x509.CertPool {
	pool := k.rules.intermediates.Clone()
	for _, c := range k.sent[1:] {
		pool.AddCert(c)
	}
	return pool
}

// ownIssuer reports whether c was signed with its own key. A signature by an
// algorithm that is no longer checked is believed if the names say so.
func ownIssuer(c *x509.Certificate) bool {
	if !bytes.Equal(c.RawIssuer, c.RawSubject) {
		return false
	}
	return c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil || brokenHash(c.SignatureAlgorithm)
}

// minRSABits is the shortest RSA key that RFC 9325 section 4.5 allows.
const minRSABits = 2048

// weakness names the first weak key or signature of what was sent. The
// signature of a root is nobody's concern.
func (k *chainCase) weakness() string {
	for i, c := range k.sent {
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < minRSABits {
			return fmt.Sprintf("%s: RSA key of %d bits", c.Subject, key.N.BitLen())
		}
		root := i > 0 && bytes.Equal(c.RawIssuer, c.RawSubject)
		if !root && brokenHash(c.SignatureAlgorithm) {
			return fmt.Sprintf("%s: signature %s", c.Subject, c.SignatureAlgorithm)
		}
	}
	return ""
}

func brokenHash(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// interval is the time around at in which no certificate that may be on a path
// begins or ends, and the verdict is therefore the same.
func (k *chainCase) interval() (from, until time.Time) {
	times := slices.Clone(k.rules.bundleTimes)
	for _, c := range k.sent {
		times = append(times, boundaries(c)...)
		for _, root := range k.rules.roots.bySubject[string(c.RawIssuer)] {
			times = append(times, boundaries(root)...)
		}
	}
	return around(times, k.at)
}

// boundaries are the first instants at which c is valid, and no longer valid.
func boundaries(c *x509.Certificate) []time.Time {
	return []time.Time{c.NotBefore, c.NotAfter.Add(1)}
}

// around is the last of times not after at, and the first after it.
func around(times []time.Time, at time.Time) (from, until time.Time) {
	for _, t := range times {
		if !t.After(at) {
			if from.IsZero() || t.After(from) {
				from = t
			}
		} else if until.IsZero() || t.Before(until) {
			until = t
		}
	}
	return from, until
}
