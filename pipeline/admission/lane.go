package admission

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"stscan/internal/evidence"
	"stscan/internal/neterr"
)

// lane is one budget for one key: an address, a network, an operator, or a kind
// as a whole. Contacts pass it in the order in which they came.
//
// A contact takes its tokens from all its lanes in one moment, that of the
// contact. Taken one after another, or reserved ahead (rate.Reservation), those
// of one lane would be spent later than booked while another lane is waited
// for, and a destination could see its rate exceeded; and cancelling a
// reservation behind which others stand does not give it all back.
type lane struct {
	what    string // for a refusal, e.g. "per-host-rate of 192.0.2.1"
	limiter *rate.Limiter
	turn    chan struct{} // held by the contact that is next; waiting senders are served in order
	slots   chan struct{} // contacts at once; nil = no bound
	ceiling bool          // of a kind as a whole, not of a destination
	// ahead is taken by those who have this lane to wait for and go for the turns
	// of the others: a few, so that all who wait for an operator do not hold up,
	// address by address, those who want the same addresses for somebody else.
	ahead chan struct{}

	mu      *sync.Mutex // of the lanes it belongs to, guards the next two
	users   int         // contacts that hold on to it
	queue   int         // contacts that want a token
	waiting *delays     // of all lanes of the sort, for a token
	full    *delays     // the same for a slot
}

// delays count the contacts that a budget holds up.
type delays struct {
	now  atomic.Int64 // contacts waiting
	over atomic.Int64 // nanoseconds, of waits that are over
}

func (d *delays) begin() time.Time {
	d.now.Add(1)
	return time.Now()
}

func (d *delays) end(began time.Time) {
	d.now.Add(-1)
	d.over.Add(int64(time.Since(began)))
}

// maxAhead is how many contacts that wait for one lane may stand in the queues of
// others: enough that a pause in one of these leaves no token unused.
const maxAhead = 4

// refusal is what ended the wait for l, told as the want of its budget if it was
// the time.
func (l *lane) refusal(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return neterr.Refusal{Kind: evidence.KindBudget, What: l.what}
	}
	return err
}

// burst is a tenth of a second's worth: at low rates one, so that contacts keep
// their distance; at high ones enough that timers need not be exact.
func burst(perSecond float64) int { return max(1, int(perSecond/10)) }

func newLimiter(perSecond float64) *rate.Limiter {
	if perSecond <= 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Limit(perSecond), burst(perSecond))
}

// estimate is the least that a contact must wait with ahead contacts before it.
func (l *lane) estimate(now time.Time, ahead int) time.Duration {
	if l.limiter.Limit() == rate.Inf {
		return 0
	}
	missing := float64(ahead) + 1 - l.limiter.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	ns := math.Ceil(missing / float64(l.limiter.Limit()) * float64(time.Second))
	return time.Duration(math.Min(ns, math.MaxInt64/2)) // a rate of next to nothing
}

// patience is the context that bounds the wait for l.
func (l *lane) patience(contact, destination context.Context) context.Context {
	if l.ceiling {
		return contact
	}
	return destination
}

// reach waits for a slot, the turn and a token, and keeps the first two. On an
// error it keeps nothing.
func (l *lane) reach(ctx context.Context) error {
	if l.slots != nil {
		if err := send(ctx, l.slots, l.full); err != nil {
			return err
		}
	}
	err := send(ctx, l.turn, l.waiting)
	if err == nil {
		if err = l.token(ctx); err != nil {
			<-l.turn
		}
	}
	if err != nil && l.slots != nil {
		<-l.slots
	}
	return err
}

// token waits until the lane has one. Only who has the turn takes tokens, so it
// stays there until it is taken.
func (l *lane) token(ctx context.Context) error {
	wait := l.estimate(time.Now(), 0)
	if wait == 0 {
		return ctx.Err()
	}
	defer l.waiting.end(l.waiting.begin())
	for ; wait > 0; wait = l.estimate(time.Now(), 0) {
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
	return nil
}

// send waits for room in a channel that counts.
func send(ctx context.Context, c chan struct{}, waiting *delays) error {
	select {
	case c <- struct{}{}:
		return nil
	default:
	}
	defer waiting.end(waiting.begin())
	select {
	case c <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter lets a contact hold the lane, and says how many wait there already. The
// mutex is held.
func (l *lane) enter() (ahead int) {
	l.users++
	l.queue++
	return l.queue - 1
}

// admitted says that a contact wants no token any more; it still holds the lane.
func (l *lane) admitted() {
	l.mu.Lock()
	l.queue--
	l.mu.Unlock()
}

func (l *lane) leave() {
	l.mu.Lock()
	l.users--
	l.mu.Unlock()
}

// minSweep is the number of lanes from which on idle ones are looked for: few
// enough to cost no memory worth naming, some 400 bytes each.
const minSweep = 4096

// lanes holds the lanes of one sort. A lane that nobody holds and whose
// tokens are all there is like a new one, and is forgotten: memory is bounded by
// the contacts of the last seconds, without any budget being forgiven.
type lanes[K comparable] struct {
	what    func(K) string
	rate    float64
	atOnce  int
	waiting delays
	full    delays

	mu      sync.Mutex
	byKey   map[K]*lane
	sweepAt int
}

func newLanes[K comparable](perSecond float64, atOnce int, what func(K) string) *lanes[K] {
	return &lanes[K]{what: what, rate: perSecond, atOnce: atOnce, byKey: map[K]*lane{}, sweepAt: minSweep}
}

// enter returns the lane of a key, held, and how many contacts wait there
// already; nil if there is no such budget.
func (s *lanes[K]) enter(key K) (l *lane, ahead int) {
	if s.rate <= 0 && s.atOnce <= 0 {
		return nil, 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l = s.byKey[key]
	if l == nil {
		if len(s.byKey) >= s.sweepAt {
			s.sweep()
		}
		l = s.add(key, s.rate)
	}
	return l, l.enter()
}

// add makes the lane of a key.
func (s *lanes[K]) add(key K, perSecond float64) *lane {
	l := &lane{
		what: s.what(key), limiter: newLimiter(perSecond),
		turn: make(chan struct{}, 1), ahead: make(chan struct{}, maxAhead),
		mu: &s.mu, waiting: &s.waiting, full: &s.full,
	}
	if s.atOnce > 0 {
		l.slots = make(chan struct{}, s.atOnce)
	}
	s.byKey[key] = l
	return l
}

// sweep forgets idle lanes. Its cost is spread over the lanes made since.
func (s *lanes[K]) sweep() {
	now := time.Now()
	for k, l := range s.byKey {
		if l.users == 0 && l.limiter.TokensAt(now) >= float64(l.limiter.Burst()) {
			delete(s.byKey, k)
		}
	}
	s.sweepAt = max(minSweep, 2*len(s.byKey))
}
