package probe

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// replies are server bytes with the reply read from them: its lines, what is
// left behind it, and the kind of failure. Grammar: RFC 5321 section 4.2.
var replies = []struct {
	in   string
	want evidence.Reply
	left string
	kind evidence.Kind
}{
	{"250 ok\r\n", evidence.Reply{"250 ok"}, "", ""},
	{"250\r\n", evidence.Reply{"250"}, "", ""},
	{"250 \r\n", evidence.Reply{"250 "}, "", ""},
	{"250-\r\n250 \r\n", evidence.Reply{"250-", "250 "}, "", ""},
	{"250-a\r\n250-b\r\n250 c\r\n", evidence.Reply{"250-a", "250-b", "250 c"}, "", ""},
	{"250-a\r\n250\r\n", evidence.Reply{"250-a", "250"}, "", ""},
	{"250 a\r\n250 b\r\n", evidence.Reply{"250 a"}, "250 b\r\n", ""},
	{"599 a\r\n", evidence.Reply{"599 a"}, "", ""},
	{"200 a\r\n", evidence.Reply{"200 a"}, "", ""},
	{"250-a\r\n550 b\r\n", evidence.Reply{"250-a", "550 b"}, "", ""},
	// Line ends.
	{"250 a\n", evidence.Reply{"250 a"}, "", ""},
	{"250-a\n250 b\r\n", evidence.Reply{"250-a", "250 b"}, "", ""},
	{"250 a\r\r\n", evidence.Reply{"250 a\r"}, "", ""},
	{"250 a\rb\r\n", evidence.Reply{"250 a\rb"}, "", ""},
	{"250 a\r", evidence.Reply{"250 a\r"}, "", evidence.KindEOF},
	// Bytes.
	{"250 \x00\r\n", evidence.Reply{`250 \x00`}, "", ""},
	{"250 caf\xe9\r\n", evidence.Reply{`250 caf\xe9`}, "", ""},
	{"250 caf\u00e9\r\n", evidence.Reply{"250 caf\u00e9"}, "", ""},
	{`250 \` + "\r\n", evidence.Reply{`250 \\`}, "", ""},
	// No replies.
	{"", nil, "", evidence.KindEOF},
	{"\r\n", evidence.Reply{""}, "", evidence.KindMalformed},
	{"25\r\n", evidence.Reply{"25"}, "", evidence.KindMalformed},
	{"2500 a\r\n", evidence.Reply{"2500 a"}, "", evidence.KindMalformed},
	{"250\ta\r\n", evidence.Reply{"250\ta"}, "", evidence.KindMalformed},
	{"250_a\r\n", evidence.Reply{"250_a"}, "", evidence.KindMalformed},
	{" 250 a\r\n", evidence.Reply{" 250 a"}, "", evidence.KindMalformed},
	{"2x0 a\r\n", evidence.Reply{"2x0 a"}, "", evidence.KindMalformed},
	{"25o a\r\n", evidence.Reply{"25o a"}, "", evidence.KindMalformed},
	{"199 a\r\n", evidence.Reply{"199 a"}, "", evidence.KindMalformed},
	{"600 a\r\n", evidence.Reply{"600 a"}, "", evidence.KindMalformed},
	{"\xb2\xb5\xb0 a\r\n", evidence.Reply{`\xb2\xb5\xb0 a`}, "", evidence.KindMalformed},
	{"250-a\r\n\r\n250 b\r\n", evidence.Reply{"250-a", ""}, "250 b\r\n", evidence.KindMalformed},
	{"250-a\r\nb\r\n", evidence.Reply{"250-a", "b"}, "", evidence.KindMalformed},
	// Cut off.
	{"250-a\r\n", evidence.Reply{"250-a"}, "", evidence.KindEOF},
	{"250 a", evidence.Reply{"250 a"}, "", evidence.KindEOF},
	{"250-a\r\n250 b", evidence.Reply{"250-a", "250 b"}, "", evidence.KindEOF},
}

func TestReplies(t *testing.T) {
	limits := DefaultLimits()
	for _, c := range replies {
		for name, in := range map[string]io.Reader{
			"at once":        strings.NewReader(c.in),
			"byte by byte":   iotest.OneByteReader(strings.NewReader(c.in)),
			"end with bytes": iotest.DataErrReader(strings.NewReader(c.in)),
		} {
			r := newReplyReader(in, &limits)
			got, cut, err := r.read()
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%q %s: -want +got\n%s", c.in, name, diff)
			}
			if kind := neterr.Failure(evidence.OpEHLO, err).Kind; kind != c.kind || cut {
				t.Errorf("%q %s: %v, want %q", c.in, name, err, c.kind)
			}
			if left, _ := io.ReadAll(r.r); string(left) != c.left {
				t.Errorf("%q %s: left %q, want %q", c.in, name, left, c.left)
			}
		}
	}
}

func FuzzReply(f *testing.F) {
	for _, c := range replies {
		f.Add(c.in)
	}
	f.Add(strings.Repeat("250-x\r\n", 2*ReplyLines))
	f.Add("220 " + strings.Repeat("x", 2*ReplyLineBytes))
	limits := Limits{ReplyLineBytes: 64, ReplyLines: 8, ReplyBytes: 256} // small ones are met more often
	f.Fuzz(func(t *testing.T, in string) {
		r := newReplyReader(strings.NewReader(in), &limits)
		reply, cut, err := r.read()
		left, _ := io.ReadAll(r.r)
		if len(reply) > limits.ReplyLines {
			t.Fatalf("%d lines", len(reply))
		}
		size := 0
		for i, line := range reply {
			raw, badText := evidence.Bytes(line)
			if badText != nil || len(raw) > limits.ReplyLineBytes+lineEnd {
				t.Fatalf("line %d: %v, %d bytes", i, badText, len(raw))
			}
			size += len(raw)
			if !strings.Contains(in, string(raw)) {
				t.Fatalf("line %d is not in the input", i)
			}
		}
		if size > limits.ReplyBytes+limits.ReplyLineBytes+lineEnd {
			t.Fatalf("%d bytes kept", size)
		}
		var seen neterr.Observation
		if oversize := errors.As(err, &seen) && seen.Kind == evidence.KindOversize; cut != oversize {
			t.Fatalf("cut %v, error %v", cut, err)
		}
		if err == nil && (reply.Code() < 200 || reply.Code() > 599) {
			t.Fatalf("reply %q has code %d", reply, reply.Code())
		}
		if !strings.HasSuffix(in, string(left)) {
			t.Fatalf("left %q", left)
		}
	})
}
