package analysis

import (
	"testing"
)

// BenchmarkClassifySilent is what nearly every name of a list is.
func BenchmarkClassifySilent(b *testing.B) {
	r := newTestRules(b, nil)
	c := deployed(silent, nxdomain("_smtp._tls.example.com", "TXT"))
	b.ReportAllocs()
	for b.Loop() {
		Classify(c, r)
	}
}

func BenchmarkClassifyDeployed(b *testing.B) {
	for _, cached := range []string{"cached", "uncached"} {
		b.Run(cached, func(b *testing.B) {
			r := newTestRules(b, func(c *RulesConfig) {
				if cached == "uncached" {
					c.CacheSize = -1
				}
			})
			c := deployed(second())
			b.ReportAllocs()
			for b.Loop() {
				Classify(c, r)
			}
		})
	}
}

// BenchmarkVerifyChain is a leaf that was not met before, of an issuer that was,
// and of one that was not.
func BenchmarkVerifyChain(b *testing.B) {
	for name, size := range map[string]int{"known": 0, "unknown": -1} {
		b.Run("issuer="+name, func(b *testing.B) {
			r := newTestRules(b, func(c *RulesConfig) { c.CacheSize = size })
			chain := goodChain(certHost)
			b.ReportAllocs()
			for b.Loop() {
				r.verifyChain(chain, certHost, observed)
			}
		})
	}
}
