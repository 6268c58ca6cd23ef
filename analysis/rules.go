package analysis

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	zx509 "github.com/zmap/zcrypto/x509"
	"golang.org/x/crypto/x509roots/fallback/bundle"

	"stscan/analysis/operators"
)

// Rulesets (docs/taxonomy, "Two rulesets over the same evidence").
const (
	RulesetRFC      = "rfc"      // the text as read there, a SHOULD taken as a MUST
	RulesetDeployed = "deployed" // what widely deployed senders let pass
)

// RulesVersion is raised whenever the same evidence may give another verdict. The
// data behind the labels of operators has a version of its own (OperatorsVersion).
const RulesVersion = "3"

// DefaultCacheSize is how many chain judgements Rules remembers: the mail hosts
// of most domains are those of a few thousand operators. An entry takes about
// 300 bytes.
const DefaultCacheSize = 20_000

// RulesConfig says by which rules is judged.
type RulesConfig struct {
	Ruleset       string // "" = RulesetRFC
	Roots         []byte // PEM bundle of trusted roots; nil = the embedded Mozilla roots
	Intermediates []byte // PEM bundle; nil = none
	CacheSize     int    // chain judgements remembered; 0 = DefaultCacheSize, negative = none
}

// ErrRules is wrapped by every error of NewRules.
var ErrRules = errors.New("analysis: bad rules")

// Rules are the ruleset, the trusted roots, and what was already worked out
// about certificates and hosts. They are safe for concurrent use; the verdicts do not
// depend on what the cache holds.
type Rules struct {
	Ruleset string
	Version string

	roots         rootPool
	intermediates *x509.CertPool // nil = none
	bundleTimes   []time.Time    // at which a certificate of the bundle begins or ends
	rootsInfo     PoolInfo
	bundleInfo    PoolInfo
	cache         *generations[chainKey, chainVerdict] // nil = off
	issuers       *generations[issuerKey, knownIssuer] // nil = off
	checks        []Check
	operators     *operators.Table
	hosts         *generations[hostKey, hostOwner] // nil = off
}

// PoolInfo describes a set of certificates, for the manifest.
type PoolInfo struct {
	Name        string // "mozilla", "file" or "" for none
	SHA256      string // lower-case hex, over the sorted fingerprints of the certificates
	Count       int
	Constrained int // roots that are trusted with a constraint only
}

// NewRules builds the rules. An unknown ruleset, and a bundle without a
// certificate or with one that cannot be parsed, are errors.
func NewRules(cfg RulesConfig) (*Rules, error) {
	r := &Rules{Ruleset: cfg.Ruleset, Version: RulesVersion, checks: Checks()}
	switch cfg.Ruleset {
	case "":
		r.Ruleset = RulesetRFC
	case RulesetRFC, RulesetDeployed:
	default:
		return nil, fmt.Errorf("%w: no ruleset %q", ErrRules, cfg.Ruleset)
	}
	var err error
	if r.operators, err = operators.Embedded(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRules, err)
	}
	if err = r.loadRoots(cfg.Roots); err != nil {
		return nil, err
	}
	if err = r.loadIntermediates(cfg.Intermediates); err != nil {
		return nil, err
	}
	if cfg.CacheSize == 0 {
		cfg.CacheSize = DefaultCacheSize
	}
	if cfg.CacheSize > 0 {
		r.cache = newGenerations[chainKey, chainVerdict](cfg.CacheSize)
		r.issuers = newGenerations[issuerKey, knownIssuer](issuersKept)
		r.hosts = newGenerations[hostKey, hostOwner](hostsKept)
	}
	return r, nil
}

// Roots and Intermediates describe the certificates that the rules stand on.
func (r *Rules) Roots() PoolInfo         { return r.rootsInfo }
func (r *Rules) Intermediates() PoolInfo { return r.bundleInfo }

// OperatorsVersion is the version of the data that the labels of operators stand on.
func (r *Rules) OperatorsVersion() string { return r.operators.Version() }

// deployed reports whether the lenient ruleset is in force.
func (r *Rules) deployed() bool { return r.Ruleset == RulesetDeployed }

// rootPool is the trusted roots, in both libraries.
type rootPool struct {
	std         *x509.CertPool
	bySubject   map[string][]*x509.Certificate // by raw subject
	constrained map[string]bool                // by DER: trusted with a constraint only
	lenient     func() *zx509.CertPool         // built when a chain first needs it
}

func (r *Rules) loadRoots(bundlePEM []byte) error {
	r.roots = rootPool{std: x509.NewCertPool(), bySubject: map[string][]*x509.Certificate{}, constrained: map[string]bool{}}
	var ders, unconstrained [][]byte
	add := func(der []byte, constraint func([]*x509.Certificate) error) error {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("%w: root %d: %w", ErrRules, len(ders)+1, err)
		}
		ders = append(ders, der)
		r.roots.bySubject[string(c.RawSubject)] = append(r.roots.bySubject[string(c.RawSubject)], c)
		if constraint != nil {
			r.roots.std.AddCertWithConstraint(c, constraint)
			r.roots.constrained[string(der)] = true
			r.rootsInfo.Constrained++
			return nil
		}
		r.roots.std.AddCert(c)
		unconstrained = append(unconstrained, der)
		return nil
	}
	if bundlePEM == nil {
		r.rootsInfo.Name = "mozilla"
		for root := range bundle.Roots() {
			if err := add(root.Certificate, root.Constraint); err != nil {
				return err
			}
		}
	} else {
		r.rootsInfo.Name = "file"
		fromPEM, err := certificatesOf(bundlePEM)
		if err != nil {
			return fmt.Errorf("%w: roots: %w", ErrRules, err)
		}
		for _, der := range fromPEM {
			if err := add(der, nil); err != nil {
				return err
			}
		}
	}
	r.rootsInfo.Count, r.rootsInfo.SHA256 = len(ders), digest(ders)
	r.roots.lenient = sync.OnceValue(func() *zx509.CertPool { return lenientPool(unconstrained) })
	return nil
}

func (r *Rules) loadIntermediates(bundlePEM []byte) error {
	if bundlePEM == nil {
		return nil
	}
	ders, err := certificatesOf(bundlePEM)
	if err != nil {
		return fmt.Errorf("%w: intermediates: %w", ErrRules, err)
	}
	r.intermediates = x509.NewCertPool()
	for i, der := range ders {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("%w: intermediate %d: %w", ErrRules, i+1, err)
		}
		r.intermediates.AddCert(c)
		r.bundleTimes = append(r.bundleTimes, boundaries(c)...)
	}
	slices.SortFunc(r.bundleTimes, time.Time.Compare)
	r.bundleInfo = PoolInfo{Name: "file", Count: len(ders), SHA256: digest(ders)}
	return nil
}

var errNoCertificate = errors.New("no certificate in the PEM bundle")

// certificatesOf returns the DER of each certificate of a PEM bundle. Blocks of
// other types are passed over, as bundles of some vendors hold them.
func certificatesOf(bundlePEM []byte) ([][]byte, error) {
	var ders [][]byte
	for {
		var block *pem.Block
		block, bundlePEM = pem.Decode(bundlePEM)
		if block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			ders = append(ders, block.Bytes)
		}
	}
	if len(ders) == 0 {
		return nil, errNoCertificate
	}
	return ders, nil
}

// digest is the SHA-256 over the sorted SHA-256 fingerprints of certificates.
func digest(ders [][]byte) string {
	prints := make([]string, len(ders))
	for i, der := range ders {
		sum := sha256.Sum256(der)
		prints[i] = string(sum[:])
	}
	slices.Sort(prints)
	h := sha256.New()
	for _, p := range prints {
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}
