package mtasts

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type recordCase struct {
	name  string
	txts  []string
	state string // "valid", "claim" (present, not valid), "near", "none"
	id    string
	codes string
}

// recordCases are RFC 8461 section 3.1, case by case.
func recordCases() []recordCase {
	id32 := strings.Repeat("a", 32)
	name32 := strings.Repeat("n", 32)
	one := func(s string) []string { return []string{s} }
	return []recordCase{
		{"the example of the RFC", one("v=STSv1; id=20160831085700Z;"), "valid", "20160831085700Z", ""},
		{"no final delimiter", one("v=STSv1; id=1"), "valid", "1", ""},
		{"no blanks", one("v=STSv1;id=1"), "valid", "1", ""},
		{"blanks and tabs around the delimiter", one("v=STSv1 \t;\t id=1 ; "), "valid", "1", ""},
		{"id of 32", one("v=STSv1; id=" + id32), "valid", id32, ""},
		{"id of both cases", one("v=STSv1; id=aZ09"), "valid", "aZ09", ""},
		{"extension before id", one("v=STSv1; a=b; id=1"), "valid", "1", ""},
		{"extension name of 32 with every sign", one("v=STSv1; id=1; 0_-." + name32[4:] + "=x"), "valid", "1", ""},
		{"extension value with every sign but = and ;", one("v=STSv1; id=1; a=!\"#$%&'()*+,-./:<>?@[\\]^_`{|}~"), "valid", "1", ""},
		{"policy fields as well-formed extensions", one("v=STSv1; id=1; mode=enforce"), "valid", "1", ""},
		{"duplicate id, first counts", one("v=STSv1; id=1; id=2"), "valid", "1", "rec_duplicate_field"},
		{"second id is an extension to the grammar", one("v=STSv1; id=1; id=a-b"), "valid", "1", "rec_duplicate_field"},
		{"duplicate version", one("v=STSv1; id=1; v=STSv1"), "valid", "1", "rec_duplicate_field"},
		{"duplicate extension", one("v=STSv1; id=1; a=b; a=c"), "valid", "1", "rec_duplicate_field"},

		{"nothing but the version", one("v=STSv1"), "claim", "", "rec_missing_id"},
		{"version and delimiter", one("v=STSv1;"), "claim", "", "rec_missing_id"},
		{"only an extension", one("v=STSv1; a=b"), "claim", "", "rec_missing_id"},
		{"the name id has lower case", one("v=STSv1; ID=1"), "claim", "", "rec_missing_id"},
		{"empty id", one("v=STSv1; id="), "claim", "", "rec_empty_id"},
		{"empty id and delimiter", one("v=STSv1; id=;"), "claim", "", "rec_empty_id"},
		{"empty second id", one("v=STSv1; id=1; id="), "claim", "1", "rec_empty_id"},
		{"first id is the bad one", one("v=STSv1; id=a-b; id=1"), "claim", "a-b", "rec_bad_id_chars rec_duplicate_field"},
		{"hyphens in the id", one("v=STSv1; id=2024-01-01"), "claim", "2024-01-01", "rec_bad_id_chars"},
		{"blank in the id", one("v=STSv1; id=2024 01"), "claim", "2024 01", "rec_bad_id_chars"},
		{"blank before the id", one("v=STSv1; id= 1"), "claim", " 1", "rec_bad_id_chars"},
		{"= in the id", one("v=STSv1; id=a=b"), "claim", "a=b", "rec_bad_id_chars"},
		{"letter beyond ASCII in the id", one("v=STSv1; id=é"), "claim", "é", "rec_bad_id_chars"},
		{"id of 33", one("v=STSv1; id=" + id32 + "b"), "claim", id32 + "b", "rec_id_too_long"},
		{"id of 34, and a dot", one("v=STSv1; id=" + id32 + ".b"), "claim", id32 + ".b", "rec_bad_id_chars rec_id_too_long"},
		{"blank behind the name id", one("v=STSv1; id =1"), "claim", "", "rec_bad_extension rec_missing_id"},

		{"two delimiters", one("v=STSv1;; id=1"), "claim", "1", "rec_bad_separator"},
		{"two delimiters with a blank", one("v=STSv1; ; id=1"), "claim", "1", "rec_bad_separator"},
		{"two delimiters at the end", one("v=STSv1; id=1;;"), "claim", "1", "rec_bad_separator"},
		{"trailing blank without delimiter", one("v=STSv1; id=1 "), "claim", "1", "rec_bad_separator"},
		{"version and blank", one("v=STSv1 "), "claim", "", "rec_bad_separator rec_missing_id"},
		{"blank for a delimiter", one("v=STSv1 id=1"), "claim", "1", "rec_bad_separator"},
		{"comma for a delimiter", one("v=STSv1, id=1"), "claim", "1", "rec_bad_separator"},
		{"forgotten delimiter further on", one("v=STSv1; id=1 a=b"), "claim", "1", "rec_bad_separator"},
		{"what follows the blank is too long for a name", one("v=STSv1; id=1 " + name32 + "n=x"), "claim", "1 " + name32 + "n=x", "rec_bad_id_chars rec_id_too_long"},
		{"line break for a delimiter", one("v=STSv1\nid=1"), "claim", "1", "rec_bad_separator"},
		{"several faults at once", one("v=STSv1,id=a_b;;x"), "claim", "a_b", "rec_bad_extension rec_bad_id_chars rec_bad_separator"},

		{"field without =", one("v=STSv1; id=1; bogus"), "claim", "1", "rec_bad_extension"},
		{"extension without value", one("v=STSv1; id=1; a="), "claim", "1", "rec_bad_extension"},
		{"extension without name", one("v=STSv1; id=1; =a"), "claim", "1", "rec_bad_extension"},
		{"extension value with =", one("v=STSv1; id=1; a=b=c"), "claim", "1", "rec_bad_extension"},
		{"extension value with a blank", one("v=STSv1; id=1; a=b c"), "claim", "1", "rec_bad_extension"},
		{"extension value beyond ASCII", one("v=STSv1; id=1; a=é"), "claim", "1", "rec_bad_extension"},
		{"extension value with a control character", one("v=STSv1; id=1; a=\x01"), "claim", "1", "rec_bad_extension"},
		{"extension name begins with a sign", one("v=STSv1; id=1; _a=b"), "claim", "1", "rec_bad_extension"},
		{"extension name of 33", one("v=STSv1; id=1; " + name32 + "n=x"), "claim", "1", "rec_bad_extension"},
		{"policy field with a colon", one("v=STSv1; id=1; mode: enforce"), "claim", "1", "rec_bad_extension rec_policy_in_txt"},

		{"version in lower case", one("v=stsv1; id=1"), "near", "", "rec_bad_version"},
		{"v in upper case", one("V=STSv1; id=1"), "near", "", "rec_bad_version"},
		{"leading blank", one(" v=STSv1; id=1"), "near", "", "rec_bad_version"},
		{"quotes in the data", one(`"v=STSv1; id=1"`), "near", "", "rec_bad_version"},
		{"typographic quotes in the data", one("\u201cv=STSv1; id=1\u201d"), "near", "", "rec_bad_version"},
		{"escaped quotes in the data", one(`\"v=STSv1; id=1\"`), "near", "", "rec_bad_version"},
		{"blanks around =", one("v = STSv1; id=1"), "near", "", "rec_bad_version"},
		{"colon for =", one("v:STSv1; id=1"), "near", "", "rec_bad_version"},
		{"another number", one("v=STSv2; id=1"), "near", "", "rec_bad_version"},
		{"digit behind the version", one("v=STSv10; id=1"), "near", "", "rec_bad_version"},
		{"letter behind the version", one("v=STSv1id=1"), "near", "", "rec_bad_version"},
		{"no v before the number", one("v=STS1; id=1"), "near", "", "rec_bad_version"},
		{"a policy in the TXT", one("version: STSv1 mode: enforce max_age: 86400 mx: mail.example.com"), "near", "", "rec_policy_in_txt"},
		{"a policy in the TXT with line breaks", one("version: STSv1\nmode: enforce\n"), "near", "", "rec_policy_in_txt"},
		{"a policy in the TXT as name=value", one("mode=testing; max_age=604800"), "near", "", "rec_policy_in_txt"},
		{"max_age in the TXT", one("mx=mail.example.com max_age=86400"), "near", "", "rec_policy_in_txt"},
		{"mx field in the TXT", one("mx: mail.example.com"), "near", "", "rec_policy_in_txt"},

		{"no RR", nil, "none", "", ""},
		{"SPF, which has mx: too", one("v=spf1 mx:example.com mode=none -all"), "none", "", "rec_foreign_txt"},
		{"TLSRPT", one("v=TLSRPTv1; rua=mailto:a@example.com"), "none", "", "rec_foreign_txt"},
		{"a word that begins with sts", one("v=stsample"), "none", "", "rec_foreign_txt"},
		{"the version further on", one("see v=STSv1; id=1"), "none", "", "rec_foreign_txt"},
		{"a mode that is none of the policy's", one("mode: dark"), "none", "", "rec_foreign_txt"},
		{"a longer word than mode", one("supermode: enforced"), "none", "", "rec_foreign_txt"},
		{"nothing but the word mx", one("mX"), "none", "", "rec_foreign_txt"},
		{"empty TXT", one(""), "none", "", "rec_foreign_txt"},
		{"binary TXT", one("\x00\xff\xfe"), "none", "", "rec_foreign_txt"},

		{"unrelated TXT is ignored", []string{"v=spf1 -all", "v=STSv1; id=1"}, "valid", "1", "rec_foreign_txt"},
		{"a near miss beside a record is dropped", []string{"v=STSv1; id=1", "v=stsv1; id=2"}, "valid", "1", "rec_foreign_txt"},
		{"a claim without the literal prefix is dropped", []string{"v=STSv1; id=1", "v=STSv1 ; id=2"}, "valid", "1", "rec_foreign_txt"},
		{"two records", []string{"v=STSv1; id=1", "v=STSv1; id=2"}, "claim", "1", "rec_multiple"},
		{"two equal records", []string{"v=STSv1; id=1", "v=STSv1; id=1"}, "claim", "1", "rec_multiple"},
		{"a record and one that is broken", []string{"v=STSv1; id=1", "v=STSv1; bogus"}, "claim", "1", "rec_bad_extension rec_missing_id rec_multiple"},
		{"a broken record and unrelated TXT", []string{"v=spf1 -all", "v=STSv1; id="}, "claim", "", "rec_empty_id rec_foreign_txt"},
		{"a broken record and a near miss", []string{"v=STSv1; id=", "V=STSv1; id=1"}, "claim", "", "rec_bad_version rec_empty_id"},
		{"blank before the delimiter, beside unrelated TXT", []string{"v=STSv1 ; id=1", "v=spf1 -all"}, "claim", "1", "rec_bad_separator rec_foreign_txt"},
		{"near miss and unrelated TXT", []string{"v=spf1 -all", "v=STSV1; id=1"}, "near", "", "rec_bad_version rec_foreign_txt"},
		{"two near misses", []string{"v=stsv1", "mode: enforce"}, "near", "", "rec_bad_version rec_policy_in_txt"},
		{"two unrelated TXT", []string{"a", "b"}, "none", "", "rec_foreign_txt"},
	}
}

func TestParseRecordSet(t *testing.T) {
	for _, c := range recordCases() {
		t.Run(c.name, func(t *testing.T) {
			got := ParseRecordSet(rrs(c.txts...))
			state := map[[3]bool]string{
				{true, false, true}:   "valid",
				{true, false, false}:  "claim",
				{false, true, false}:  "near",
				{false, false, false}: "none",
			}[[3]bool{got.Present, got.NearMiss, got.Valid}]
			if state != c.state || got.ID != c.id || codesOf(got.Issues) != c.codes {
				t.Errorf("%q is %s, id %q, codes %q\nwant %s, id %q, codes %q",
					c.txts, state, got.ID, codesOf(got.Issues), c.state, c.id, c.codes)
			}
			if got.Valid && got.Record.ID != c.id {
				t.Errorf("id of the record is %q, want %q", got.Record.ID, c.id)
			}
			checkPlaces(t, got.Issues, func(i Issue) int { return len(c.txts[i.RR]) })
		})
	}
}

// An order of the RRs has no meaning in the DNS.
func TestParseRecordSetOrder(t *testing.T) {
	for _, c := range recordCases() {
		if len(c.txts) < 2 {
			continue
		}
		turned := slices.Clone(c.txts)
		slices.Reverse(turned)
		a, b := ParseRecordSet(rrs(c.txts...)), ParseRecordSet(rrs(turned...))
		if a.Valid != b.Valid || a.Present != b.Present || a.NearMiss != b.NearMiss || codesOf(a.Issues) != codesOf(b.Issues) {
			t.Errorf("%s: order matters: %v and %v", c.name, a, b)
		}
	}
}

func TestRecordIssuePlaces(t *testing.T) {
	for _, c := range []struct {
		name string
		txts []string
		want []Issue
	}{
		{"bad characters are marked as one run", []string{"v=STSv1; id=a--b"},
			[]Issue{{Code: "rec_bad_id_chars", Line: 1, Offset: 13, Length: 2, Cite: citeRecord, Fatal: true}}},
		{"what is too much of an id", []string{"v=STSv1; id=" + strings.Repeat("1", 35)},
			[]Issue{{Code: "rec_id_too_long", Line: 1, Offset: 44, Length: 3, Cite: citeRecord, Fatal: true}}},
		{"a missing id is missing at the end", []string{"v=STSv1;"},
			[]Issue{{Code: "rec_missing_id", Line: 1, Offset: 8, Cite: citeRecord, Fatal: true}}},
		{"a duplicate is the later field", []string{"v=STSv1; id=1; id=22"},
			[]Issue{{Code: "rec_duplicate_field", Line: 1, Offset: 15, Length: 5, Cite: citeRecord}}},
		{"the second delimiter", []string{"v=STSv1; id=1;;"},
			[]Issue{{Code: "rec_bad_separator", Line: 1, Offset: 14, Length: 1, Cite: citeRecord, Fatal: true}}},
		{"only the strict reading minds the blank", []string{"v=STSv1 ; id=1", "x"},
			[]Issue{
				{Code: "rec_bad_separator", Line: 1, Offset: 7, Length: 1, Cite: citeRecord, Fatal: true, Contested: true},
				{Code: "rec_foreign_txt", RR: 1, Line: 1, Length: 1, Cite: citeRecord},
			}},
		{"two with the blank are one too many for everybody", []string{"v=STSv1 ; id=1", "v=STSv1\t; id=2"},
			[]Issue{
				{Code: "rec_bad_separator", Line: 1, Offset: 7, Length: 1, Cite: citeRecord, Fatal: true},
				{Code: "rec_bad_separator", RR: 1, Line: 1, Offset: 7, Length: 1, Cite: citeRecord, Fatal: true},
			}},
		{"a near miss is other TXT to who takes the blank", []string{"v=STSv1 ; id=1", "v=stsv1; id=2"},
			[]Issue{
				{Code: "rec_bad_separator", Line: 1, Offset: 7, Length: 1, Cite: citeRecord, Fatal: true, Contested: true},
				{Code: "rec_bad_version", RR: 1, Line: 1, Length: 7, Cite: citeRecord, Fatal: true, Contested: true},
			}},
		{"the surplus record is named", []string{"v=STSv1;id=1", "x", "v=STSv1;id=2"},
			[]Issue{
				{Code: "rec_foreign_txt", RR: 1, Line: 1, Length: 1, Cite: citeRecord},
				{Code: "rec_multiple", RR: 2, Line: 1, Length: 12, Cite: citeRecord, Fatal: true},
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, ParseRecordSet(rrs(c.txts...)).Issues); d != "" {
				t.Error(d)
			}
		})
	}
}

// What a lenient sender takes can be read behind contested issues.
func TestContestedRecordIsRead(t *testing.T) {
	got := ParseRecordSet(rrs("x", "v=STSv1 ; id=7; a=b"))
	want := Record{ID: "7", Extensions: []Pair{{"a", "b"}}}
	if got.Valid || !onlyContested(got.Issues) {
		t.Fatalf("valid %v, issues %v: want contested issues only", got.Valid, got.Issues)
	}
	if d := cmp.Diff(want, got.Record); d != "" {
		t.Error(d)
	}
}

func TestRecordExtensions(t *testing.T) {
	got := ParseRecordSet(rrs("v=STSv1; b=2; id=1; a=1; b=3; v=x"))
	want := Record{ID: "1", Extensions: []Pair{{"b", "2"}, {"a", "1"}}}
	if d := cmp.Diff(want, got.Record); d != "" {
		t.Error(d)
	}
}
