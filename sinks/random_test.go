package sinks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"

	"pgregory.net/rapid"

	"stscan/analysis"
	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
)

// Generators of evidence as collectors leave it: valid UTF-8, UTC, microseconds,
// and replies whose lines have no line feed.

var (
	anyText = rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"a.example", `\xff`, "ü", "x\ty", "null", "%"}), rapid.StringN(0, 12, -1))
	anyLine = rapid.StringMatching(`[ -~üß\t\r]{0,10}`)
	anyTime = rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "never") {
			return time.Time{}
		}
		return time.UnixMicro(rapid.Int64Range(-1e15, 4e15).Draw(t, "us")).UTC()
	})
	anyAddr = rapid.SampledFrom([]netip.Addr{{}, netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1"),
		netip.MustParseAddr("::ffff:192.0.2.1"), netip.MustParseAddr("fe80::1%eth0")})
	anyHost    = rapid.Custom(func(t *rapid.T) string { return anyText.Draw(t, "host") })
	anyTexts   = rapid.SliceOfN(anyText, 0, 3)
	anyReply   = rapid.Custom(func(t *rapid.T) evidence.Reply { return rapid.SliceOfN(anyLine, 0, 3).Draw(t, "lines") })
	anyFailure = rapid.Custom(func(t *rapid.T) evidence.Failure {
		return evidence.Failure{Op: evidence.Op(anyText.Draw(t, "op")), Kind: evidence.Kind(anyText.Draw(t, "kind")), Detail: anyText.Draw(t, "detail")}
	})
	anySpan = rapid.Custom(func(t *rapid.T) evidence.Span {
		return evidence.Span{Start: anyTime.Draw(t, "start"), Tries: rapid.IntRange(0, 9).Draw(t, "tries"),
			Duration: time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "us")) * time.Microsecond}
	})
	anyCertificate = rapid.Custom(func(t *rapid.T) evidence.Certificate {
		der := rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(t, "der")
		hash := sha256.Sum256(der)
		return evidence.Certificate{SHA256: hex.EncodeToString(hash[:]), DER: der}
	})
	anyTLS = rapid.Custom(func(t *rapid.T) evidence.TLS {
		return evidence.TLS{Version: anyText.Draw(t, "version"), Cipher: anyText.Draw(t, "cipher"), SNI: anyText.Draw(t, "sni"),
			Chain: rapid.SliceOfN(anyCertificate, 0, 3).Draw(t, "chain"), Alert: anyText.Draw(t, "alert")}
	})
	anyLookup = rapid.Custom(func(t *rapid.T) evidence.Lookup {
		return evidence.Lookup{
			Question: evidence.Question{Name: anyText.Draw(t, "name"), Type: anyText.Draw(t, "type"), CD: rapid.Bool().Draw(t, "cd")},
			RCode:    anyText.Draw(t, "rcode"), AD: rapid.Bool().Draw(t, "ad"), EDE: rapid.SliceOfN(rapid.Uint16(), 0, 3).Draw(t, "ede"),
			Chain: anyTexts.Draw(t, "chain"), Records: anyTexts.Draw(t, "records"), Total: rapid.IntRange(0, 9).Draw(t, "total"),
			Truncated: rapid.Bool().Draw(t, "truncated"), Digest: anyText.Draw(t, "digest"), Server: anyText.Draw(t, "server"), Transport: anyText.Draw(t, "transport"),
			TTL: rapid.Uint32().Draw(t, "ttl"), Span: anySpan.Draw(t, "span"), Failure: anyFailure.Draw(t, "failure"),
		}
	})
	anyFetch = rapid.Custom(func(t *rapid.T) evidence.PolicyFetch {
		f := evidence.PolicyFetch{
			Endpoint: evidence.Endpoint{Host: anyHost.Draw(t, "host"), Addr: anyAddr.Draw(t, "addr")},
			Status:   rapid.IntRange(0, 599).Draw(t, "status"), ContentType: anyText.Draw(t, "type"),
			Body: rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "body"), Truncated: rapid.Bool().Draw(t, "truncated"),
			TLS: anyTLS.Draw(t, "tls"), Span: anySpan.Draw(t, "span"), Failure: anyFailure.Draw(t, "failure"),
		}
		for range rapid.IntRange(0, 2).Draw(t, "headers") {
			f.Header = append(f.Header, [2]string{anyText.Draw(t, "name"), anyText.Draw(t, "value")})
		}
		return f
	})
	anySession = rapid.Custom(func(t *rapid.T) evidence.Session {
		return evidence.Session{
			ID:       rapid.StringMatching(`[a-z2-7]{26}`).Draw(t, "id"),
			Endpoint: evidence.Endpoint{Host: anyHost.Draw(t, "host"), Addr: anyAddr.Draw(t, "addr")},
			Greeting: anyReply.Draw(t, "greeting"), EHLO: anyReply.Draw(t, "ehlo"), HELO: anyReply.Draw(t, "helo"),
			StartTLS: anyReply.Draw(t, "starttls"), TLS: anyTLS.Draw(t, "tls"), Truncated: rapid.Bool().Draw(t, "truncated"),
			Span: anySpan.Draw(t, "span"), Failure: anyFailure.Draw(t, "failure"),
		}
	})
	anyTarget = rapid.Custom(func(t *rapid.T) evidence.Target {
		target := evidence.Target{Domain: anyText.Draw(t, "domain"), Input: anyText.Draw(t, "input"), Rank: rapid.Int64Range(0, 3).Draw(t, "rank"),
			List: anyText.Draw(t, "list"), TLD: anyText.Draw(t, "tld"), Registrable: anyText.Draw(t, "registrable"),
			RegistrablePrivate: anyText.Draw(t, "private")}
		for range rapid.IntRange(0, 2).Draw(t, "lists") {
			target.Lists = append(target.Lists, evidence.ListEntry{List: anyText.Draw(t, "list"),
				Rank: rapid.Int64Range(0, 3).Draw(t, "rank"), Line: rapid.Int64Range(1, 9).Draw(t, "line")})
		}
		return target
	})
)

// drawCases draws the cases of a chunk, some of which share sessions.
func drawCases(t *rapid.T) []evidence.Case {
	sessions := rapid.SliceOfNDistinct(anySession, 1, 3, func(s evidence.Session) string { return s.ID }).Draw(t, "sessions")
	cases := make([]evidence.Case, rapid.IntRange(0, 4).Draw(t, "cases"))
	for i := range cases {
		d := evidence.Domain{Target: anyTarget.Draw(t, "target"), ScannedAt: time.UnixMicro(rapid.Int64Range(1, 4e15).Draw(t, "at")).UTC(), Attempt: rapid.IntRange(1, 2).Draw(t, "attempt"),
			Controls: anyText.Draw(t, "controls"), Reached: anyTexts.Draw(t, "reached"), Masked: anyTexts.Draw(t, "masked"), Validating: anyTexts.Draw(t, "validating"),
			Lookups: rapid.SliceOfN(anyLookup, 0, 4).Draw(t, "lookups"), Fetches: rapid.SliceOfN(anyFetch, 0, 2).Draw(t, "fetches")}
		d.Target.Domain = fmt.Sprintf("n%d.example", i)
		for range rapid.IntRange(0, 2).Draw(t, "earlier") {
			d.Earlier = append(d.Earlier, evidence.Earlier{Step: anyText.Draw(t, "step"), Host: anyText.Draw(t, "host"), Address: anyText.Draw(t, "address"),
				Op: evidence.Op(anyText.Draw(t, "op")), Kind: evidence.Kind(anyText.Draw(t, "kind")), Reply: anyText.Draw(t, "reply"), At: anyTime.Draw(t, "at")})
		}
		for range rapid.IntRange(0, 2).Draw(t, "skipped") {
			d.Skipped = append(d.Skipped, evidence.Skip{Step: anyText.Draw(t, "step"), Host: anyText.Draw(t, "host"), Address: anyText.Draw(t, "address"), Why: anyText.Draw(t, "why")})
		}
		cases[i].Domain = d
		for _, s := range sessions {
			if rapid.Bool().Draw(t, "uses") {
				cases[i].Domain.Sessions = append(cases[i].Domain.Sessions, s.ID)
				cases[i].Sessions = append(cases[i].Sessions, s)
			}
		}
	}
	return cases
}

func maybe[T any](g *rapid.Generator[T]) *rapid.Generator[*T] { return rapid.Ptr(g, true) }

func word[S ~string]() *rapid.Generator[S] {
	return rapid.Custom(func(t *rapid.T) S { return S(anyText.Draw(t, "word")) })
}

// drawVerdict draws a verdict on the case.
func drawVerdict(t *rapid.T, c evidence.Case) analysis.Verdict {
	codes, results := rapid.SliceOfN(word[taxonomy.Code](), 0, 3), rapid.SliceOfN(word[taxonomy.Result](), 0, 2)
	yes, name := maybe(rapid.Bool()), maybe(anyText)
	v := analysis.Verdict{
		Domain: c.Domain.Target.Domain, Rank: c.Domain.Target.Rank, List: c.Domain.Target.List, TLD: c.Domain.Target.TLD,
		Registrable: c.Domain.Target.Registrable, ScannedAt: c.Domain.ScannedAt, Attempt: c.Domain.Attempt, RulesVersion: anyText.Draw(t, "rules"),
		Status: word[taxonomy.Status]().Draw(t, "status"), Delivery: word[taxonomy.Delivery]().Draw(t, "delivery"),
		DeliveryIfEnforced: maybe(word[taxonomy.Delivery]()).Draw(t, "enforced"), FirstFailure: word[taxonomy.Code]().Draw(t, "first"),
		Codes: codes.Draw(t, "codes"), RecordPresent: yes.Draw(t, "present"), RecordValid: yes.Draw(t, "valid"), RecordID: name.Draw(t, "id"),
		PolicyFetched: yes.Draw(t, "fetched"), PolicyValid: yes.Draw(t, "policy"), Mode: name.Draw(t, "mode"),
		MaxAge: maybe(rapid.Int64()).Draw(t, "age"), PolicyMX: anyTexts.Draw(t, "mx"), PolicySHA256: name.Draw(t, "sha"),
		PolicyCNAME: anyTexts.Draw(t, "cname"), PolicyAddrs: anyTexts.Draw(t, "addrs"), MXStatus: word[analysis.MXStatus]().Draw(t, "mxstatus"),
		NS: anyTexts.Draw(t, "ns"), PolicyTLSRPT: results.Draw(t, "tlsrpt"), MXProvider: name.Draw(t, "mxp"),
		PolicyProvider: name.Draw(t, "pp"), DNSProvider: name.Draw(t, "dp"), TLSRPTRUA: anyTexts.Draw(t, "rua"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "findings") {
		v.Findings = append(v.Findings, analysis.Finding{Code: word[taxonomy.Code]().Draw(t, "code"), Class: word[taxonomy.Class]().Draw(t, "class"),
			Layer: word[taxonomy.Layer]().Draw(t, "layer"), Where: anyText.Draw(t, "where"), Got: anyText.Draw(t, "got"), Cite: anyText.Draw(t, "cite"),
			Result: word[taxonomy.Result]().Draw(t, "result"), Contested: rapid.Bool().Draw(t, "contested")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "hosts") {
		v.MX = append(v.MX, analysis.MXVerdict{Host: anyText.Draw(t, "host"), Preference: rapid.IntRange(0, 65535).Draw(t, "pref"),
			Addrs: anyTexts.Draw(t, "addrs"), PolicyMatch: yes.Draw(t, "match"), MatchedPattern: name.Draw(t, "pattern"), StartTLS: yes.Draw(t, "starttls"),
			CertValid: yes.Draw(t, "cert"), EnforceOK: yes.Draw(t, "ok"), Usable: yes.Draw(t, "usable"), Provider: name.Draw(t, "provider"),
			Codes: codes.Draw(t, "codes"), TLSRPT: results.Draw(t, "tlsrpt")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "adopts") {
		v.Adopts = append(v.Adopts, analysis.Adoption{Check: anyText.Draw(t, "check"), State: word[analysis.AdoptionState]().Draw(t, "state"), Detail: anyText.Draw(t, "detail")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "tlsa") {
		v.TLSA = append(v.TLSA, analysis.TLSA{Host: anyText.Draw(t, "host"), Base: anyText.Draw(t, "base"), Validated: rapid.Bool().Draw(t, "validated")})
	}
	return v
}
