package lab

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"

	"stscan/internal/taxonomy"
)

// hostilePolicies are bodies, served well.
func hostilePolicies() []Scenario {
	at := func(name, doc string, truth Truth, text string, changes ...change) Scenario {
		return hostile("hostile-policy-"+name, doc, truth, append(changes, body(text))...)
	}
	missing := []taxonomy.Code{taxonomy.PsynMissingMaxAge, taxonomy.PsynMissingMode, taxonomy.PsynMissingMX, taxonomy.PsynMissingVersion}
	nothing := append([]taxonomy.Code{taxonomy.PsynMalformedLine}, missing...)
	return []Scenario{
		at("many-mx", "5,000 mx lines, the good one last.", enforced(taxonomy.PlintMXUnused), manyMX(5000)),
		at("too-many-mx", "10,000 mx lines, in more than 64 KiB.", noPolicy(taxonomy.PhttpTooLarge), manyMX(10_000)),
		at("same-mx", "The same mx line 500 times.", enforced(taxonomy.PlintMXDuplicate),
			policyText("enforce", strings.Split(strings.Repeat(" "+ownHost, 500)[1:], " ")...)),
		at("one-line", "One line of 64 KiB.", badPolicy(nothing...), strings.Repeat("a", maxPolicy),
			leniently(badPolicy(missing...))),
		at("one-line-too-long", "One line of 65,537 bytes.", noPolicy(taxonomy.PhttpTooLarge), strings.Repeat("a", maxPolicy+1)),
		at("blank-lines", "60,000 blank lines before a good policy.", badPolicy(taxonomy.PsynMalformedLine),
			strings.Repeat("\n", 60_000)+enforceOwn(), leniently(enforced())),
		at("terminal", "An escape sequence in a field nobody knows.", badPolicy(taxonomy.PsynMalformedLine),
			enforceOwn()+"x-note: \x1b[2J\x1b]0;owned\x07 and a long line, so that it is text after all\n"),
		at("terminal-mx", "An escape sequence in an mx field.", badPolicy(taxonomy.PsynMXBadDomain),
			policyText("enforce", ownHost, "mx\x1b[31m.evil.test"), leniently(enforced())),
		at("bidi", "A field whose value turns the direction of what follows: odd, and well-formed.",
			enforced(taxonomy.PlintUnknownField), enforceOwn()+"x-note: \u202egnp.exe\u2066\n"),
		at("nul", "A NUL behind the policy.", badPolicy(taxonomy.PsynNotText), enforceOwn()+"\x00"),
		at("two-modes", "Mode none, and a second mode enforce behind it: the first counts.",
			modeNone(taxonomy.PlintDuplicateField), policyText("none", ownHost)+"mode: enforce\n"),
		at("hidden-mode", "A second mode behind a carriage return, where only some see a line.",
			badPolicy(taxonomy.PlintDuplicateField, taxonomy.PsynMalformedLine), "version: STSv1\nmode: enforce\rmode: none\nmx: "+ownHost+"\nmax_age: 604800\n"),
		at("mx-inside", "A policy that lists localhost and addresses of the inside, beside the MX host.",
			enforced(taxonomy.PlintMXIP, taxonomy.PlintMXUnused), policyText("enforce", ownHost, "localhost", "127.0.0.1", "169.254.169.254")),
	}
}

// manyMX is a policy with n mx fields, the last of which lists the MX host.
func manyMX(n int) string {
	hosts := make([]string, n)
	for i := range hosts {
		hosts[i] = fmt.Sprintf("m%d", i)
	}
	hosts[n-1] = ownHost
	return strings.ReplaceAll(policyText("enforce", hosts...), "mx: ", "mx:")
}

// noPolicyText is the truth of a body that is no text.
func noPolicyText() Truth { return badPolicy(taxonomy.PsynNotText) }

// gzipZeros is n zero bytes, compressed (RFC 1952).
func gzipZeros(n int) string {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one there is
	_, _ = z.Write(make([]byte, n))                       // a buffer takes everything
	_ = z.Close()
	return b.String()
}
