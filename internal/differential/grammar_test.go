package differential

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	goabnf "github.com/pandatix/go-abnf"

	"stscan/internal/mtasts"
)

// abnf is the grammar of the RFCs, run by a machine. It has no classes: what it
// says and we do not is a fault of one of us. It does not say what was read.
const abnf = "ABNF"

// recordGrammar is RFC 8461 section 3.1.
const recordGrammar = `
sts-text-record = sts-version 1*(sts-field-delim sts-field) [sts-field-delim]
sts-field       = sts-id / sts-extension
sts-field-delim = *WSP ";" *WSP
sts-version     = %s"v=STSv1"
sts-id          = %s"id=" 1*32(ALPHA / DIGIT)
sts-extension   = sts-ext-name "=" sts-ext-value
sts-ext-name    = (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".")
sts-ext-value   = 1*(%x21-3A / %x3C / %x3E-7E)
`

// policyGrammar is RFC 8461 section 3.2, with Domain of RFC 5321 section 4.1.2
// and UTF8-2 to UTF8-4 of RFC 3629 section 4.
const policyGrammar = `
sts-policy-record    = sts-policy-field *WSP *(sts-policy-term sts-policy-field *WSP) [sts-policy-term]
sts-policy-field     = sts-policy-version / sts-policy-mode / sts-policy-max-age / sts-policy-mx / sts-policy-extension
sts-policy-field-delim = ":" *WSP
sts-policy-version   = %s"version" sts-policy-field-delim %s"STSv1"
sts-policy-mode      = %s"mode" sts-policy-field-delim (%s"testing" / %s"enforce" / %s"none")
sts-policy-mx        = %s"mx" sts-policy-field-delim ["*."] Domain
sts-policy-max-age   = %s"max_age" sts-policy-field-delim 1*10(DIGIT)
sts-policy-extension = sts-policy-ext-name sts-policy-field-delim sts-policy-ext-value
sts-policy-ext-name  = sts-policy-alphanum *31(sts-policy-alphanum / "_" / "-" / ".")
sts-policy-term      = LF / CRLF
sts-policy-ext-value = sts-policy-vchar [*(%x20 / sts-policy-vchar) sts-policy-vchar]
sts-policy-alphanum  = ALPHA / DIGIT
sts-policy-vchar     = %x21-7E / UTF8-2 / UTF8-3 / UTF8-4
Domain     = sub-domain *("." sub-domain)
sub-domain = Let-dig [Ldh-str]
Let-dig    = ALPHA / DIGIT
Ldh-str    = *(ALPHA / DIGIT / "-") Let-dig
UTF8-2     = %xC2-DF UTF8-tail
UTF8-3     = %xE0 %xA0-BF UTF8-tail / %xE1-EC 2(UTF8-tail) / %xED %x80-9F UTF8-tail / %xEE-EF 2(UTF8-tail)
UTF8-4     = %xF0 %x90-BF 2(UTF8-tail) / %xF1-F3 3(UTF8-tail) / %xF4 %x80-8F 2(UTF8-tail)
UTF8-tail  = %x80-BF
`

// tlsrptGrammar is RFC 8460 section 3, with URI of RFC 3986 appendix A. Two of
// its rules are narrower here. sub-delims is without "!", "," and ";", which a
// comment of RFC 8460 wants encoded. And the two schemes have their own forms:
// one address for mailto (RFC 6068 section 2), a host for https (RFC 9110
// section 4.2.2). IPvFuture is left out: there is none.
const tlsrptGrammar = `
tlsrpt-record    = tlsrpt-version 1*(field-delim tlsrpt-field) [field-delim]
field-delim      = *WSP ";" *WSP
tlsrpt-field     = tlsrpt-rua / tlsrpt-extension
tlsrpt-version   = %s"v=TLSRPTv1"
tlsrpt-rua       = %s"rua=" tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri)
tlsrpt-uri       = mailto / https
tlsrpt-extension = tlsrpt-ext-name "=" tlsrpt-ext-value
tlsrpt-ext-name  = (ALPHA / DIGIT) *31(ALPHA / DIGIT / "_" / "-" / ".")
tlsrpt-ext-value = 1*(%x21-3A / %x3C / %x3E-7E)
mailto        = "mailto:" 1*addr-char "@" 1*addr-char ["?" query] ["#" fragment]
addr-char     = unreserved / pct-encoded / sub-delims / ":"
https         = "https://" [userinfo "@"] host [":" port] path-abempty ["?" query] ["#" fragment]
userinfo      = *(unreserved / pct-encoded / sub-delims / ":")
host          = IP-literal / 1*(unreserved / pct-encoded / sub-delims)
port          = *DIGIT
IP-literal    = "[" IPv6address "]"
IPv6address   = 6(h16 ":") ls32 / "::" 5(h16 ":") ls32 / [h16] "::" 4(h16 ":") ls32
              / [*1(h16 ":") h16] "::" 3(h16 ":") ls32 / [*2(h16 ":") h16] "::" 2(h16 ":") ls32
              / [*3(h16 ":") h16] "::" h16 ":" ls32 / [*4(h16 ":") h16] "::" ls32
              / [*5(h16 ":") h16] "::" h16 / [*6(h16 ":") h16] "::"
h16           = 1*4HEXDIG
ls32          = (h16 ":" h16) / IPv4address
IPv4address   = dec-octet "." dec-octet "." dec-octet "." dec-octet
dec-octet     = DIGIT / %x31-39 DIGIT / "1" 2DIGIT / "2" %x30-34 DIGIT / "25" %x30-35
path-abempty  = *("/" *pchar)
pchar         = unreserved / pct-encoded / sub-delims / ":" / "@"
query         = *(pchar / "/" / "?")
fragment      = *(pchar / "/" / "?")
pct-encoded   = "%" HEXDIG HEXDIG
unreserved    = ALPHA / DIGIT / "-" / "." / "_" / "~"
sub-delims    = "$" / "&" / "'" / "(" / ")" / "*" / "+" / "="
`

// grammar tests texts by the rules of an ABNF. It compiles a rule to a regular
// expression, which is quick; that it says the same as the recogniser of
// go-abnf is a test of its own.
type grammar struct {
	t     *testing.T
	abnf  *goabnf.Grammar
	rules map[string]*regexp.Regexp
}

func newGrammar(t *testing.T, text string) grammar {
	t.Helper()
	// ABNF ends its lines by CRLF (RFC 5234 section 2.2).
	g, err := goabnf.ParseABNF([]byte(strings.ReplaceAll(strings.TrimPrefix(text, "\n"), "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	return grammar{t: t, abnf: g, rules: map[string]*regexp.Regexp{}}
}

func (g grammar) is(rule, s string) bool {
	g.t.Helper()
	r := g.rules[rule]
	if r == nil {
		text, err := g.abnf.Regex(rule)
		if err != nil {
			g.t.Fatal(err)
		}
		r = regexp.MustCompile(`\A(?:` + text + `)\z`)
		g.rules[rule] = r
	}
	return r.MatchString(octets(s))
}

// octets writes each byte as the character of that number. The terminals of
// these grammars are octets; go-abnf takes them for characters.
func octets(s string) string {
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return string(out)
}

// generate makes texts that a rule accepts.
func (g grammar) generate(rule string) []string {
	g.t.Helper()
	var out []string
	for seed := range int64(generated) {
		text, err := g.abnf.Generate(seed, rule, goabnf.WithRepMax(maxRepeat))
		if err != nil {
			g.t.Fatal(err)
		}
		var s []byte
		for _, octet := range string(text) {
			s = append(s, byte(octet))
		}
		out = append(out, string(s))
	}
	return out
}

const (
	generated = 2000 // texts made by each grammar, of the numbers 0 to generated-1
	maxRepeat = 6    // of a repetition without an upper bound
)

// The prose of the RFCs says what the grammar cannot: that one RR must be left,
// which fields there must be, and that of a field the first counts.

func rfcRecords(is func(rule, s string) bool) func([]string) opinion {
	return func(set []string) opinion {
		txt, ok := onlyOne(set, "v=STSv1;")
		if !ok || !is("sts-text-record", txt) {
			return opinion{}
		}
		for _, f := range fields(txt) {
			if strings.HasPrefix(f, "id=") {
				return opinion{accept: is("sts-id", f)}
			}
		}
		return opinion{}
	}
}

func rfcTLSRPT(is func(rule, s string) bool) func([]string) opinion {
	return func(set []string) opinion {
		txt, ok := onlyOne(set, "v=TLSRPTv1;")
		if !ok || !is("tlsrpt-record", txt) {
			return opinion{}
		}
		rua := slices.DeleteFunc(fields(txt), func(f string) bool { return !strings.HasPrefix(f, "rua=") })
		return opinion{accept: len(rua) > 0 && !slices.ContainsFunc(rua, func(f string) bool { return !is("tlsrpt-rua", f) })}
	}
}

// onlyOne is the rule for several RRs (RFC 8461 section 3.1, RFC 8460 section 3).
func onlyOne(set []string, literal string) (string, bool) {
	set = onlyLiteral(literal)(set)
	if len(set) != 1 {
		return "", false
	}
	return set[0], true
}

// fields are what stands between delimiters; no value holds one.
func fields(txt string) []string {
	var out []string
	for f := range strings.SplitSeq(txt, ";") {
		out = append(out, strings.Trim(f, " \t"))
	}
	return out
}

func rfcPolicy(is func(rule, s string) bool) func(string) opinion {
	return func(body string) opinion {
		if !is("sts-policy-record", body) {
			return opinion{}
		}
		first := map[string]string{}
		mx := 0
		for line := range strings.SplitSeq(body, "\n") {
			line = strings.TrimRight(line, " \t\r")
			key, value, _ := strings.Cut(line, ":")
			if key == "mx" {
				if mx++; !is("sts-policy-mx", line) || tooLong(strings.TrimPrefix(strings.Trim(value, " \t"), "*.")) {
					return opinion{}
				}
			}
			if _, later := first[key]; !later {
				first[key] = line
			}
		}
		_, age, _ := strings.Cut(first["max_age"], ":")
		seconds, _ := strconv.Atoi(strings.Trim(age, " \t"))
		return opinion{accept: is("sts-policy-version", first["version"]) && is("sts-policy-mode", first["mode"]) &&
			is("sts-policy-max-age", first["max_age"]) && seconds <= mtasts.MaxMaxAge &&
			(mx > 0 || strings.HasSuffix(first["mode"], "none"))}
	}
}

// The two ways in which go-abnf runs a grammar say the same of the inputs of the tables.
func TestGrammarTwice(t *testing.T) {
	for _, c := range []struct{ text, rule, inputs string }{
		{recordGrammar, "sts-text-record", "records.txt"},
		{policyGrammar, "sts-policy-record", "policies.txt"},
		{tlsrptGrammar, "tlsrpt-record", "tlsrpt.txt"},
	} {
		g := newGrammar(t, c.text)
		for _, texts := range corpus(t, c.inputs) {
			for _, s := range texts {
				recognised, err := g.abnf.IsValid(c.rule, []byte(octets(s)))
				if err != nil || recognised != g.is(c.rule, s) {
					t.Errorf("%s of %q: recognised %v (%v), matched %v", c.rule, s, recognised, err, g.is(c.rule, s))
				}
			}
		}
	}
}
