package probe

import "time"

// Times. Each step has its own; the totals bound a peer that uses up every step.
const (
	// DialTimeout covers a lost SYN three times over (retransmissions after 1,
	// 3 and 7 seconds).
	DialTimeout = 10 * time.Second
	// TLSTimeout is one handshake: two round trips and a slow signature.
	TLSTimeout = 30 * time.Second

	// GreetingTimeout is short of the 5 minutes of RFC 5321 section 4.5.3.2.1:
	// servers that delay the greeting against spam do so for up to half a minute.
	GreetingTimeout = 60 * time.Second
	// CommandTimeout is for a command written and its whole reply read; short
	// of the 5 minutes of RFC 5321 section 4.5.3.2, since no command of ours
	// makes a server work.
	CommandTimeout = 30 * time.Second
	// QuitTimeout is how long we wait for the reply to QUIT, which RFC 5321
	// section 4.1.1.10 asks of a client and nobody needs.
	QuitTimeout = 5 * time.Second
	// SessionTimeout is one session from dial to close: greeting, EHLO,
	// STARTTLS and handshake all at their limits.
	SessionTimeout = 150 * time.Second

	// FetchTimeout is one address of a policy host from dial to close. RFC 8461
	// section 3.3 suggests a minute for the fetch; over all addresses of a host
	// it is the caller's context that bounds.
	FetchTimeout = 60 * time.Second
	// ResponseTimeout is for the request written and the header read.
	ResponseTimeout = 30 * time.Second
	// BodyTimeout is for the body: 64 KiB at 2 KiB a second.
	BodyTimeout = 30 * time.Second
	// ErrorBodyTimeout is for the beginning of a body that is no policy: it
	// mostly came with the header, and is not worth waiting for.
	ErrorBodyTimeout = 2 * time.Second
)

// Bytes and counts.
const (
	// ReplyLineBytes is four times the 512 octets of RFC 5321 section 4.5.3.1.5:
	// wordy greetings pass, a stream without line ends does not.
	ReplyLineBytes = 2048
	// ReplyLines is several times the longest EHLO reply of a known server.
	ReplyLines = 128
	// ReplyBytes bounds what one reply puts into a row.
	ReplyBytes = 16 << 10

	// ChainCertificates is three times the longest chain that makes sense. The
	// message they come in is bounded by the TLS library, at 64 KiB.
	ChainCertificates = 32

	// PolicyBytes is the limit that RFC 8461 section 3.3 suggests.
	PolicyBytes = 64 << 10
	// HeaderBytes bounds status line and header, those of interim responses
	// included. Servers and proxies allow themselves 8 to 32 KiB.
	HeaderBytes = 64 << 10
	// ErrorBodyBytes is kept of a body that is no policy: enough to recognise
	// whose error page it is.
	ErrorBodyBytes = 1 << 10
	// InterimResponses is how many 1xx responses may precede the answer
	// (RFC 9110 section 15.2 allows any number).
	InterimResponses = 5
)

// Limits are the bounds of both probers. They belong into the manifest of a
// run, so each is a field.
type Limits struct {
	Dial time.Duration
	TLS  time.Duration

	Greeting time.Duration
	Command  time.Duration
	Quit     time.Duration
	Session  time.Duration

	Fetch     time.Duration
	Response  time.Duration
	Body      time.Duration
	ErrorBody time.Duration

	ReplyLineBytes int // without the line end
	ReplyLines     int
	ReplyBytes     int // of one reply, without the line ends

	ChainCertificates int

	PolicyBytes      int
	HeaderBytes      int
	ErrorBodyBytes   int
	InterimResponses int
}

// DefaultLimits returns the constants of this package.
func DefaultLimits() Limits {
	return Limits{
		Dial:              DialTimeout,
		TLS:               TLSTimeout,
		Greeting:          GreetingTimeout,
		Command:           CommandTimeout,
		Quit:              QuitTimeout,
		Session:           SessionTimeout,
		Fetch:             FetchTimeout,
		Response:          ResponseTimeout,
		Body:              BodyTimeout,
		ErrorBody:         ErrorBodyTimeout,
		ReplyLineBytes:    ReplyLineBytes,
		ReplyLines:        ReplyLines,
		ReplyBytes:        ReplyBytes,
		ChainCertificates: ChainCertificates,
		PolicyBytes:       PolicyBytes,
		HeaderBytes:       HeaderBytes,
		ErrorBodyBytes:    ErrorBodyBytes,
		InterimResponses:  InterimResponses,
	}
}

// orDefault is l, or the defaults in place of the zero Limits.
func (l Limits) orDefault() Limits {
	if l == (Limits{}) {
		return DefaultLimits()
	}
	return l
}
