package differential

import (
	"regexp"
	"slices"
	"strings"

	"stscan/internal/mtasts"
)

func recordClasses() []class[[]string] {
	return []class[[]string]{
		{parser: mox, name: "RR that only begins like a record, beside the record", right: weAre,
			why:     `RFC 8461 section 3.1: of several RRs those that do not begin with "v=STSv1;" are discarded, so "v=STSv1 ;" is no second record`,
			example: []string{"v=STSv1; id=1", "v=STSv1 ; id=2"},
			repair:  onlyLiteral("v=STSv1;")},
		{parser: mox, name: "record with a blank before its first delimiter, among several RRs", right: bothAre,
			why:     `RFC 8461 section 3.1: the grammar allows the blank, the literal "v=STSv1;" by which RRs are discarded does not (errata 6285); the issue is contested`,
			example: []string{"x", "v=STSv1 ; id=1"},
			lets:    passedOver("v=STSv1")},
		{parser: mox, name: "field given twice", right: weAre,
			why:     "RFC 8461 section 3.2: of a field given twice, all but the first are ignored; mox takes the second id for an error and keeps both extensions",
			example: []string{"v=STSv1; id=1; id=2"},
			repair:  eachTXT(dropLaterFields)},
		{parser: mox, name: "later id without a value", right: weAre,
			why:     "RFC 8461 section 3.1: sts-id has at least one character, and so has sts-ext-value; what is no field cannot be ignored as a field",
			example: []string{"v=STSv1; id=1; id="},
			lets: func(set []string, i mtasts.Issue) bool {
				return i.Code == "rec_empty_id" && laterID(set[i.RR], i.Offset)
			}},
		{parser: mox, name: `extension name that begins with "-" or "."`, right: weAre,
			why:     "RFC 8461 section 3.1: sts-ext-name begins with a letter or digit",
			example: []string{"v=STSv1; id=1; -a=b"},
			lets:    signedName("rec_bad_extension", "v=STSv1; id=1")},

		{parser: goMTASTS, name: "several RRs, one of them a record", right: weAre,
			why:     `RFC 8461 section 3.1: RRs that do not begin with "v=STSv1;" are discarded before they are counted`,
			example: []string{"v=spf1 -all", "v=STSv1; id=1"},
			repair:  onlyLiteral("v=STSv1;")},
		{parser: goMTASTS, name: "field given twice", right: weAre,
			why:     "RFC 8461 section 3.2: of a field given twice, all but the first are ignored; go-mtasts reads the last id, and every v",
			example: []string{"v=STSv1; id=1; id=2"},
			repair:  eachTXT(dropLaterFields)},
		{parser: goMTASTS, name: "empty id before another", right: weAre,
			why:     "RFC 8461 sections 3.1 and 3.2: the first id counts, and it has no value",
			example: []string{"v=STSv1; id=; id=1"},
			lets: func(set []string, i mtasts.Issue) bool {
				return i.Code == "rec_empty_id" && regexp.MustCompile(`;[\s\v\x{85}\p{Z}]*id=[^;]`).MatchString(set[i.RR][i.Offset:])
			}},
		{parser: goMTASTS, name: "id of any characters or length", right: weAre,
			why:     "RFC 8461 section 3.1: sts-id is 1 to 32 letters or digits",
			example: []string{"v=STSv1; id=2024-01-01"},
			lets: func(_ []string, i mtasts.Issue) bool {
				return i.Code == "rec_bad_id_chars" || i.Code == "rec_id_too_long"
			}},
		{parser: goMTASTS, name: "extension of any form", right: weAre,
			why:     "RFC 8461 section 3.1: sts-ext-name and sts-ext-value; only fields that fit them are ignored",
			example: []string{"v=STSv1; id=1; _a="},
			lets:    func(_ []string, i mtasts.Issue) bool { return i.Code == "rec_bad_extension" }},
		{parser: goMTASTS, name: "empty field, or white space where none belongs", right: weAre,
			why:     `RFC 8461 section 3.1: between fields stands exactly one *WSP ";" *WSP; WSP is blank or tab`,
			example: []string{"v=STSv1;; id=1"},
			lets: func(set []string, i mtasts.Issue) bool {
				text := set[i.RR][i.Offset : i.Offset+i.Length]
				return i.Code == "rec_bad_separator" && strings.Trim(strings.ReplaceAll(text, ";", ""), unicodeSpace) == ""
			}},
		{parser: goMTASTS, name: "version that is not at the start", right: weAre,
			why:     "RFC 8461 section 3.1: sts-text-record begins with sts-version",
			example: []string{"id=1; v=STSv1"},
			lets: func(set []string, i mtasts.Issue) bool {
				return slices.Contains([]string{"rec_foreign_txt", "rec_bad_version", "rec_policy_in_txt"}, i.Code) && strings.Contains(set[i.RR], "v=STSv1")
			}},
		{parser: goMTASTS, name: "id behind white space of Unicode", right: weAre,
			why:     "RFC 8461 section 3.1: WSP is blank or tab (RFC 5234 appendix B.1)",
			example: []string{"v=STSv1;\nid=1"},
			lets: func(set []string, i mtasts.Issue) bool {
				return (i.Code == "rec_missing_id" || i.Code == "rec_bad_extension") &&
					regexp.MustCompile(`;[ \t]*[\v\f\r\n\x{85}\p{Z}]+[ \t]*id=`).MatchString(strings.ReplaceAll(set[i.RR], "\t", " "))
			}},
	}
}

// unicodeSpace is what strings.TrimSpace takes for white space, of what occurs here.
const unicodeSpace = " \t\n\v\f\r\u0085\u00a0"

// onlyLiteral keeps, of several RRs, those that begin with the literal.
func onlyLiteral(prefix string) func([]string) []string {
	return func(set []string) []string {
		if len(set) < 2 {
			return set
		}
		return slices.DeleteFunc(slices.Clone(set), func(s string) bool { return !strings.HasPrefix(s, prefix) })
	}
}

// passedOver: among several RRs, mox judges those that begin with the version
// and a delimiter, blanks between them or not, and passes over the others.
func passedOver(version string) func([]string, mtasts.Issue) bool {
	claim := regexp.MustCompile("^" + version + "([ \t]*);")
	return func(set []string, i mtasts.Issue) bool {
		if len(set) < 2 {
			return false
		}
		found := claim.FindStringSubmatch(set[i.RR])
		return found == nil || i.Offset == len(version) && i.Length > 0 && i.Length == len(found[1])
	}
}

// eachTXT repairs each RR by itself.
func eachTXT(repair func(string) string) func([]string) []string {
	return func(set []string) []string {
		out := make([]string, len(set))
		for i, s := range set {
			out[i] = repair(s)
		}
		return out
	}
}

// dropLaterFields drops fields of a name that was there before, except rua,
// which may be repeated (RFC 8460 section 3). The text is of a valid record,
// in whose values no ";" stands.
func dropLaterFields(txt string) string {
	seen := map[string]bool{}
	var kept []string
	all := fields(txt)
	for _, f := range all {
		name, _, _ := strings.Cut(f, "=")
		if seen[name] && name != "rua" && name != "" {
			continue
		}
		seen[name] = true
		kept = append(kept, f)
	}
	if len(kept) == len(all) {
		return txt
	}
	return strings.Join(kept, ";")
}

// laterID reports whether the id whose value would be at off is not the first.
func laterID(txt string, off int) bool {
	return regexp.MustCompile(`;[ \t]*id=`).MatchString(txt[:off-len("id=")])
}

// signedName: the field of the issue would be an extension if its name began
// with a letter.
func signedName(code, head string) func([]string, mtasts.Issue) bool {
	return func(set []string, i mtasts.Issue) bool {
		field := set[i.RR][i.Offset : i.Offset+i.Length]
		if i.Code != code || field == "" || field[0] != '-' && field[0] != '.' {
			return false
		}
		changed := rrs([]string{head + "; x" + field[1:]})
		return mtasts.ParseRecordSet(changed).Valid || mtasts.ParseTLSRPTSet(changed).Valid
	}
}
