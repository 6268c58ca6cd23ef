package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/mtasts"
	"stscan/internal/taxonomy"
)

// lint runs "scan lint" with args on stdin.
func lint(stdin string, args ...string) (stdout string, code int) {
	cmd := newLintCommand()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	var out bytes.Buffer
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	cmd.SetArgs(append([]string{}, args...)) // for nil, cobra takes those of the test program
	err := cmd.Execute()
	var e *exitError
	switch {
	case errors.As(err, &e):
		code = e.code
	case err != nil:
		code = exitUsage
	}
	return out.String(), code
}

// Every code of the grammar has a text in the finding table.
func TestGrammarCodesAreInTheTable(t *testing.T) {
	for _, code := range mtasts.Codes() {
		if e, ok := taxonomy.Of(taxonomy.Code(code)); !ok || e.Text == "" || e.Advice == "" {
			t.Errorf("%s: in the table %v, text %q, advice %q", code, ok, e.Text, e.Advice)
		}
	}
}

// Grammar and table agree on every issue: it keeps a sender from going on if,
// and only if, its code is of class error, and both cite the same section.
func TestIssuesAgreeWithTheTable(t *testing.T) {
	var issues []mtasts.Issue
	for _, body := range []string{
		"\ufeffmode: x\nmx: *\nmx: *.com\nmx: 192.0.2.1\nmx: a.b\nmx: a.b\na: b\na: c\n \n",
		"version: STSv1\nmode: none\nmax_age: 1\nmax_age: 2\n", "version: x\nmode: testing\nmax_age: 1", "<html>", "\x00", "",
	} {
		issues = append(issues, mtasts.ParsePolicy([]byte(body)).Issues...)
	}
	for _, txt := range []string{"v=STSv1 id=a-b; a; mode: none; v=x;;", "v=stsv1", "mode: none", "x", "v=STSv1; id=", "v=STSv1"} {
		issues = append(issues, mtasts.ParseRecordSet([][]byte{[]byte(txt)}).Issues...)
	}
	for _, txt := range []string{"v=TLSRPTv1 rua=a,mailto:;a", "v=tlsrptv1", "x", "v=TLSRPTv1"} {
		issues = append(issues, mtasts.ParseTLSRPTSet([][]byte{[]byte(txt)}).Issues...)
	}
	issues = append(append(issues, mtasts.MediaType("")...), mtasts.MediaType("text/plain;charset=x")...)
	for _, i := range issues {
		if e := entryOf(i); i.Fatal != (e.Class == taxonomy.ClassError) || i.Cite != e.Cite {
			t.Errorf("%s: fatal %v, class %s; cites %q, the table %q", i.Code, i.Fatal, e.Class, i.Cite, e.Cite)
		}
	}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// The lines of CONTRACT.md section 5, in and out.
func TestLintJSONL(t *testing.T) {
	policy := b64("version: STSv1\nmode: enforce\nmx: *.example.com\nmax_age: 604800\n")
	for _, c := range []struct{ kind, in, out string }{
		{"record", `{"id":1,"txt":[["v=STSv1; ","id=20260101"]]}`, `{"id":1,"present":true,"valid":true,"record_id":"20260101","codes":[]}`},
		{"record", `{"id":"a b","txt":[["v=STSv1; id=a-b; id=c;;x"]]}`, `{"id":"a b","present":true,"valid":false,"record_id":"a-b","codes":["rec_bad_extension","rec_bad_id_chars","rec_bad_separator","rec_duplicate_field"]}`},
		{"record", `{"id":{"x":[1.50]},"txt":[]}`, `{"id":{"x":[1.50]},"present":false,"valid":false,"record_id":null,"codes":[]}`},
		{"record", `{"txt":[[]]}`, `{"id":null,"present":false,"valid":false,"record_id":null,"codes":["rec_foreign_txt"]}`},
		{"record", `{"id":2,"txt":[["v=stsv1; id=1"]]}`, `{"id":2,"present":false,"valid":false,"record_id":null,"codes":["rec_bad_version"]}`},
		{"record", `{"id":"<&>","txt":[["v=STSv1"]]}`, `{"id":"<&>","present":true,"valid":false,"record_id":null,"codes":["rec_missing_id"]}`},
		{"record", `{"id":3,"txt":["v=STSv1"]}`, `{"id":3,"error":"txt is not of the right type"}`},
		{"record", `{"id":3,"txt":[null]}`, `{"id":3,"error":"txt is not of the right type"}`},
		{"record", `{"id":3,"txt":[[null]]}`, `{"id":3,"error":"txt is not of the right type"}`},
		{"record", `{"id":3,"txt":null}`, `{"id":3,"error":"txt is missing"}`},
		{"record", `{"id":3}`, `{"id":3,"error":"txt is missing"}`},
		{"record", `[1]`, `{"id":null,"error":"not a JSON object"}`},
		{"record", `null`, `{"id":null,"error":"not a JSON object"}`},
		{"record", `{"id":3,"txt":[]} x`, `{"id":null,"error":"not a JSON object"}`},
		{"record", ``, `{"id":null,"error":"not a JSON object"}`},
		{"record", "{\"id\":\"\xff\",\"txt\":[]}", `{"id":null,"error":"not UTF-8"}`},

		{"tlsrpt", `{"id":1,"txt":[["v=TLSRPTv1; rua=mailto:a@example.com,http://b"]]}`, `{"id":1,"present":true,"valid":false,"rua":["mailto:a@example.com"],"codes":["rpt_bad_scheme"]}`},
		{"tlsrpt", `{"id":1,"txt":[["v=spf1"],["v=TLSRPTv1; rua=https://r.example"]]}`, `{"id":1,"present":true,"valid":true,"rua":["https://r.example"],"codes":["rpt_foreign_txt"]}`},
		{"tlsrpt", `{"id":1,"txt":[]}`, `{"id":1,"present":false,"valid":false,"rua":[],"codes":[]}`},

		{"policy", `{"id":1,"body_b64":"` + policy + `","content_type":"text/plain","http_status":200}`, `{"id":1,"valid":true,"mode":"enforce","max_age":604800,"mx":["*.example.com"],"codes":[]}`},
		{"policy", `{"id":1,"body_b64":"` + policy + `"}`, `{"id":1,"valid":true,"mode":"enforce","max_age":604800,"mx":["*.example.com"],"codes":[]}`},
		{"policy", `{"id":1,"body_b64":"` + policy + `","content_type":null,"http_status":null}`, `{"id":1,"valid":true,"mode":"enforce","max_age":604800,"mx":["*.example.com"],"codes":[]}`},
		{"policy", `{"id":1,"body_b64":"` + policy + `","content_type":""}`, `{"id":1,"valid":false,"mode":"enforce","max_age":604800,"mx":["*.example.com"],"codes":["phttp_content_type"]}`},
		{"policy", `{"id":1,"body_b64":"` + policy + `","content_type":"text/plain; charset=latin1"}`, `{"id":1,"valid":true,"mode":"enforce","max_age":604800,"mx":["*.example.com"],"codes":["plint_charset"]}`},
		{"policy", `{"id":1,"body_b64":"` + b64("version: STSv1\nmode: none\n") + `","content_type":"text/html"}`, `{"id":1,"valid":false,"mode":"none","max_age":null,"mx":[],"codes":["phttp_content_type","plint_mode_none","psyn_missing_max_age"]}`},
		{"policy", `{"id":1,"body_b64":""}`, `{"id":1,"valid":false,"mode":null,"max_age":null,"mx":[],"codes":["psyn_empty"]}`},
		{"policy", `{"id":1,"body_b64":"` + policy + `","content_type":7}`, `{"id":1,"error":"content_type is not of the right type"}`},
		{"policy", `{"id":1,"body_b64":"%"}`, `{"id":1,"error":"body_b64 is not base64"}`},
		{"policy", `{"id":1,"body":"x"}`, `{"id":1,"error":"body_b64 is missing"}`},

		{"match", `{"id":1,"pattern":"*.example.com","host":"MX.example.com."}`, `{"id":1,"match":true,"pattern_valid":true}`},
		{"match", `{"id":1,"pattern":"*.example.com","host":"a.b.example.com"}`, `{"id":1,"match":false,"pattern_valid":true}`},
		{"match", `{"id":1,"pattern":"m_x.example.com","host":"m_x.example.com"}`, `{"id":1,"match":false,"pattern_valid":false}`},
		{"match", `{"id":1,"pattern":"","host":""}`, `{"id":1,"match":false,"pattern_valid":false}`},
		{"match", `{"id":1,"pattern":"*.example.com"}`, `{"id":1,"error":"host is missing"}`},
	} {
		got, code := lint(c.in+"\n", c.kind, "--jsonl")
		if got != c.out+"\n" || code != exitDone {
			t.Errorf("%s: %s\ngives %swant  %s (exit %d)", c.kind, c.in, got, c.out, code)
		}
	}
}

func TestLintPolicyStatus(t *testing.T) {
	policy := b64("version: STSv1\nmode: none\nmax_age: 604800\n")
	for status, want := range map[int]string{
		301: "phttp_redirect", 302: "phttp_redirect", 404: "phttp_404", 403: "phttp_403", 410: "phttp_4xx_other",
		500: "phttp_5xx", 503: "phttp_5xx", 204: "phttp_other_status", 100: "phttp_other_status", 999: "phttp_other_status",
	} {
		in := fmt.Sprintf(`{"id":1,"body_b64":%q,"http_status":%d}`, policy, status)
		got, _ := lint(in, "policy", "--jsonl")
		if want := fmt.Sprintf(`{"id":1,"valid":false,"mode":null,"max_age":null,"mx":[],"codes":[%q]}`+"\n", want); got != want {
			t.Errorf("%d gives %swant %s", status, got, want)
		}
	}
}

// A policy of the largest size is read; one byte more is too large.
func TestLintPolicySize(t *testing.T) {
	head := "version: STSv1\nmode: none\nmax_age: 604800\npad: "
	full := head + strings.Repeat("x", mtasts.MaxPolicySize-len(head))
	for body, want := range map[string]string{full: `"plint_mode_none","plint_unknown_field"`, full + "x": `"phttp_too_large"`} {
		got, _ := lint(`{"id":1,"body_b64":"`+b64(body)+`"}`, "policy", "--jsonl")
		if !strings.Contains(got, `"codes":[`+want+`]`) {
			t.Errorf("%d bytes give %s", len(body), got)
		}
	}
}

// A line that is too long is one bad line, wherever it stands, and no more.
func TestLintJSONLGoesOn(t *testing.T) {
	good := `{"id":7,"txt":[]}`
	want := `{"id":7,"present":false,"valid":false,"record_id":null,"codes":[]}` + "\n"
	long := strings.Repeat("x", maxLintInput+1)
	tooLong := `{"id":null,"error":"line longer than 1048576 bytes"}` + "\n"
	fits := `{"id":7,"txt":[]` + strings.Repeat(" ", maxLintInput-len(good)) + "}"
	for _, c := range []struct{ name, in, want string }{
		{"between", good + "\n" + long + "\n" + good + "\n", want + tooLong + want},
		{"last, without an end", good + "\n" + long, want + tooLong},
		{"longest line", fits + "\n" + good, want + want},
		{"CRLF", good + "\r\n" + good + "\r\n", want + want},
		{"nothing", "", ""},
	} {
		got, code := lint(c.in, "record", "--jsonl", "-")
		if got != c.want || code != exitDone {
			t.Errorf("%s: exit %d, %s", c.name, code, cmp.Diff(c.want, got))
		}
	}
}

// An answer does not wait for the next question.
func TestLintJSONLAnswersAtOnce(t *testing.T) {
	in, question := io.Pipe()
	answer, out := io.Pipe()
	cmd := newLintCommand()
	cmd.SetArgs([]string{"match", "--jsonl"})
	cmd.SetIn(in)
	cmd.SetOut(out)
	done := make(chan error, 1)
	go func() { done <- cmd.Execute() }()
	dec := json.NewDecoder(answer)
	for id := range 3 {
		fmt.Fprintf(question, `{"id":%d,"pattern":"a.example","host":"a.example"}`+"\n", id)
		var got struct {
			ID    int
			Match bool
		}
		if err := dec.Decode(&got); err != nil || got.ID != id || !got.Match {
			t.Fatalf("%d: %+v, %v", id, got, err)
		}
	}
	question.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestLintText(t *testing.T) {
	for _, c := range []struct {
		name, stdin string
		args        []string
		code        int
		want        []string // parts of the output, in order
	}{
		{"place, caret, section and advice", "version: STSv1\nmode: Enforce\nmx: a.example\nmax_age: 604800\n", []string{"policy"}, exitFound,
			[]string{"<stdin>:2:7: error: ", " [psyn_bad_mode]\n", "    mode: Enforce\n", "          ^~~~~~~\n", "see: RFC 8461 section 3.2\n", "mend: ", "not a valid policy; errors: 1, warnings: 0\n"}},
		{"what is missing stands at the end", "version: STSv1\nmode: none\n", []string{"policy", "-"}, exitFound,
			[]string{"<stdin>:2:7: note: ", "<stdin>:3:1: error: ", "[psyn_missing_max_age]\n  see: "}},
		{"contested", "version: STSv1\nmode: none\nmax_age: 604800\n\n", []string{"policy"}, exitFound,
			[]string{"<stdin>:4:1: error: ", "note: the strict reading"}},
		{"valid policy", "version: STSv1\r\nmode: enforce\r\nmx: a.example\r\nmax_age: 604800\r\n", []string{"policy"}, exitDone,
			[]string{"valid policy: mode enforce, max_age 604800, 1 mx; errors: 0, warnings: 0\n"}},
		{"content type", "version: STSv1\nmode: none\nmax_age: 604800\n", []string{"policy", "--content-type", "text/html"}, exitFound,
			[]string{"Content-Type:1:1: error: ", "    text/html\n    ^~~~~~~~~\n"}},
		{"hidden characters are shown", "mode: \x1b[31m\u202eenforce\n", []string{"policy"}, exitFound,
			[]string{`    mode: \x1b[31m\u202eenforce`, "\n          ^~~~~~~~~~~~~~~~~~~~~\n"}},
		{"quoted character-strings", "\"v=STSv1; id=\" \"a-b\"\n", []string{"record"}, exitFound,
			[]string{"<stdin>:1:14: error: ", "    v=STSv1; id=a-b\n                 ^\n"}},
		{"escapes of the presentation form", `"v=STSv1\; id=\0401"`, []string{"record"}, exitFound,
			[]string{"    v=STSv1; id=(1\n                ^\n"}},
		{"the RR of the second line", "v=STSv1; id=1\n\nv=STSv1; id=2\n", []string{"record"}, exitFound,
			[]string{"<stdin>:3:1: error: ", "[rec_multiple]"}},
		{"valid record", "v=STSv1; id=1\n", []string{"record"}, exitDone, []string{"valid MTA-STS record: id 1; errors: 0"}},
		{"no record is no error", "", []string{"record"}, exitDone, []string{"no MTA-STS record; "}},
		{"unrelated TXT is no error", "v=spf1 -all", []string{"record"}, exitDone, []string{"note: ", "no MTA-STS record; "}},
		{"tlsrpt", "v=TLSRPTv1; rua=mailto:a@b.example", []string{"tlsrpt"}, exitDone, []string{"valid TLSRPT record: reports go to mailto:a@b.example"}},
		{"tlsrpt with a fault", "v=TLSRPTv1; rua=a@b.example", []string{"tlsrpt"}, exitFound, []string{"<stdin>:1:17: error: ", "RFC 8460 section 3"}},
		{"match", "", []string{"match", "*.example.com", "a.example.com"}, exitDone, []string{"*.example.com matches a.example.com"}},
		{"no match", "", []string{"match", "*.example.com", "example.com"}, exitFound, []string{"*.example.com does not match example.com"}},
		{"no pattern", "", []string{"match", "*.*.example.com", "a.b.example.com"}, exitFound, []string{"pattern:1:3: error: "}},
		{"one argument of match", "", []string{"match", "*.example.com"}, exitUsage, nil},
		{"two files", "", []string{"policy", "a", "b"}, exitUsage, nil},
		{"no such file", "", []string{"policy", filepath.Join(t.TempDir(), "none")}, exitFailure, nil},
		{"no such file, batch", "", []string{"policy", "--jsonl", filepath.Join(t.TempDir(), "none")}, exitFailure, nil},
		{"too large", strings.Repeat("x", maxLintInput+1), []string{"policy"}, exitFailure, nil},
		{"no kind", "", nil, exitDone, []string{"scan lint policy mta-sts.txt"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, code := lint(c.stdin, c.args...)
			if code != c.code {
				t.Errorf("exit %d, want %d", code, c.code)
			}
			rest := got
			for _, part := range c.want {
				_, after, ok := strings.Cut(rest, part)
				if !ok {
					t.Fatalf("%q is missing, or out of order, in\n%s", part, got)
				}
				rest = after
			}
			if strings.ContainsAny(got, "\x1b\u202e\r") {
				t.Errorf("raw control characters in %q", got)
			}
		})
	}
}

func TestLintReadsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.txt")
	if err := os.WriteFile(file, []byte("mode: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, code := lint("", "policy", file)
	if code != exitFound || !strings.HasPrefix(got, file+":1:7: error: ") {
		t.Errorf("exit %d, %s", code, got)
	}
}

func TestLintJSON(t *testing.T) {
	got, code := lint("v=STSv1; id=a-b", "record", "--json")
	var out struct {
		Result recordFields
		Issues []lintIssue
	}
	if err := json.Unmarshal([]byte(got), &out); err != nil {
		t.Fatal(err)
	}
	if code != exitFound || len(out.Issues) != 1 {
		t.Fatalf("exit %d, %s", code, got)
	}
	i := out.Issues[0]
	if i.Code != "rec_bad_id_chars" || i.Class != "error" || i.Line != 1 || i.Column != 14 || i.Length != 1 || i.Text == "" || i.Advice == "" || i.Cite != "RFC 8461 section 3.1" {
		t.Errorf("issue %+v", i)
	}
	if !out.Result.Present || out.Result.Valid {
		t.Errorf("result %+v", out.Result)
	}
}

// A long line is cut around what is marked, between characters.
func TestExcerptIsCut(t *testing.T) {
	text := strings.Repeat("ü", 200) + "!" + strings.Repeat("é", 200)
	line, mark := excerpt{text: text, at: 400, n: 1}.marked()
	if want := "..." + strings.Repeat("ü", 20) + "!" + strings.Repeat("é", 30) + "..."; line != want {
		t.Errorf("line %q, want %q", line, want)
	}
	if want := strings.Repeat(" ", 23) + "^"; mark != want {
		t.Errorf("mark %q", mark)
	}
}

func FuzzLintJSONL(f *testing.F) {
	f.Add(`{"id":1,"txt":[["v=STSv1; id=1"]],"body_b64":"eA==","pattern":"*","host":"a"}`)
	f.Add("{}\n[]\n\n\"")
	f.Fuzz(func(t *testing.T, in string) {
		lines := strings.Count(in, "\n")
		if !strings.HasSuffix(in, "\n") && in != "" {
			lines++
		}
		for _, kind := range []string{"record", "tlsrpt", "policy", "match"} {
			got, code := lint(in, kind, "--jsonl")
			if code != exitDone || strings.Count(got, "\n") != lines {
				t.Fatalf("%s: exit %d, %d lines in, out %q", kind, code, lines, got)
			}
			for line := range strings.Lines(got) {
				var object map[string]any
				if err := json.Unmarshal([]byte(line), &object); err != nil {
					t.Fatalf("%s: %q: %v", kind, line, err)
				}
			}
		}
	})
}
