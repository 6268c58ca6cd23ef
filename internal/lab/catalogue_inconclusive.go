package lab

import "stscan/internal/taxonomy"

// inconclusiveScenarios stay inconclusive in the second pass, too. Their near
// misses come to a verdict.
func inconclusiveScenarios() []Scenario {
	// one is the domain's only MX host, behind a valid policy.
	one := func(name string, code taxonomy.Code, doc string, m MailServer, more ...change) Scenario {
		return scenario(name, code, doc, unknown(code), append([]change{server(m)}, more...)...)
	}
	// moodyHost is one machine for all names, so that its first session is that
	// of the first pass.
	const moodyHost = "mx1.moody-mail.test"
	recordFault := func(f DNSFault) change { return record(Record{Fault: f}) }
	return []Scenario{
		scenario("inc-dns-timeout", taxonomy.IncDNSTimeout, "No answer at _mta-sts.",
			unknown(taxonomy.IncDNSTimeout), recordFault(DNSTimeout)),
		near("inc-dns-timeout-near", taxonomy.IncDNSTimeout, "An answer over TCP alone.",
			enforced(), record(Record{TXT: []string{goodRecord}, Fault: DNSTruncate})),
		scenario("inc-dns-servfail", taxonomy.IncDNSServFail, "SERVFAIL at _mta-sts.",
			unknown(taxonomy.IncDNSServFail), recordFault(DNSServFail)),
		scenario("inc-dns-servfail-mx", taxonomy.IncDNSServFail, "SERVFAIL for the MX records behind a valid policy.",
			unknown(taxonomy.IncDNSServFail), mxHosts(), apex(Apex{MXFault: DNSServFail})),
		near("inc-dns-servfail-near", taxonomy.IncDNSServFail, "NXDOMAIN at _mta-sts.",
			notDeployed(), recordFault(DNSNXDomain)),
		scenario("inc-dns-refused", taxonomy.IncDNSRefused, "REFUSED at _mta-sts.",
			unknown(taxonomy.IncDNSRefused), recordFault(DNSRefused)),
		near("inc-dns-refused-near", taxonomy.IncDNSRefused, "No data at _mta-sts.",
			notDeployed(), recordFault(DNSNoData)),
		scenario("inc-dns-tcp-failed", taxonomy.IncDNSTCPFailed, "An answer at _mta-sts that is cut over UDP and closed over TCP.",
			unknown(taxonomy.IncDNSTCPFailed), record(Record{TXT: []string{goodRecord}, Fault: DNSTCPClosed})),
		near("inc-dns-tcp-failed-near", taxonomy.IncDNSTCPFailed, "The same answer, whole over TCP.",
			enforced(), record(Record{TXT: []string{goodRecord}, Fault: DNSTruncate})),
		one("inc-tcp-timeout", taxonomy.IncTCPTimeout, "The MX host never answers.", MailServer{Place: PlaceBlackhole}),
		near("inc-tcp-timeout-near", taxonomy.IncTCPTimeout, "The policy host never answers, twice: that is evidence.",
			noPolicy(taxonomy.PtcpTimeout), policyPlaces(PlaceBlackhole)),
		one("inc-banner-timeout", taxonomy.IncBannerTimeout, "The MX host never greets.", MailServer{Silent: true}, slow),
		near("inc-banner-timeout-near", taxonomy.IncBannerTimeout, "The MX host closes the connection after its greeting.",
			unknown(taxonomy.IncClosedEarly), server(MailServer{CloseEarly: true})),
		one("inc-greylisted", taxonomy.IncGreylisted, "Greylisting that never lets the scanner in.",
			MailServer{Greeting: "450 4.7.1 Greylisted, please try again later"}),
		near("inc-greylisted-near", taxonomy.IncGreylisted, "Greylisting that lets the second session in.",
			enforced(), server(MailServer{FailFirst: "450 4.7.1 Greylisted, please try again later"})),
		one("inc-rate-limited", taxonomy.IncRateLimited, "Too many connections, always.",
			MailServer{Greeting: "421 4.7.0 Too many connections, try again later"}),
		near("inc-rate-limited-near", taxonomy.IncRateLimited, "Too many connections, once.",
			enforced(), server(MailServer{FailFirst: "421 4.7.0 Too many connections, try again later"})),
		one("inc-blocked-reputation", taxonomy.IncBlockedReputation, "The scanner stands on a block list.",
			MailServer{Greeting: "554 5.7.1 Your address is listed by a DNS block list"}),
		near("inc-blocked-reputation-near", taxonomy.IncBlockedReputation, "A greeting that speaks of block lists and lets the scanner in.",
			enforced(), server(MailServer{Greeting: "220 {host} ESMTP; 554 for those on a block list"})),
		one("inc-closed-early", taxonomy.IncClosedEarly, "The MX host closes the connection after its greeting.",
			MailServer{CloseEarly: true}),
		near("inc-closed-early-near", taxonomy.IncClosedEarly, "The MX host closes the connection after the ClientHello.",
			refusedAll(taxonomy.StatusBrokenMX, taxonomy.MxtlsHandshakeFailed), server(MailServer{TLS: TLSServer{Close: true}})),
		scenario("inc-starttls-tempfail", taxonomy.IncStartTLSTempfail, "The first session of a world is turned away, the second refused STARTTLS for now: neither happens twice.",
			unknown(taxonomy.IncStartTLSTempfail), slow, bodyFor(moodyHost),
			mxHosts(MX{Host: moodyHost, Preference: 10, Servers: []MailServer{{
				FailFirst: "421 4.7.0 Too many connections, try again later",
				StartTLS:  "454 4.7.0 TLS not available due to temporary reason"}}})),
		near("inc-starttls-tempfail-near", taxonomy.IncStartTLSTempfail, "STARTTLS is refused for now, in both attempts: that is evidence.",
			refusedAll(taxonomy.StatusBrokenMX, taxonomy.SmtpStartTLSRefused),
			server(MailServer{StartTLS: "454 4.7.0 TLS not available due to temporary reason"})),
		one("inc-tls-timeout", taxonomy.IncTLSTimeout, "The MX host never answers the ClientHello.",
			MailServer{TLS: TLSServer{Stall: true}}, slow),
		near("inc-tls-timeout-near", taxonomy.IncTLSTimeout, "The policy host never answers the ClientHello, twice: that is evidence.",
			noPolicy(taxonomy.PtcpTimeout), policyTLS(TLSServer{Stall: true}), slow),
		scenario("inc-http-timeout", taxonomy.IncHTTPTimeout, "The first session of a world gets no handshake, the second no body: neither happens twice.",
			unknown(taxonomy.IncHTTPTimeout), slow,
			policyHost(PolicyHost{Servers: []WebServer{{StallFirst: true,
				HTTP: Web{Body: policyText("enforce", ownHost), Stall: true}}}})),
		near("inc-http-timeout-near", taxonomy.IncHTTPTimeout, "The policy host never sends the body, twice: that is evidence.",
			noPolicy(taxonomy.PtcpTimeout), web(Web{Stall: true}), slow),
	}
}
