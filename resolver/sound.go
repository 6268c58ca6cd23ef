package resolver

import (
	"context"
	"time"

	"stscan/internal/evidence"
)

// Sounding is what one message to a server shows of the server itself.
type Sounding struct {
	evidence.Lookup        // Span.Tries is 1
	Recursion       bool   // it offers recursion (RFC 1035 section 4.1.1)
	Cut             bool   // the reply was cut to fit (TC): nothing but its header was read
	EDNS            uint16 // UDP payload that it takes, in octets (RFC 6891 section 6.2.3); 0 = its reply had no OPT record
}

// Sound asks the first server once over one transport, TransportUDP or
// TransportTCP, and nobody else: no other try, no other server, no TCP behind a
// reply that was cut, which stands with its RCode alone.
func (r *Resolver) Sound(ctx context.Context, q evidence.Question, transport string) Sounding {
	began := time.Now()
	out := Sounding{Lookup: evidence.Lookup{Question: q, Transport: transport}}
	c := r.calls.Get().(*call)
	defer func() { c.trim(); r.calls.Put(c) }()
	s := r.servers[0]
	err := c.pack(q)
	if err == nil {
		err = s.askOver(ctx, c, transport, r.timeout)
	}
	if err == nil {
		err = s.hear(c, &out.Lookup)
		out.Recursion, out.Cut, out.EDNS = c.reply.flags&bitRA != 0, c.reply.truncated(), c.reply.edns
	}
	if err != nil {
		out.Failure = s.failure(transport, err)
	}
	out.Span = evidence.Span{Start: evidence.TickOf(began), Duration: time.Since(began), Tries: 1}
	return out
}

func (s *server) askOver(ctx context.Context, c *call, transport string, timeout time.Duration) error {
	if transport == evidence.TransportTCP {
		return s.askTCP(ctx, c, timeout)
	}
	return s.ask(ctx, c, timeout)
}
