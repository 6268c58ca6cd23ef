package probe

import (
	"bufio"
	"bytes"
	"io"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// replyReader reads SMTP replies (RFC 5321 section 4.2), each bounded in bytes,
// lines and bytes a line. Time is bounded by the connection.
type replyReader struct {
	r      *bufio.Reader // its buffer is one line and its end
	limits *Limits
}

// lineEnd is CRLF.
const lineEnd = 2

func newReplyReader(r io.Reader, limits *Limits) replyReader {
	return replyReader{bufio.NewReaderSize(r, limits.ReplyLineBytes+lineEnd), limits}
}

// read reads one reply. On an error the reply holds what came before it, the
// line at fault included; cut says that some of it was left out.
//
// Two points are read more widely than the grammar, as senders do. A line may
// end in LF alone: what is no line end stays in the line. The lines of a reply
// should all have the same code; if not, that of the last one counts.
func (r replyReader) read() (reply evidence.Reply, cut bool, err error) {
	size := 0
	for {
		line, err := r.r.ReadSlice('\n')
		switch {
		case err == bufio.ErrBufferFull:
			reply = append(reply, evidence.Text(line[:r.limits.ReplyLineBytes]))
			return reply, true, neterr.Observation{Kind: evidence.KindOversize, What: "reply line too long"}
		case err != nil:
			if len(line) > 0 {
				reply = append(reply, evidence.Text(line))
			}
			return reply, false, err
		}
		line = trimEnd(line)
		if size += len(line); size > r.limits.ReplyBytes {
			return reply, true, neterr.Observation{Kind: evidence.KindOversize, What: "reply too long"}
		}
		reply = append(reply, evidence.Text(line))
		last, ok := replyLine(line)
		switch {
		case !ok:
			return reply, false, neterr.Observation{Kind: evidence.KindMalformed, What: "not a reply line"}
		case last:
			return reply, false, nil
		case len(reply) == r.limits.ReplyLines:
			return reply, true, neterr.Observation{Kind: evidence.KindOversize, What: "too many reply lines"}
		}
	}
}

// inSync reports whether nothing has come beyond what was read.
func (r replyReader) inSync() bool { return r.r.Buffered() == 0 }

// trimEnd takes off the LF and one CR before it.
func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(line[:len(line)-1], []byte{'\r'})
}

// replyLine reads one line of a reply (RFC 5321 section 4.2, Reply-line): a code, and
// "-" if more lines follow, else a space or nothing. The second digit goes to 5
// in the grammar; servers send 571 and the like.
func replyLine(line []byte) (last, ok bool) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' || !digit(line[1]) || !digit(line[2]) {
		return false, false
	}
	if len(line) == 3 {
		return true, true
	}
	return line[3] == ' ', line[3] == ' ' || line[3] == '-'
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
