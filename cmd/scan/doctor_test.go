package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"stscan/internal/doctor"
	"stscan/internal/lab"
	"stscan/pipeline/admission"
)

// Names of the world that doctor examines; the last is signed wrongly.
const (
	doctorDomain = "example.com"
	doctorOther  = "example.net"
	doctorBogus  = "bogus.example"
)

// Scenarios of the catalogue: one with IPv4, and one whose MX host has IPv6 alone.
const (
	over4 = "enforce-own"
	over6 = "mxdns-nodata-near"
)

func doctorWorld(t *testing.T, domain, other string) map[string]*lab.Scenario {
	t.Helper()
	return map[string]*lab.Scenario{
		doctorDomain: scenarioNamed(t, domain), doctorOther: scenarioNamed(t, other), doctorBogus: {Name: "bogus", Apex: lab.Apex{MXFault: lab.DNSBogus}},
	}
}

// wholesome is a machine that gives a scan all that it takes.
func wholesome() doctor.Machine {
	return doctor.Machine{OpenFiles: 1 << 20, Ports: 28232, Receive: 4 << 20, Memory: 8 << 30, CPUs: 2, Out: "data", Disk: 1 << 40}
}

// examined is what doctor finds in a world in memory, with these changes to it.
func examined(t *testing.T, world *lab.World, change func(*doctorFlags, *equipment, *vantage)) (doctorResult, error) {
	t.Helper()
	f := &doctorFlags{
		domains: []string{doctorDomain, doctorOther}, signed: "com", bogus: []string{doctorBogus},
		inFlight: 1000, names: 1_000_000, timeout: 20 * time.Second,
	}
	f.smtpPort = world.SMTPPort()
	e := equipmentOf(t, world)
	v := vantage{v4: netip.MustParseAddr("20.0.0.1"), v6: netip.MustParseAddr("2600::1"), machine: wholesome()}
	if change != nil {
		change(f, &e, &v)
	}
	return f.examine(t.Context(), e, v)
}

// finding is the one of a check, about a family of addresses if there is one for each.
func finding(t *testing.T, r doctorResult, check doctor.Check, about string) doctor.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Check == check && (about == "" || f.About == about) {
			return f
		}
	}
	t.Fatalf("no finding of %s %s: %+v", check, about, r.Findings)
	return doctor.Finding{}
}

// In a network that lets everything out nothing fails; every check is made, and
// everybody is met once at an address.
func TestDoctorInOrder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1, Assign: doctorWorld(t, over4, over6), Latency: 10 * time.Millisecond, Date: time.Now})
		defer world.Close()
		r, err := examined(t, world, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Failures > 0 || r.Seconds > 2 {
			t.Errorf("%d failures in %v s: %+v", r.Failures, r.Seconds, r.Findings)
		}
		for _, d := range doctor.Checks() {
			if f := finding(t, r, d.Check, ""); f.Seen == "" || (f.Do == "") != (f.State == doctor.StateOK) {
				t.Errorf("%+v", f)
			}
		}
		// The lab's addresses have no names, and none of its policy hosts has IPv6.
		open := []doctor.Check{doctor.CheckReverseDNS, doctor.CheckEHLOName, doctor.CheckHTTPS}
		for _, f := range r.Findings {
			if f.State != doctor.StateOK && !slices.Contains(open, f.Check) {
				t.Errorf("%+v", f)
			}
		}
		c := world.Counters()
		for contact, n := range c.Contacts {
			if n > 1 {
				t.Errorf("%s at %s was contacted %d times", contact.Host, contact.Addr, n)
			}
		}
		if len(c.Contacts) == 0 || c.Mail > 0 || c.BadRequests > 0 || len(c.Strays) > 0 {
			t.Errorf("contacts %d, mail commands %d, bad requests %d, strays %v", len(c.Contacts), c.Mail, c.BadRequests, c.Strays)
		}
	})
}

// What goes dark is a failure that says what to do, in a time that is bounded.
func TestDoctorInTheDark(t *testing.T) {
	for _, c := range []struct {
		what  lab.Dark
		check doctor.Check
		about string
		says  []string
	}{
		{lab.DarkSMTP, doctor.CheckSMTP, "IPv4", []string{"port 25", "timeout", "--probe-mx none"}},
		{lab.DarkReject, doctor.CheckSMTP, "IPv4", []string{"port 25", "refused", "--probe-mx none"}},
		{lab.DarkResolver, doctor.CheckResolver, "20.0.0.53:53", []string{"timeout", "--resolver"}},
		{lab.DarkIPv6, doctor.CheckIPv6, "", []string{"no_route"}},
		{lab.DarkAll, doctor.CheckResolver, "20.0.0.53:53", []string{"timeout"}},
	} {
		t.Run(string(c.what), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				world := newWorld(t, lab.Config{Seed: 1, Assign: doctorWorld(t, over4, over6)})
				defer world.Close()
				world.Darken(c.what, time.Now(), time.Now().Add(time.Hour))
				r, err := examined(t, world, nil)
				if err != nil {
					t.Fatal(err)
				}
				f := finding(t, r, c.check, c.about)
				if f.State != doctor.StateFailure || r.State != doctor.StateFailure || r.Seconds > 20 {
					t.Errorf("%v s, %+v", r.Seconds, f)
				}
				for _, s := range c.says {
					if !strings.Contains(f.Seen+f.Do, s) {
						t.Errorf("%q is not in %+v", s, f)
					}
				}
				if c.what == lab.DarkSMTP && finding(t, r, doctor.CheckHTTPS, "IPv4").State != doctor.StateOK {
					t.Errorf("port 443 is blamed: %+v", r.Findings)
				}
			})
		})
	}
}

// A time that is too short leaves unknown what it leaves, and does not hang.
func TestDoctorKeepsItsTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1, Assign: doctorWorld(t, over4, over4), Latency: 700 * time.Millisecond})
		defer world.Close()
		r, err := examined(t, world, func(f *doctorFlags, _ *equipment, _ *vantage) { f.timeout = time.Second })
		if err != nil {
			t.Fatal(err)
		}
		if f := finding(t, r, doctor.CheckSMTP, "IPv4"); f.State != doctor.StateUnknown || r.Seconds > 1.1 {
			t.Errorf("%v s, %+v", r.Seconds, f)
		}
	})
}

// Who asked not to be contacted is not.
func TestDoctorMindsOptOut(t *testing.T) {
	list := filepath.Join(t.TempDir(), "opt-out.txt")
	if err := os.WriteFile(list, []byte(doctorDomain+"\n"+doctorOther+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	optOut, err := admission.LoadOptOut(list)
	if err != nil {
		t.Fatal(err)
	}
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1, Assign: doctorWorld(t, over4, over4)})
		defer world.Close()
		r, err := examined(t, world, func(_ *doctorFlags, e *equipment, _ *vantage) { e.conduct.optOut = optOut })
		if err != nil {
			t.Fatal(err)
		}
		for _, check := range []doctor.Check{doctor.CheckSMTP, doctor.CheckHTTPS} {
			if f := finding(t, r, check, "IPv4"); f.State != doctor.StateUnknown || !strings.Contains(f.Seen, "opted_out 2") {
				t.Errorf("%+v", f)
			}
		}
		if met := world.Counters().Contacts; len(met) > 0 {
			t.Errorf("contacted: %v", met)
		}
	})
}

// Certificates that lead to no root of ours are a proxy's.
func TestDoctorSeesAProxy(t *testing.T) {
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1, Assign: doctorWorld(t, over4, over4)})
		defer world.Close()
		other := newWorld(t, lab.Config{Seed: 2})
		defer other.Close()
		r, err := examined(t, world, func(_ *doctorFlags, e *equipment, _ *vantage) { e.rules = equipmentOf(t, other).rules })
		if err != nil {
			t.Fatal(err)
		}
		if f := finding(t, r, doctor.CheckCerts, ""); f.State != doctor.StateFailure {
			t.Errorf("%+v", f)
		}
	})
}

// A clock that is off is told by what policy hosts say of the time, to the minute.
func TestDoctorSeesAWrongClock(t *testing.T) {
	for _, c := range []struct {
		ahead time.Duration // of the others
		state doctor.State
	}{{2 * time.Second, doctor.StateOK}, {-time.Minute, doctor.StateWarning}, {6 * time.Minute, doctor.StateFailure}, {-6 * time.Minute, doctor.StateFailure}} {
		bubble(t, func(t *testing.T) {
			world := newWorld(t, lab.Config{
				Seed: 1, Assign: doctorWorld(t, over4, over4), Date: func() time.Time { return time.Now().Add(c.ahead) },
			})
			defer world.Close()
			r, err := examined(t, world, nil)
			if err != nil {
				t.Fatal(err)
			}
			if f := finding(t, r, doctor.CheckClock, ""); f.State != c.state {
				t.Errorf("others are ahead by %s: %+v", c.ahead, f)
			}
		})
	}
}

// A system that names no resolver is examined all the same: by address.
func TestDoctorWithoutResolver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1, Assign: doctorWorld(t, over4, over4)})
		defer world.Close()
		r, err := examined(t, world, func(f *doctorFlags, e *equipment, v *vantage) {
			e.network.servers, v.noResolver = nil, errors.New("there is no resolv.conf")
			f.targets = []string{mailAddressIn(t, world, doctorDomain)}
		})
		if err != nil {
			t.Fatal(err)
		}
		if f := finding(t, r, doctor.CheckResolver, ""); f.State != doctor.StateFailure || f.Seen != "there is no resolv.conf" || !strings.Contains(f.Do, "--resolver") {
			t.Errorf("%+v", f)
		}
		if f := finding(t, r, doctor.CheckSMTP, "IPv4"); f.State != doctor.StateOK {
			t.Errorf("%+v", f)
		}
	})
}

// mailAddressIn is an address of the domain's mail server, as the world says it.
func mailAddressIn(t *testing.T, world *lab.World, domain string) string {
	t.Helper()
	q := new(dns.Msg).SetQuestion("mx1."+domain+".", dns.TypeA)
	for _, rr := range world.Answer(q, false).Answer {
		if a, ok := rr.(*dns.A); ok {
			return a.A.String()
		}
	}
	t.Fatalf("mx1.%s has no address", domain)
	return ""
}

// What a mail server says reaches no terminal as it is, as text or as JSON, and
// JSON still says the same to a program.
func TestDoctorEscapes(t *testing.T) {
	const evil = "\x1b[31m\u202ered\u009b\U000e0041"
	assign := doctorWorld(t, over4, over4)
	for _, name := range []string{doctorDomain, doctorOther} {
		assign[name].MX[0].Servers[0].Greeting = "554 " + evil
	}
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1, Assign: assign})
		defer world.Close()
		r, err := examined(t, world, func(f *doctorFlags, e *equipment, _ *vantage) { e.conduct.contact = "" })
		if err != nil {
			t.Fatal(err)
		}
		if f := finding(t, r, doctor.CheckReputation, "IPv4"); f.State != doctor.StateFailure || !strings.Contains(f.Seen, "red") {
			t.Fatalf("%+v", f)
		}
		if f := finding(t, r, doctor.CheckContact, ""); f.State != doctor.StateWarning {
			t.Errorf("%+v", f)
		}
		var text, coloured, line bytes.Buffer
		if err := errors.Join(showDoctorText(&text, false, r), showDoctorText(&coloured, true, r), showDoctorJSON(&line, r)); err != nil {
			t.Fatal(err)
		}
		expectPrintable(t, text.String())
		expectPrintable(t, line.String())
		for _, code := range []string{"\x1b[31m\u202e", "\u009b", "\u202e"} {
			if strings.Contains(coloured.String(), code) {
				t.Errorf("%q stands raw", code)
			}
		}
		var back doctorResult
		if err := json.Unmarshal(line.Bytes(), &back); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(back.Findings, r.Findings) || back.Failures != r.Failures || back.State != doctor.StateFailure {
			t.Errorf("%+v is read back as %+v", r, back)
		}
	})
}

// Who stops it is told nothing by halves.
func TestDoctorStops(t *testing.T) {
	bubble(t, func(t *testing.T) {
		world := newWorld(t, lab.Config{Seed: 1})
		defer world.Close()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		f := &doctorFlags{domains: []string{doctorDomain}, signed: "com", bogus: []string{doctorBogus}, inFlight: 1, names: 1, timeout: time.Second}
		_, err := f.examine(ctx, equipmentOf(t, world), vantage{})
		var e *exitError
		if !errors.As(err, &e) || e.code != exitPartial {
			t.Errorf("error %v, want exit code %d", err, exitPartial)
		}
	})
}
