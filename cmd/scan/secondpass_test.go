package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/evidence"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
	"stscan/pipeline"
	"stscan/sinks"
)

// passing is one cause that is over by the second pass: why its name is deferred,
// and what stands in earlier.
type passing struct {
	domain  string
	reason  taxonomy.Code
	step    string
	op      evidence.Op
	kind    evidence.Kind
	reply   string // its beginning
	perhaps bool   // of two names that share the cause one is enough
}

var passingCauses = []passing{
	{domain: "greylisted.example", reason: taxonomy.IncGreylisted, step: evidence.StepMX, op: evidence.OpGreet, kind: evidence.KindStatus, reply: "450"},
	{domain: "crowded.example", reason: taxonomy.IncRateLimited, step: evidence.StepMX, op: evidence.OpGreet, kind: evidence.KindStatus, reply: "421"},
	{domain: "tempfail.example", reason: taxonomy.IncStartTLSTempfail, step: evidence.StepMX, op: evidence.OpStartTLS, kind: evidence.KindStatus, reply: "454"},
	{domain: "stalled.example", reason: taxonomy.IncTLSTimeout, step: evidence.StepPolicy, op: evidence.OpHandshake, kind: evidence.KindTimeout},
	{domain: "unheard-mx.example", reason: taxonomy.IncTCPTimeout, step: evidence.StepMX, op: evidence.OpDial, kind: evidence.KindTimeout},
	{domain: "unheard-policy.example", reason: taxonomy.IncTCPTimeout, step: evidence.StepPolicy, op: evidence.OpDial, kind: evidence.KindTimeout},
	{domain: "unasked.example", reason: taxonomy.IncDNSTimeout, step: evidence.StepRecord, op: evidence.OpResolve, kind: evidence.KindTimeout},
	{domain: "one-too-many.example", reason: taxonomy.IncRateLimited, step: evidence.StepPolicy, op: evidence.OpRequest, kind: evidence.KindStatus, reply: "429", perhaps: true},
	{domain: "two-too-many.example", reason: taxonomy.IncRateLimited, step: evidence.StepPolicy, op: evidence.OpRequest, kind: evidence.KindStatus, reply: "429", perhaps: true},
}

// calm is a name that nothing befalls.
const calm = "calm.example"

// passingWorld is the world of these names.
func passingWorld(t *testing.T) *lab.World {
	t.Helper()
	deploy := func(change func(*lab.Scenario)) *lab.Scenario {
		s := scenarioNamed(t, "enforce-own")
		change(s)
		return s
	}
	failFirst := func(line string) *lab.Scenario {
		return deploy(func(s *lab.Scenario) { s.MX[0].Servers = []lab.MailServer{{FailFirst: line}} })
	}
	// Places of their own, so that what is dropped there is nobody else's.
	apartMX := deploy(func(s *lab.Scenario) { s.MX[0].Servers = []lab.MailServer{{Limit: 1000}} })
	apartPolicy := deploy(func(s *lab.Scenario) { s.Policy.Servers[0].Limit = 1000 })
	crowded := deploy(func(s *lab.Scenario) { // one host for both
		s.Policy.Servers[0].Limit, s.Policy.CNAME = 1, []string{"policies.crowded-sts.test"}
	})
	plain := deploy(func(*lab.Scenario) {})
	return newWorld(t, lab.Config{Seed: 1, Latency: 50 * time.Millisecond, Assign: map[string]*lab.Scenario{
		"greylisted.example":     failFirst("450 4.7.1 Greylisted, please try again later"),
		"crowded.example":        failFirst("421 4.7.0 Too many connections, try again later"),
		"tempfail.example":       failFirst("454 4.7.0 TLS not available due to temporary reason"),
		"stalled.example":        deploy(func(s *lab.Scenario) { s.Policy.Servers[0].StallFirst = true }),
		"unheard-mx.example":     apartMX,
		"unheard-policy.example": apartPolicy,
		"unasked.example":        plain,
		"one-too-many.example":   crowded,
		"two-too-many.example":   crowded,
		calm:                     plain,
	}})
}

// badWeather is a network on which some destinations are out of reach until it
// has healed.
type badWeather struct {
	world  *lab.World
	healed time.Time
	out    map[netip.Addr]bool // of reach
}

// dial connects, unless that is out of reach now.
func (b *badWeather) dial(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
	if time.Now().Before(b.healed) && b.out[addr.Addr()] {
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
	}
	return b.world.Dial(ctx, network, addr)
}

// dialDNS loses the questions about one name.
func (b *badWeather) dialDNS(ctx context.Context, network string, addr netip.AddrPort) (net.Conn, error) {
	c, err := b.world.Dial(ctx, network, addr)
	if err != nil || network != "udp" {
		return c, err
	}
	return losing{c, b}, nil
}

type losing struct {
	net.Conn
	weather *badWeather
}

func (l losing) Write(query []byte) (int, error) {
	if time.Now().Before(l.weather.healed) && bytes.Contains(query, []byte("\x08_mta-sts\x07unasked")) {
		return len(query), nil
	}
	return l.Conn.Write(query)
}

// Each cause that passes puts a name off to the second pass, which finds the
// truth, with the failure of the first attempt beside it; also when the run is
// ended between the passes, or in the second.
func TestSecondPass(t *testing.T) {
	for _, end := range []string{"never", "between the passes", "in the second pass"} {
		out := t.TempDir()
		t.Run(end, func(t *testing.T) {
			bubble(t, func(t *testing.T) { testSecondPass(t, out, end) })
		})
	}
}

func testSecondPass(t *testing.T, out, end string) {
	world := passingWorld(t)
	defer world.Close()
	weather := &badWeather{world: world, healed: time.Now().Add(8 * time.Minute), out: apartOf(t, world)}
	var list strings.Builder
	list.WriteString(calm + "\n")
	for _, p := range passingCauses {
		list.WriteString(p.domain + "\n")
	}
	prepare := func(j *job) {
		j.chunkSize, j.inFlight, j.grace, j.retryAfter = 3, 10, 0, pipeline.DefaultRetryAfter
		j.network.dial, j.network.dialDNS = weather.dial, weather.dialDNS
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := sinks.Dir(out, "test")
	switch end {
	case "between the passes":
		go func() { time.Sleep(9 * time.Minute); stop() }()
	case "in the second pass":
		go func() {
			time.Sleep(pipeline.DefaultRetryAfter)
			for !slices.ContainsFunc(commitsOf(t, dir), func(c evidence.Commit) bool { return !c.IsFirstPass() }) && ctx.Err() == nil {
				time.Sleep(50 * time.Millisecond)
			}
			stop()
		}()
	}
	result, err := newMemoryJob(t, world, out, list.String(), prepare).run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if end != "never" {
		if result.State != string(sinks.StatePartial) || result.Awaiting == 0 {
			t.Fatalf("%s, %d await the second pass: the test wants a run that was ended %s", result.State, result.Awaiting, end)
		}
		if result, err = inMemory(t, world, out, list.String(), prepare); err != nil {
			t.Fatal(err)
		}
	}
	if result.State != stateComplete {
		t.Fatalf("%+v", result)
	}
	expectTruth(t, world, dir)
	expectWhole(t, dir)
	if end != "in the second pass" { // where the chunks in flight are done again
		expectGoodConduct(t, world)
	}
	expectDeferrals(t, dir)
}

// apartOf are the addresses of the two servers that stand apart.
func apartOf(t *testing.T, world *lab.World) map[netip.Addr]bool {
	t.Helper()
	out := map[netip.Addr]bool{}
	for _, host := range []string{"mx1.unheard-mx.example", "mta-sts.unheard-policy.example"} {
		answer := world.Answer(new(dns.Msg).SetQuestion(dns.Fqdn(host), dns.TypeA), false).Answer
		if len(answer) != 1 {
			t.Fatalf("%s has the addresses %v", host, answer)
		}
		addr, _ := netip.AddrFromSlice(answer[0].(*dns.A).A.To4())
		out[addr] = true
	}
	return out
}

// commitsOf are the commit records of a snapshot; none before it is there.
func commitsOf(t *testing.T, dir string) []evidence.Commit {
	t.Helper()
	var commits []evidence.Commit
	for record, err := range sinks.Commits(dir) {
		switch {
		case err == nil:
			commits = append(commits, record)
		case !errors.Is(err, fs.ErrNotExist):
			t.Error(err)
		}
	}
	return commits
}

// expectDeferrals compares the records and the rows with passingCauses.
func expectDeferrals(t *testing.T, dir string) {
	t.Helper()
	deferred, rows := map[string]evidence.Deferred{}, map[string]evidence.Case{}
	for _, record := range commitsOf(t, dir) {
		for _, d := range record.Deferred {
			deferred[d.Domain] = d
		}
		for c, err := range sinks.ReadCases(dir, record.Chunk) {
			if err != nil {
				t.Fatal(err)
			}
			rows[c.Domain.Target.Domain] = c
		}
	}
	if c := rows[calm]; c.Domain.Attempt != 1 || len(c.Domain.Earlier) > 0 {
		t.Errorf("%s: attempt %d, earlier %v", calm, c.Domain.Attempt, c.Domain.Earlier)
	}
	perhaps := 0
	for _, p := range passingCauses {
		d, put := deferred[p.domain]
		if !put && p.perhaps {
			continue
		}
		if p.perhaps {
			perhaps++
		}
		if d.Reason != string(p.reason) {
			t.Errorf("%s: deferred for %q, want %q", p.domain, d.Reason, p.reason)
		}
		row := rows[p.domain]
		if row.Domain.Attempt != 2 || len(row.Domain.Earlier) == 0 {
			t.Errorf("%s: attempt %d, earlier %v", p.domain, row.Domain.Attempt, row.Domain.Earlier)
			continue
		}
		for _, e := range row.Domain.Earlier {
			if e.Step != p.step || e.Op != p.op || e.Kind != p.kind || !strings.HasPrefix(e.Reply, p.reply) || e.At.IsZero() || !e.At.Before(row.Domain.ScannedAt) {
				t.Errorf("%s: earlier %+v, scanned at %v", p.domain, e, row.Domain.ScannedAt)
			}
		}
	}
	if perhaps != 1 {
		t.Errorf("%d of the two names at one host were put off", perhaps)
	}
}
