package controls

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"stscan/internal/evidence"
)

// How control names are found among the names of a list.
const (
	// Sample is how many names of the list are tried. Where fewer than MinNames
	// of them answer, fewer than one name in ten does, and what fails says
	// nothing about us.
	Sample = 32
	// MinNames must answer, so that no single zone speaks for our resolver;
	// maxNames are asked throughout.
	MinNames, maxNames = 3, 5
	// chooseTime is what a candidate has to answer.
	chooseTime = 5 * time.Second
)

// partDNS is what is down when the control names are.
const partDNS = "DNS"

// AskFunc is the Ask of a Config.
type AskFunc func(ctx context.Context, q evidence.Question, within time.Duration) evidence.Lookup

// Choose tries names and returns those fit to be control names, the quickest
// first: that exist, and whose servers answer for a name that no cache can
// know. Without all it ends with enough of them.
func Choose(ctx context.Context, ask AskFunc, names []string, all bool) []string {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	fit := make(chan string, len(names))
	var trying sync.WaitGroup
	for _, name := range names {
		trying.Go(func() {
			l := ask(ctx, known(name), chooseTime)
			if l.Answered() && l.RCode == evidence.RCodeNoError && ask(ctx, random(name), chooseTime).Answered() {
				fit <- name
			}
		})
	}
	go func() { trying.Wait(); close(fit) }()
	var chosen []string
	for name := range fit {
		if all || len(chosen) < maxNames {
			chosen = append(chosen, name)
		}
		if !all && len(chosen) == maxNames {
			enough() // and the others come to an end
		}
	}
	return chosen
}

// known asks for what a control name has answered before; random for a name
// below it that nobody has asked for: an answer to that is no cache's.
func known(name string) evidence.Question {
	return evidence.Question{Name: name, Type: evidence.TypeMX}
}

func random(name string) evidence.Question {
	return evidence.Question{Name: strings.ToLower(rand.Text())[:12] + "." + name, Type: evidence.TypeMX}
}

// result is what came of a round of questions.
type result int

const (
	void result = iota // nobody was asked: budgets, a stop
	good
	bad
)

// watchNames asks the control names until ctx is done.
func (m *Monitor) watchNames(ctx context.Context) {
	for turn, wait := 0, time.Duration(0); ; turn++ {
		began := m.awaitRound(ctx, wait)
		if ctx.Err() != nil {
			return
		}
		wait = every
		switch at, r := m.round(ctx, turn, began); r {
		case good:
			m.mu.Lock()
			m.good = at
			m.wake()
			m.mu.Unlock()
			m.turn(func(s standing) standing { return s.works(partDNS, time.Now()) })
			kick(m.doubt) // ports that went dark with it are looked at now
		case bad:
			wait = everyDark
			why := fmt.Sprintf("none of %d control names is answered from the network", len(m.cfg.Names))
			m.mu.Lock()
			last := m.good
			m.mu.Unlock()
			m.turn(func(s standing) standing { return s.fails(partDNS, down{why: why, good: last}, time.Now()) })
		}
	}
}

// awaitRound waits until a round is due or, after a moment, wanted.
func (m *Monitor) awaitRound(ctx context.Context, due time.Duration) time.Time {
	timer := time.NewTimer(due)
	defer timer.Stop()
	if due > soonest {
		gap := time.NewTimer(soonest)
		defer gap.Stop()
		select {
		case <-gap.C:
		case <-ctx.Done():
			return time.Now()
		}
		select {
		case <-m.demand:
		case <-timer.C:
		case <-ctx.Done():
		}
		return time.Now()
	}
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return time.Now()
}

// round asks one name and one random name, and if one of them is not answered
// all of them. It returns when what it tells began.
func (m *Monitor) round(ctx context.Context, turn int, began time.Time) (at time.Time, r result) {
	names := m.cfg.Names
	if quick := m.askAll(ctx, []string{names[turn%len(names)]}, []string{names[(turn+1)%len(names)]}, quickTime); quick != bad {
		return began, quick
	}
	began = time.Now()
	return began, m.askAll(ctx, names, names, fullTime)
}

// askAll asks for names, and for random names below others. The round is good
// when one of each sort is answered: a resolver that has lost the network goes on
// answering what is in its cache.
func (m *Monitor) askAll(ctx context.Context, names, below []string, within time.Duration) result {
	var asking sync.WaitGroup
	var mu sync.Mutex
	var knownOK, knownAsked, randomOK, randomAsked int
	put := func(q evidence.Question, ok, asked *int) {
		asking.Go(func() {
			l := m.cfg.Ask(ctx, q, within)
			mu.Lock()
			defer mu.Unlock()
			if l.Answered() {
				*ok++
			}
			if wasAsked(l.Failure.Kind) {
				*asked++
			}
		})
	}
	for _, name := range names {
		put(known(name), &knownOK, &knownAsked)
	}
	for _, name := range below {
		put(random(name), &randomOK, &randomAsked)
	}
	asking.Wait()
	switch {
	case knownOK > 0 && randomOK > 0:
		return good
	case knownAsked == 0 || randomAsked == 0:
		return void
	}
	return bad
}

// wasAsked reports whether somebody was asked at all.
func wasAsked(k evidence.Kind) bool {
	switch k {
	case evidence.KindCancelled, evidence.KindBudget, evidence.KindOptedOut, evidence.KindSpecialAddress, evidence.KindLocal:
		return false
	}
	return true
}
