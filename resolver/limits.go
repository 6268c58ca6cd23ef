package resolver

import "time"

// What we ask and wait for. Config overrides the first three.
const (
	// DefaultTimeout is what the first try waits. A recursive resolver that has
	// to ask a slow or half dead authority needs seconds; it gives up on one
	// server after 1 to 2 s and tries the next.
	DefaultTimeout = 4 * time.Second

	// DefaultTries lets one lost packet and one bad resolver pass; what fails
	// three times is left to the second pass over the list.
	DefaultTries = 3

	// DefaultSockets a server: as many source ports, and as many readers and
	// receive buffers, as two to four cores can use.
	DefaultSockets = 4

	// maxTimeout, maxTries and maxSockets bound what Config may ask for: beyond
	// them a lookup would hold its name for minutes, or the sockets would only
	// cost memory.
	maxTimeout = time.Minute
	maxTries   = 10
	maxSockets = 64

	// ednsSize is the UDP size we offer: the DNS flag day 2020 value, which
	// passes unfragmented everywhere (RFC 9715 appendix A).
	ednsSize = 1232
)

// What we do about failing servers.
const (
	// retryPause comes before a server is asked the same thing again after it
	// refused it or was found down: a cause that passes needs a moment. It
	// doubles with each round over the servers, up to maxPause.
	retryPause = 250 * time.Millisecond
	maxPause   = 2 * time.Second

	// downAfter and downSilence: a server with so many questions sent since its
	// last reply, the first of them so long ago, is taken for dead. One slow
	// name does not make a dead server, nor does one slow second.
	downAfter   = 8
	downSilence = time.Second

	// trialInterval is how often a server taken for dead gets one question, to
	// see whether it lives again.
	trialInterval = 2 * time.Second

	// quarantine is how long an id rests after its question was given up: no
	// resolver answers later than that, and a late reply never meets another
	// question under its id.
	quarantine = 30 * time.Second

	// maxSlots is how many ids of a socket may be in use or resting. Above half
	// of the 65,536 a free random id is no longer found at once, and ids become
	// easier to guess.
	maxSlots = 1 << 15

	// maxTCP is how many TCP connections a server gets at a time. Resolvers keep
	// few slots for TCP (unbound: 10), and truncation is rare.
	maxTCP = 8
)

// The window of a server: how many questions it may have open at a time.
const (
	// startPerSocket times the sockets is the window to start with: 256 at the
	// default, what a receive buffer of Linux' default size (212,992 octets at
	// 768 a small datagram) holds on the far side even while nobody reads it.
	startPerSocket = 64

	// ceilingPerSocket keeps the ids of a socket sparse and our own receive
	// buffer from filling.
	ceilingPerSocket = 1024

	// minWindow still moves along while a server loses most of what it gets.
	minWindow = 8

	// epoch is the time over which the rate of answers is measured, long beside
	// the time of an answer that a resolver has to fetch first.
	epoch = 500 * time.Millisecond

	// lossShare: the window is halved when one in so many questions is not
	// answered. Fewer are the work of dead authorities behind the resolver, of
	// which real lists have some percent; lossSample is the least that counts.
	lossShare  = 4
	lossSample = 16

	// step and gain: a full window grows by a quarter for one epoch and keeps
	// it if the rate of answers rose by a sixteenth. A resolver that is busy
	// answers no faster for being asked more; it only drops. After an attempt
	// that gained nothing so many epochs go by before the next, each time twice
	// as many.
	step    = 4
	gain    = 16
	minRest = 4
	maxRest = 256
)

// The wheel turns one bucket every tick; a later turn takes what is due later
// than one turn of all buckets (12.8 s).
const (
	tick    = 50 * time.Millisecond // fine beside a timeout of seconds
	buckets = 256

	// spareBuckets is how many emptied buckets are kept for use again.
	spareBuckets = 128
)

// What we read and keep.
const (
	// maxMessage is the largest DNS message there is (RFC 1035 section 4.2.2):
	// no reply is cut by our buffer.
	maxMessage = 1<<16 - 1

	// readBatch and writeBatch are how many datagrams one call of the system
	// receives and sends: about what a loaded resolver answers at a time.
	readBatch  = 16
	writeBatch = 32

	// ReadBuffer is asked of the kernel for each UDP socket: about 1,500
	// replies, more than the window of a socket ever allows. The kernel may
	// give less (net.core.rmem_max).
	ReadBuffer = 4 << 20

	// keepBytes is how large a buffer may be to be used again for the next
	// question: all UDP replies fit; a rare giant over TCP is not to stay with
	// every call.
	keepBytes = 4 << 10

	// maxStray is how many messages that are no reply to our question are read
	// from one TCP connection.
	maxStray = 4

	// maxName is the longest name in text, without the final dot (RFC 1035
	// section 2.3.4: 255 octets on the wire); maxLabel its longest label.
	maxName  = 253
	maxLabel = 63

	// maxChain is how many CNAMEs are followed; resolvers stop at 8 to 17.
	maxChain = 16

	// maxRecords and maxRecordBytes bound Lookup.Records. Real MX, NS, TXT and
	// address sets have below 40 records; one that is larger is told by Total.
	maxRecords     = 64
	maxRecordBytes = 64 << 10

	// maxEDE bounds Lookup.EDE: resolvers send one to three.
	maxEDE = 16
)
