package probe

import (
	"io"
	"strconv"
	"strings"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// The commands we know. There is no MAIL and no RCPT.
const (
	cmdEHLO     = "EHLO "
	cmdHELO     = "HELO "
	cmdStartTLS = "STARTTLS"
	cmdQuit     = "QUIT"
)

// dialogue is one SMTP conversation, one command at a time.
type dialogue struct {
	w      *wire
	out    io.Writer
	in     replyReader
	limits *Limits
	cut    bool // some reply was
}

// reply waits for one reply.
func (d *dialogue) reply(limit time.Duration) (evidence.Reply, error) {
	d.w.step(limit)
	return d.read()
}

// command sends one command and waits for its reply.
func (d *dialogue) command(line string, limit time.Duration) (evidence.Reply, error) {
	d.w.step(limit)
	_, writeErr := io.WriteString(d.out, line+"\r\n")
	reply, err := d.read()
	return reply, firstCause(writeErr, err)
}

func (d *dialogue) read() (evidence.Reply, error) {
	reply, cut, err := d.in.read()
	d.cut = d.cut || cut
	return reply, err
}

// expect is the failure of a step whose reply must have the given code and
// must be all that the server said.
func (d *dialogue) expect(code int, reply evidence.Reply, err error) error {
	switch {
	case err != nil:
		return err
	case reply.Code() != code:
		return refusedWith(reply)
	case !d.in.inSync():
		return neterr.Observation{Kind: evidence.KindMalformed, What: "plaintext after " + strconv.Itoa(code)}
	}
	return nil
}

func refusedWith(reply evidence.Reply) error {
	return neterr.Observation{Kind: evidence.KindStatus, What: strconv.Itoa(reply.Code())}
}

// leave says QUIT, unless the server is not listening for it. Nothing hangs on
// the reply; its error is returned for what may stand in it.
func (d *dialogue) leave() error {
	if !d.in.inSync() {
		return nil
	}
	_, err := d.command(cmdQuit, d.limits.Quit)
	return err
}

// offers reports whether an EHLO reply has the keyword (RFC 5321 section
// 4.1.1.1, ehlo-line): the first word of any line but the first, which is the
// server's name. Keywords are without regard to case (section 2.4).
func offers(ehlo evidence.Reply, keyword string) bool {
	for i, line := range ehlo {
		if i == 0 || len(line) < 4 {
			continue
		}
		word, _, _ := strings.Cut(line[4:], " ")
		if strings.EqualFold(word, keyword) {
			return true
		}
	}
	return false
}
