package resolver

import (
	"context"
	"errors"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// lookup asks q, try after try, each at the next server.
func (r *Resolver) lookup(ctx context.Context, c *call, q evidence.Question) evidence.Lookup {
	start := time.Now()
	l := evidence.Lookup{Question: q}
	if err := c.pack(q); err != nil {
		l = unasked(q, neterr.Observation{Kind: evidence.KindMalformed, What: err.Error()})
		l.Span.Start = evidence.TickOf(start)
		return l
	}
	var idle time.Duration  // waiting for room at a server, not for its reply
	tries, refusals := 0, 0 // refusals: replies that were no answer
	for at := r.turn(); ; {
		s := r.pick(at)
		at = s.index + 1
		got := evidence.Lookup{Question: q}
		err := s.try(ctx, c, r.patience(tries), &got)
		idle += c.held
		if errors.Is(err, errElsewhere) {
			continue
		}
		if tries == 0 {
			start, idle = start.Add(idle), 0
		}
		idle += c.heldTCP
		entered := !c.sent.IsZero()
		if entered {
			tries++
		}
		if got.RCode != "" {
			refusals++
		}
		if tells(got, l, err) {
			l = got
		}
		if !entered || final(ctx, err) || !r.another(tries, refusals) {
			break
		}
		r.pause(ctx, tries, err)
		waited, err := r.permit(ctx)
		idle += waited
		if err != nil {
			if refused := unasked(q, err); tells(refused, l, err) {
				l = refused
			}
			break
		}
	}
	l.Span = evidence.Span{Start: evidence.TickOf(start), Duration: (time.Since(start) - idle).Truncate(evidence.Tick), Tries: tries}
	return l
}

// unasked is the lookup of a question that could not be asked.
func unasked(q evidence.Question, err error) evidence.Lookup {
	return evidence.Lookup{Question: q, Failure: neterr.Failure(evidence.OpResolve, err)}
}

// another reports whether a question is asked once more.
func (r *Resolver) another(tries, refusals int) bool {
	return tries < r.tries || unconfirmed(tries, refusals) && tries < r.tries+confirmTries
}

// permit waits until one more message about a question may be sent: whoever
// called Probe has paid for the first alone.
func (r *Resolver) permit(ctx context.Context) (waited time.Duration, err error) {
	if r.again == nil {
		return 0, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.life, cancel)()
	began := time.Now()
	err = r.again(ctx)
	return time.Since(began), err
}

// confirmTries is how many tries more a refusal gets that stands alone.
const confirmTries = 2

// unconfirmed reports a refusal that stands alone among silences: one SERVFAIL that
// passes, and losses, look like a SERVFAIL that stays. What is concluded from that
// one, such as bogus signatures, must not rest on chance.
func unconfirmed(tries, refusals int) bool { return refusals == 1 && tries > 1 }

// tells reports that what came of the last try is to be told, not what was
// told before. Of several failed tries the one with the last reply is:
// "SERVFAIL" says more than a silence after it. But a lookup that was
// cancelled, and so not done, tells only that.
func tells(got, before evidence.Lookup, err error) bool {
	return err == nil || got.RCode != "" || before.RCode == "" || cancelled(err)
}

// patience is what a try waits when so many went before it: a name that is
// slow to resolve may be in the resolver's cache by then, or needs longer.
func (r *Resolver) patience(before int) time.Duration {
	return r.timeout + time.Duration(before)*r.timeout/2
}

// final reports that asking again would be of no use: there is an answer, it
// would be the same, or the try was ended because nobody waits for it.
func final(ctx context.Context, err error) bool {
	return err == nil || errors.Is(err, errLongChain) || cancelled(err) || errors.Is(err, ctx.Err())
}

func cancelled(err error) bool { return errors.Is(err, context.Canceled) }

// pause waits before a server is asked again that has just refused to answer.
// Whether somebody ended it meanwhile, the next try finds out.
func (r *Resolver) pause(ctx context.Context, tries int, err error) {
	round := tries / len(r.servers)
	if round == 0 || errors.Is(err, errTimeout) {
		return // another server follows, or this one had its time
	}
	timer := time.NewTimer(min(maxPause, retryPause<<(round-1)))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-r.life.Done():
	}
}

// try asks the question in c once, and again over TCP if the reply was cut,
// and fills in l, whose Question is set. When c.sent is zero then, nobody was
// asked.
func (s *server) try(ctx context.Context, c *call, timeout time.Duration, l *evidence.Lookup) error {
	err := s.ask(ctx, c, timeout)
	if c.sent.IsZero() {
		l.Failure = neterr.Failure(evidence.OpResolve, err)
		return err
	}
	l.Transport = evidence.TransportUDP
	if err == nil {
		err = s.hear(c, l)
	}
	if err == nil && c.reply.truncated() {
		l.Transport = evidence.TransportTCP
		err = s.askTCP(ctx, c, timeout)
		if err == nil {
			err = s.hear(c, l)
		}
	}
	if err != nil {
		l.Failure = s.failure(l.Transport, err)
	}
	return err
}

// hear reads the reply in c. Of a reply cut short only what its header says is
// taken, and over TCP, where nothing can be cut, it is malformed.
func (s *server) hear(c *call, l *evidence.Lookup) error {
	fresh := evidence.Lookup{Question: l.Question, Transport: l.Transport, Server: s.name}
	if !c.reply.parse(c.message) {
		*l = fresh
		return errMalformed
	}
	if c.reply.truncated() {
		fresh.RCode = rcodeName(c.reply.rcode)
		*l = fresh
		if l.Transport == evidence.TransportTCP {
			return errMalformed
		}
		return nil
	}
	*l = fresh
	err := c.reply.read(c.query, l)
	if errors.Is(err, errMalformed) {
		*l = fresh
	}
	return err
}

// failure says what err means, and of which server and transport it is.
func (s *server) failure(transport string, err error) evidence.Failure {
	f := neterr.Failure(evidence.OpResolve, err)
	f.Detail = s.name + ": " + f.Detail
	if transport == evidence.TransportTCP {
		f.Detail = tcpDetail + f.Detail
	}
	return f
}

// turn is the server with which the next lookup begins: each in its turn.
func (r *Resolver) turn() int { return int(r.next.Add(1) % uint32(len(r.servers))) }

// pick chooses the server of the next try: the first from at on that lives and
// has room, else that lives, else the one whose turn it is.
func (r *Resolver) pick(at int) *server {
	n := len(r.servers)
	if n > 1 {
		now := time.Now()
		for _, evenFull := range []bool{false, true} {
			for i := range n {
				if s := r.servers[(at+i)%n]; s.usable(now, i == 0, evenFull) {
					return s
				}
			}
		}
	}
	return r.servers[at%n]
}

// otherLives reports whether a server other than s lives.
func (r *Resolver) otherLives(s *server, now time.Time) bool {
	for _, o := range r.servers {
		if o != s && o.lives(now) {
			return true
		}
	}
	return false
}
