package differential

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"stscan/internal/mtasts"
)

func policyClasses() []class[string] {
	const head = "version: STSv1\nmode: enforce\nmax_age: 604800\n"
	const good = head + "mx: mail.example.com\n"
	return []class[string]{
		{parser: mox, name: "field given twice", right: weAre,
			why:     "RFC 8461 section 3.2: of every field but mx, all but the first are ignored, whatever their values; mox reads a later version, mode or max_age by its own grammar, and keeps every extension",
			example: good + "version: STSv2\n",
			repair:  dropLaterLines},
		{parser: mox, name: "mx that IDNA does not take", right: bothAre,
			why:     `RFC 8461 section 3.2 takes Domain of RFC 5321 section 4.1.2, for which "--" is two hyphens; mox asks IDNA, where it makes an A-label or nothing (RFC 5890 section 2.3.1)`,
			example: head + "mx: ab--c.example\n",
			repair:  eachMX(withoutDoubleHyphens)},
		{parser: mox, name: "mx that looks like an IPv4 address", right: bothAre,
			why:     "RFC 8461 section 3.2: four numbers are a Domain to the grammar of RFC 5321 section 4.1.2, but no host has such a name; we accept it with plint_mx_ip, and it matches nothing",
			example: head + "mx: 192.0.2.1\n",
			repair:  eachMX(withoutAddress)},
		{parser: mox, name: "max_age above a year", right: weAre,
			why:     "RFC 8461 section 3.2: the maximum is 31557600; what is above is given no meaning, and we mark the issue contested",
			example: strings.Replace(good, "604800", "31557601", 1),
			lets:    letsCodes("psyn_max_age_over_limit")},
		{parser: mox, name: `extension name that begins with "-" or "."`, right: weAre,
			why:     "RFC 8461 section 3.2: sts-policy-ext-name begins with a letter or digit",
			example: good + "-a: b\n",
			lets: func(body string, i mtasts.Issue) bool {
				return i.Code == "psyn_malformed_line" && i.Length > 0 && (body[i.Offset] == '-' || body[i.Offset] == '.') &&
					mtasts.ParsePolicy([]byte(good+"x"+body[i.Offset+1:i.Offset+i.Length]+": y\n")).Valid
			}},
		{parser: mox, name: "extension value that is not UTF-8", right: weAre,
			why:     "RFC 8461 section 3.2: sts-policy-vchar beyond ASCII is UTF8-2, UTF8-3 or UTF8-4",
			example: good + "a: caf\xe9\n",
			lets: func(body string, i mtasts.Issue) bool {
				return i.Code == "psyn_not_text" || i.Code == "psyn_malformed_line" && i.Length == 1 && body[i.Offset] >= 0x80
			}},
		{parser: mox, name: "mx with a label or name that is too long", right: weAre,
			why:     "RFC 5321 section 4.5.3.1.2 and RFC 1035 section 2.3.4: 63 bytes a label, 255 a name on the wire; such a host cannot be in the DNS",
			example: head + "mx: " + strings.Repeat("l", 64) + ".example\n",
			lets: func(body string, i mtasts.Issue) bool {
				return i.Code == "psyn_mx_bad_domain" && i.Length > 63 && !strings.ContainsAny(body[i.Offset:i.Offset+i.Length], "_ \t")
			}},

		{parser: goMTASTS, name: "field given twice", right: weAre,
			why:     "RFC 8461 section 3.2: of every field but mx, all but the first are ignored; go-mtasts reads the last mode and max_age, and judges every version",
			example: "mode: testing\n" + good,
			repair:  dropLaterLines},
		{parser: goMTASTS, name: "extension value with a colon", right: weAre,
			why:     "RFC 8461 section 3.2: sts-policy-vchar is %x21-7E, with the colon",
			example: good + "a: b:c\n",
			repair:  withoutColons},
		{parser: goMTASTS, name: "max_age that is no plain number", right: weAre,
			why:     "RFC 8461 section 3.2: sts-policy-max-age-value is 1*10(DIGIT)",
			example: strings.Replace(good, "604800", "-1", 1),
			lets: func(body string, i mtasts.Issue) bool {
				value := body[i.Offset : i.Offset+i.Length]
				return i.Code == "psyn_bad_max_age" && regexp.MustCompile(`^[+-]?[0-9]+$`).MatchString(value)
			}},
		{parser: goMTASTS, name: "max_age above a year", right: weAre,
			why:     "RFC 8461 section 3.2: the maximum is 31557600; what is above is given no meaning, and we mark the issue contested",
			example: strings.Replace(good, "604800", "31557601", 1),
			lets:    letsCodes("psyn_max_age_over_limit")},
		{parser: goMTASTS, name: "mx of any form", right: weAre,
			why:     `RFC 8461 section 3.2: sts-policy-mx-value is ["*."] Domain`,
			example: head + "mx: postmaster@example.com\n",
			lets: letsCodes("psyn_mx_empty", "psyn_mx_email", "psyn_mx_trailing_dot", "psyn_mx_url", "psyn_mx_list_in_line",
				"psyn_mx_bad_wildcard", "psyn_mx_unicode", "psyn_mx_bad_domain")},
		{parser: goMTASTS, name: "line of any form with one colon", right: weAre,
			why:     "RFC 8461 section 3.2: sts-policy-ext-name and sts-policy-ext-value; there are no comments, no indentation, and no blank before the colon",
			example: "# policy: ours\n" + good,
			lets: func(body string, i mtasts.Issue) bool {
				return i.Code == "psyn_malformed_line" || !knownLine.MatchString(lineOf(body, i.Offset))
			}},
		{parser: goMTASTS, name: "later mode none without an mx", right: weAre,
			why:     "RFC 8461 section 3.2: the first mode counts, and with it an mx is required",
			example: head + "mode: none\n",
			lets: func(body string, i mtasts.Issue) bool {
				return i.Code == "psyn_missing_mx" && regexp.MustCompile(`(?m)^mode:[\s\v\x{85}\p{Z}]*none`).MatchString(body)
			}},
		{parser: goMTASTS, name: "body that is no text, or begins with a mark", right: weAre,
			why:     "RFC 8461 section 3.2: sts-policy-record is made of fields; U+FEFF, NUL and markup are in none",
			example: good + "a: \x00\n",
			lets:    letsCodes("psyn_not_text", "psyn_bom", "psyn_html")},
		{parser: goMTASTS, name: "value between white space of Unicode", right: weAre,
			why:     "RFC 8461 section 3.2: *WSP is blanks and tabs (RFC 5234 appendix B.1)",
			example: strings.Replace(good, "enforce", "enforce\u00a0", 1),
			lets: func(body string, i mtasts.Issue) bool {
				rest, _, _ := strings.Cut(body[i.Offset:], "\n")
				return slices.Contains([]string{"psyn_bad_version", "psyn_bad_mode", "psyn_bad_max_age"}, i.Code) &&
					strings.TrimSpace(rest) != strings.Trim(rest, " \t")
			}},
	}
}

// knownLine is a line that go-mtasts does not take for an unknown field.
var knownLine = regexp.MustCompile(`^(version|mode|max_age|mx):|^$`)

// lineOf is the line of body that off is in.
func lineOf(body string, off int) string {
	line, _, _ := strings.Cut(body[strings.LastIndexByte(body[:off], '\n')+1:], "\n")
	return line
}

// letsCodes lets pass every issue of these codes.
func letsCodes(codes ...string) func(string, mtasts.Issue) bool {
	return func(_ string, i mtasts.Issue) bool { return slices.Contains(codes, i.Code) }
}

// eachLine changes a valid policy line by line; keep false drops the line.
func eachLine(body string, change func(key, value string) (changed string, keep bool)) string {
	var out strings.Builder
	for line := range strings.SplitAfterSeq(body, "\n") {
		text := strings.TrimRight(line, "\r\n")
		key, value, ok := strings.Cut(text, ":")
		changed, keep := change(key, strings.Trim(value, " \t"))
		switch {
		case ok && keep && changed != strings.Trim(value, " \t"):
			out.WriteString(key + ": " + changed + line[len(text):])
		case !ok || keep:
			out.WriteString(line)
		}
	}
	return out.String()
}

func dropLaterLines(body string) string {
	seen := map[string]bool{}
	return eachLine(body, func(key, value string) (string, bool) {
		later := seen[key]
		seen[key] = true
		return value, !later || key == "mx"
	})
}

func withoutColons(body string) string {
	return eachLine(body, func(_, value string) (string, bool) { return strings.ReplaceAll(value, ":", "."), true })
}

func eachMX(change func(string) string) func(string) string {
	return func(body string) string {
		return eachLine(body, func(key, value string) (string, bool) {
			if key == "mx" {
				value = change(value)
			}
			return value, true
		})
	}
}

// withoutDoubleHyphens writes a label with hyphens in the third and fourth
// place, which IDNA reserves, with letters there.
func withoutDoubleHyphens(name string) string {
	labels := strings.Split(name, ".")
	for i, l := range labels {
		if len(l) >= 4 && l[2:4] == "--" {
			labels[i] = l[:2] + "xx" + l[4:]
		}
	}
	return strings.Join(labels, ".")
}

func withoutAddress(name string) string {
	if _, err := netip.ParseAddr(strings.TrimPrefix(name, "*.")); err == nil {
		return name + ".example"
	}
	return name
}
