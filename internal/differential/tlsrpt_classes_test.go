package differential

import (
	"regexp"
	"strings"

	"stscan/internal/mtasts"
)

func tlsrptClasses() []class[[]string] {
	const good = "v=TLSRPTv1; rua=mailto:a@example.com"
	return []class[[]string]{
		{parser: mox, name: "RR that only begins like a record, beside the record", right: weAre,
			why:     `RFC 8460 section 3: of several RRs those that do not begin with "v=TLSRPTv1;" are discarded`,
			example: []string{good, "v=TLSRPTv1 ; rua=mailto:b@example.com"},
			repair:  onlyLiteral("v=TLSRPTv1;")},
		{parser: mox, name: "record with a blank before its first delimiter, among several RRs", right: bothAre,
			why:     `RFC 8460 section 3: the grammar allows the blank, the literal "v=TLSRPTv1;" by which RRs are discarded does not; we mark the issue contested`,
			example: []string{"x", "v=TLSRPTv1 ; rua=mailto:a@example.com"},
			lets:    passedOver("v=TLSRPTv1")},
		{parser: mox, name: "extension given twice", right: bothAre,
			why:     "RFC 8460 section 3 says only that unknown fields are ignored; we keep the first, as RFC 8461 section 3.2 has it, and mox both",
			example: []string{good + "; a=b; a=c"},
			repair:  eachTXT(dropLaterFields)},
		{parser: mox, name: `extension name that begins with "-" or "."`, right: weAre,
			why:     "RFC 8460 section 3: tlsrpt-ext-name begins with a letter or digit",
			example: []string{good + "; -a=b"},
			lets:    signedName("rpt_bad_extension", good)},
		{parser: mox, name: "host with percent encoding", right: bothAre,
			why:     "RFC 3986 section 3.2.2 allows it in reg-name, and RFC 8460 section 3 takes any URI; net/url refuses what decodes to ASCII, and no such host has an address",
			example: []string{"v=TLSRPTv1; rua=https://a%2Cb.example/"},
			repair: eachTXT(func(txt string) string {
				return encodedHost.ReplaceAllStringFunc(txt, func(s string) string { return strings.ReplaceAll(s, "%", "x") })
			})},
		{parser: mox, name: "blanks behind the last URI", right: weAre,
			why:     `RFC 8460 section 3: *WSP stands around the comma and in field-delim, which needs its ";"`,
			example: []string{good + " "},
			lets: func(set []string, i mtasts.Issue) bool {
				return i.Code == "rpt_bad_separator" && strings.Trim(set[i.RR][i.Offset:], " \t") == ""
			}},
		{parser: mox, name: "URI of another scheme", right: weAre,
			why:     "RFC 8460 section 3: the schemes are mailto and https; a report cannot be sent to another",
			example: []string{"v=TLSRPTv1; rua=http://example.com/r"},
			lets: func(set []string, i mtasts.Issue) bool {
				return i.Code == "rpt_bad_scheme" && strings.Contains(set[i.RR][i.Offset:i.Offset+i.Length], ":")
			}},
		{parser: mox, name: "URI without what its scheme asks for, or with other characters", right: weAre,
			why:     "RFC 8460 section 3 takes URI of RFC 3986: section 2 has its characters, RFC 6068 section 2 the address of mailto, RFC 9110 section 4.2.2 the host of https",
			example: []string{"v=TLSRPTv1; rua=mailto:"},
			lets:    func(_ []string, i mtasts.Issue) bool { return i.Code == "rpt_bad_rua" }},
	}
}

// encodedHost is an authority with percent encoding.
var encodedHost = regexp.MustCompile(`//[^/?#,;]*%[^/?#,;]*`)
