package main

import (
	"context"
	"net/netip"
	"time"

	"stscan/internal/doctor"
	"stscan/internal/evidence"
	"stscan/pipeline"
	"stscan/pipeline/admission"
	"stscan/probe"
	"stscan/resolver"
)

// What doctor waits for is less than what a scan waits for: somebody is waiting,
// and whoever is asked is known to be quick.
const (
	doctorDNS     = 1500 * time.Millisecond // first try of a question; each later one half of it longer
	doctorTries   = 4                       // at most: one for each resolver, and one more
	doctorDial    = 5 * time.Second         // two lost SYNs
	doctorGreet   = 10 * time.Second        // servers that delay it against spam do so for longer: those count as open
	doctorStep    = 5 * time.Second         // a command, a handshake, an answer
	doctorQuit    = time.Second
	doctorContact = 15 * time.Second // from dial to close
)

// vantage is the machine as doctor finds it.
type vantage struct {
	v4, v6     netip.Addr
	noResolver error // why the system names none
	machine    doctor.Machine
}

func doctorLimits() probe.Limits {
	l := probe.DefaultLimits()
	l.Dial, l.Greeting, l.Quit = doctorDial, doctorGreet, doctorQuit
	l.TLS, l.Command, l.Response, l.Body = doctorStep, doctorStep, doctorStep, doctorStep
	l.Session, l.Fetch = doctorContact, doctorContact
	return l
}

// config is what doctor is to examine, with the probes of a scan behind the gate
// of a scan; closeAll ends them.
func (f *doctorFlags) config(e equipment, v vantage) (cfg doctor.Config, closeAll func(), err error) {
	targets, err := f.parseTargets()
	if err != nil {
		return cfg, nil, err
	}
	public, err := f.parseSources()
	if err != nil {
		return cfg, nil, err
	}
	n, c := e.network, e.conduct
	gate := admission.NewGate(admission.GateConfig{Limits: admission.DefaultLimits(), OptOut: c.optOut, AllowSpecial: c.allowSpecial, Dial: admission.DialFunc(n.dial)})
	lookup, closeAll, err := doctorLookups(n, gate)
	if err != nil {
		return cfg, nil, failf("%v", err)
	}
	policies := &pipeline.Limited[evidence.Endpoint, evidence.PolicyFetch]{
		Next: probe.NewPolicy(probe.PolicyConfig{
			Dial: gate.Dial, Port: n.httpsPort, UserAgent: userAgent(c.contact), From: mailAddress(c.contact), Limits: doctorLimits(),
		}),
		Admission: gate, Contact: contactOf(admission.HTTPS), Refused: refusedFetch,
	}
	return doctor.Config{
		Resolvers: n.servers, NoResolver: v.noResolver, DialDNS: n.dialDNS, Domains: f.domains, Signed: f.signed, Bogus: f.bogus,
		Lookup: lookup, Fetch: allowed(gate, refusedFetch, policies.Probe), Meet: meeting(gate, c.ehloName),
		Faults: func(p evidence.PolicyFetch) []string {
			return e.rules.CertFaults(p.TLS.Chain, p.Endpoint.Host, p.Span.Start)
		},
		Targets: targets, SMTPPort: n.smtpPort, HTTPSPort: n.httpsPort,
		IPv4: v.v4, IPv6: v.v6, Public: public, Special: c.allowSpecial, EHLOName: c.ehloName, Contact: c.contact,
		Machine: v.machine, Need: f.need(len(n.servers)),
	}, closeAll, nil
}

// doctorLookups asks the resolvers as a scan does; without any, nobody.
func doctorLookups(n network, gate *admission.Gate) (lookup func(context.Context, evidence.Question) evidence.Lookup, closeAll func(), err error) {
	if len(n.servers) == 0 {
		return func(_ context.Context, q evidence.Question) evidence.Lookup {
			return refusedLookup(q, evidence.Failure{Op: evidence.OpResolve, Kind: evidence.KindLocal})
		}, func() {}, nil
	}
	asking := admission.Contact{Kind: admission.DNS, Addr: n.servers[0].Addr()}
	dns, err := resolver.New(resolver.Config{
		Servers: n.servers, Dial: n.dialDNS, Timeout: doctorDNS, Tries: min(len(n.servers)+1, doctorTries),
		Again: func(ctx context.Context) error { return askAgain(ctx, gate, asking) },
	})
	if err != nil {
		return nil, nil, err
	}
	limited := &pipeline.Limited[evidence.Question, evidence.Lookup]{
		Next: dns, Admission: gate, Refused: refusedLookup,
		Contact: func(evidence.Question) admission.Contact { return asking },
	}
	return limited.Probe, func() { dns.Close() }, nil
}

// meeting meets mail servers at the ports that they are said to have.
func meeting(gate *admission.Gate, ehloName string) func(context.Context, doctor.Target) evidence.Session {
	return func(ctx context.Context, t doctor.Target) evidence.Session {
		sessions := &pipeline.Limited[evidence.Endpoint, evidence.Session]{
			Next:      probe.NewMX(probe.MXConfig{Dial: gate.Dial, Port: t.Port, EHLOName: ehloName, Limits: doctorLimits()}),
			Admission: gate, Contact: contactOf(admission.SMTP), Refused: refusedSession,
		}
		return allowed(gate, refusedSession, sessions.Probe)(ctx, evidence.Endpoint{Host: t.Host, Addr: t.Addr})
	}
}

// allowed asks the gate by name and address, as the collector of a scan does,
// before anybody is contacted.
func allowed[E any](gate *admission.Gate, refused func(evidence.Endpoint, evidence.Failure) E, probe func(context.Context, evidence.Endpoint) E) func(context.Context, evidence.Endpoint) E {
	return func(ctx context.Context, e evidence.Endpoint) E {
		if kind := gate.Refuses(e.Host, e.Addr); kind != "" {
			return refused(e, evidence.Failure{Op: evidence.OpDial, Kind: kind})
		}
		return probe(ctx, e)
	}
}

// What a scan takes beside what its settings say.
const (
	// otherFiles are the spool, the parts of the chunks that are open, logs, the
	// connections to resolvers over TCP.
	otherFiles = 256
	// memoryBeyond is what docs/PERFORMANCE.md has seen above what the collector of
	// garbage is told: a fifth, and as much to spare, in percent.
	memoryBeyond = 140
	// diskPerName is three times what a name of the usual lists takes
	// (docs/PERFORMANCE.md): there are lists in which more names signal, the spool
	// lies beside, and so do the parts of a chunk that is being written.
	diskPerName = 1000
)

// need is what the scan that is planned takes.
func (f *doctorFlags) need(resolvers int) doctor.Need {
	return doctor.Need{
		InFlight: f.inFlight, OpenFiles: f.inFlight + resolvers*resolver.DefaultSockets + otherFiles, Receive: resolver.ReadBuffer,
		Memory: (memoryFixed + int64(f.inFlight)*memoryPerName) * memoryBeyond / 100,
		Names:  f.names, Disk: int64(f.names) * diskPerName,
	}
}
