package resolver

import (
	"net"
	"runtime"

	"golang.org/x/net/ipv4"
)

// datagrams sends and receives several datagrams at a time. An error of WriteBatch
// is of the first message that was not sent.
type datagrams interface {
	ReadBatch(ms []ipv4.Message, flags int) (int, error)
	WriteBatch(ms []ipv4.Message, flags int) (int, error)
}

// link is a socket that is open, and what its writer has to send. The mutex of
// the socket guards what is not the writer's.
type link struct {
	conn      net.Conn
	datagrams datagrams
	wake      chan struct{} // for the writer when it sleeps; closed when the link is broken
	asleep    bool          // the writer waits to be woken
	out       outbox        // to be sent
	sending   outbox        // the writer's
}

func newLink(conn net.Conn) *link {
	return &link{conn: conn, datagrams: datagramsOf(conn), wake: make(chan struct{}, 1), asleep: true}
}

// datagramsOf makes many calls of the system one where the system can: by
// recvmmsg and sendmmsg, which know no difference between IPv4 and IPv6.
func datagramsOf(conn net.Conn) datagrams {
	if d, ok := conn.(datagrams); ok {
		return d
	}
	if udp, ok := conn.(*net.UDPConn); ok && runtime.GOOS == "linux" {
		return ipv4.NewPacketConn(udp)
	}
	return oneByOne{conn}
}

// oneByOne is a connection that takes one datagram a call.
type oneByOne struct{ conn net.Conn }

func (o oneByOne) ReadBatch(ms []ipv4.Message, _ int) (n int, err error) {
	if ms[0].N, err = o.conn.Read(ms[0].Buffers[0]); err != nil {
		return 0, err
	}
	return 1, nil
}

func (o oneByOne) WriteBatch(ms []ipv4.Message, _ int) (int, error) {
	for i := range ms {
		if _, err := o.conn.Write(ms[i].Buffers[0]); err != nil {
			return i, err
		}
	}
	return len(ms), nil
}

// newInbox makes room for what one call of the system may receive. Of each buffer
// only as much becomes memory as replies fill.
func newInbox() []ipv4.Message {
	ms := make([]ipv4.Message, readBatch)
	room := make([]byte, readBatch*maxMessage)
	for i := range ms {
		ms[i].Buffers = [][]byte{room[i*maxMessage : (i+1)*maxMessage]}
	}
	return ms
}

// write puts a message where the writer finds it. It is copied: its question may
// be over before it is sent.
func (l *link) write(msg []byte, t ticket) {
	l.out.add(msg, t)
	if l.asleep {
		l.asleep = false
		l.wake <- struct{}{}
	}
}

// take gives the writer what there is to send. Without anything it falls asleep.
func (l *link) take() bool {
	if len(l.out.tickets) == 0 {
		l.asleep = true
		return false
	}
	l.out, l.sending = l.sending, l.out
	l.out.clear()
	return true
}

// outbox is messages to be sent, each with the slot of its question.
type outbox struct {
	octets  []byte // of all messages
	ends    []int  // where each ends
	tickets []ticket

	batched  int // messages that were put into batches
	messages [writeBatch]ipv4.Message
	buffers  [writeBatch][]byte
}

func (o *outbox) add(msg []byte, t ticket) {
	o.octets = append(o.octets, msg...)
	o.ends = append(o.ends, len(o.octets))
	o.tickets = append(o.tickets, t)
}

func (o *outbox) clear() {
	o.octets, o.ends, o.tickets, o.batched = o.octets[:0], o.ends[:0], o.tickets[:0], 0
}

// batch returns the next messages, as many as one call of the system takes.
func (o *outbox) batch() []ipv4.Message {
	n := 0
	for ; n < writeBatch && o.batched < len(o.ends); n++ {
		start := 0
		if o.batched > 0 {
			start = o.ends[o.batched-1]
		}
		o.buffers[n] = o.octets[start:o.ends[o.batched]]
		o.messages[n].Buffers = o.buffers[n : n+1]
		o.batched++
	}
	return o.messages[:n]
}

// ticket is that of the message with so many left in the batch, itself included.
func (o *outbox) ticket(left int) ticket { return o.tickets[o.batched-left] }
