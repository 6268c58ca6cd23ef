package lab

import (
	"slices"
	"strings"

	"stscan/internal/taxonomy"
)

// Scenarios is the whole catalogue. Every call makes new ones.
func Scenarios() []Scenario {
	return slices.Concat(plainScenarios(), domainScenarios(), recordScenarios(),
		policyDNSScenarios(), policyTCPScenarios(), policyTLSScenarios(), policyHTTPScenarios(),
		policySyntaxScenarios(), policyMXFieldScenarios(), policyLintScenarios(), matchScenarios(),
		mxDNSScenarios(), mxSMTPScenarios(), mxTLSScenarios(), mxCertScenarios(), inconclusiveScenarios(),
		contestedScenarios())
}

// A change makes a healthy deployment into another one.
type change func(*Scenario)

// scenario is one that produces code. It starts from a healthy deployment of
// its own: record, policy host and one MX host, listed, in mode enforce.
func scenario(name string, code taxonomy.Code, doc string, truth Truth, changes ...change) Scenario {
	s := Scenario{
		Name: name, Doc: doc, For: code, Truth: truth,
		Record: Record{TXT: []string{goodRecord}},
		Policy: serving(enforceOwn()),
		MX:     []MX{ownMX(goodServer())},
	}
	for _, c := range changes {
		c(&s)
	}
	return s
}

// near is a scenario that comes close to code and does not produce it.
func near(name string, code taxonomy.Code, doc string, truth Truth, changes ...change) Scenario {
	s := scenario(name, code, doc, truth, changes...)
	s.NearMiss = true
	return s
}

const (
	goodRecord = "v=STSv1; id={id};"
	ownHost    = "mx1.{domain}"
	// The three operators of mail.
	alphaHost, alphaBackup = "mx1.alpha-mail.test", "mx2.alpha-mail.test"
	betaHost, betaBackup   = "mx1.beta-mail.test", "mx2.beta-mail.test"
	gammaHost              = "in.gamma-mail.test"
)

// policyText is a well-formed policy with a week of max_age.
func policyText(mode string, mx ...string) string {
	var b strings.Builder
	b.WriteString("version: STSv1\nmode: " + mode + "\n")
	for _, m := range mx {
		b.WriteString("mx: " + m + "\n")
	}
	b.WriteString("max_age: 604800\n")
	return b.String()
}

func enforceOwn() string { return policyText("enforce", ownHost) }

// serving is a policy host with one server that gives body.
func serving(body string) PolicyHost {
	return PolicyHost{Servers: []WebServer{{HTTP: Web{Body: body}}}}
}

func goodServer() MailServer { return MailServer{} }

func ownMX(servers ...MailServer) MX { return MX{Host: ownHost, Preference: 10, Servers: servers} }

// secondMX is a healthy MX host in the domain, behind ownMX.
func secondMX() MX {
	return MX{Host: "mx2.{domain}", Preference: 20, Servers: []MailServer{goodServer()}}
}

// The operators' hosts are the same in every scenario. Alpha's first host has
// several addresses.
func alphaMX() []MX {
	return []MX{
		{Host: alphaHost, Preference: 10, Servers: []MailServer{goodServer(), goodServer(), goodServer()}},
		{Host: alphaBackup, Preference: 20, Servers: []MailServer{goodServer()}},
	}
}

func betaMX() []MX {
	return []MX{
		{Host: betaHost, Preference: 5, Servers: []MailServer{goodServer(), goodServer()}},
		{Host: betaBackup, Preference: 5, Servers: []MailServer{goodServer()}},
	}
}

func gammaMX() []MX {
	return []MX{{Host: gammaHost, Preference: 1, Servers: []MailServer{{TLS: TLSServer{Cert: CertWildcard}}}}}
}

// Changes.

func undeployed(s *Scenario) { s.Record, s.Policy = Record{}, PolicyHost{Fault: DNSNXDomain} }
func memory(s *Scenario)     { s.Memory = true }
func slow(s *Scenario)       { s.Slow = true }

func apex(a Apex) change { return func(s *Scenario) { s.Apex = a } }

func txt(rrs ...string) change { return func(s *Scenario) { s.Record = Record{TXT: rrs} } }

func record(r Record) change { return func(s *Scenario) { s.Record = r } }

func body(text string) change { return func(s *Scenario) { s.Policy.Servers[0].HTTP.Body = text } }

// bodyFor is a policy in mode enforce with these mx fields.
func bodyFor(mx ...string) change { return body(policyText("enforce", mx...)) }

func policyHost(p PolicyHost) change { return func(s *Scenario) { s.Policy = p } }

// policyPlaces gives the policy host one server at each of places.
func policyPlaces(places ...Place) change {
	return func(s *Scenario) {
		servers := make([]WebServer, len(places))
		for i, p := range places {
			servers[i] = WebServer{Place: p, HTTP: Web{Body: enforceOwn()}}
		}
		s.Policy.Servers = servers
	}
}

func policyTLS(t TLSServer) change { return func(s *Scenario) { s.Policy.Servers[0].TLS = t } }

// web sets how the policy is served; the body stays what it was.
func web(h Web) change {
	return func(s *Scenario) {
		h.Body = s.Policy.Servers[0].HTTP.Body
		s.Policy.Servers[0].HTTP = h
	}
}

func mxHosts(mx ...MX) change { return func(s *Scenario) { s.MX = mx } }

// server makes the one MX host's one server another.
func server(m MailServer) change { return mxHosts(ownMX(m)) }

// leniently is what is true under ruleset deployed, where it differs.
func leniently(t Truth) change { return func(s *Scenario) { s.Deployed = &t } }

// Truths.

func truth(status taxonomy.Status, delivery taxonomy.Delivery, codes []taxonomy.Code) Truth {
	slices.Sort(codes)
	return Truth{Status: status, Delivery: delivery, Codes: codes}
}

func notDeployed(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusNotDeployed, taxonomy.DeliveryUnprotected, codes)
}

// brokenRecord: a record is claimed and cannot be used.
func brokenRecord(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusBrokenRecord, taxonomy.DeliveryPolicyIgnored, codes)
}

// noClaim: a record was intended, but none is claimed, so that a sender sees none.
func noClaim(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusBrokenRecord, taxonomy.DeliveryUnprotected, codes)
}

func noPolicy(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusBrokenRetrieval, taxonomy.DeliveryPolicyIgnored, codes)
}

func badPolicy(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusBrokenSyntax, taxonomy.DeliveryPolicyIgnored, codes)
}

func enforced(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusValidEnforce, taxonomy.DeliveryProtected, codes)
}

// reported is a working policy in mode testing.
func reported(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusValidTesting, taxonomy.DeliveryReportsOnly, codes)
}

// modeNone adds plint_mode_none, which every valid policy in mode none has.
func modeNone(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusValidNone, taxonomy.DeliveryUnprotected, append(codes, taxonomy.PlintModeNone))
}

// noMail is a policy in mode enforce of a domain that takes no mail.
func noMail(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusValidEnforce, taxonomy.DeliveryNoMail, codes)
}

// refusedAll is mode enforce with no usable MX host, the first fault being of status.
func refusedAll(status taxonomy.Status, codes ...taxonomy.Code) Truth {
	return truth(status, taxonomy.DeliveryRefusedAllMX, codes)
}

// atRisk is mode enforce with some MX hosts usable and some not.
func atRisk(status taxonomy.Status, codes ...taxonomy.Code) Truth {
	return truth(status, taxonomy.DeliveryAtRiskSomeMX, codes)
}

func unknown(codes ...taxonomy.Code) Truth {
	return truth(taxonomy.StatusInconclusive, taxonomy.DeliveryUnknown, codes)
}
