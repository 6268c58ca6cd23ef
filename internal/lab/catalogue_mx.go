package lab

import (
	"crypto/tls"

	"stscan/internal/taxonomy"
)

// besideOwn has a second, listed MX host beside the healthy one.
func besideOwn(m MX) change {
	return func(s *Scenario) {
		m.Preference = 20
		s.MX = []MX{ownMX(goodServer()), m}
		bodyFor(ownHost, m.Host)(s)
	}
}

func mxDNSScenarios() []Scenario {
	good := []MailServer{goodServer()}
	modeNoneBody := body(policyText("none", ownHost))
	return []Scenario{
		scenario("mxdns-nxdomain", taxonomy.MxdnsNXDomain, "One of two listed MX hosts does not exist.",
			enforced(taxonomy.MxdnsNXDomain), besideOwn(MX{Host: "mx2.{domain}", Fault: DNSNXDomain})),
		near("mxdns-nxdomain-near", taxonomy.MxdnsNXDomain, "One of two listed MX hosts has no address.",
			enforced(taxonomy.MxdnsNoData), besideOwn(MX{Host: "mx2.{domain}", Fault: DNSNoData})),
		scenario("mxdns-nodata", taxonomy.MxdnsNoData, "No listed MX host has an address: no mail.",
			noMail(taxonomy.MxdnsNoData), mxHosts(MX{Host: ownHost, Preference: 10, Fault: DNSNoData})),
		near("mxdns-nodata-near", taxonomy.MxdnsNoData, "An MX host with IPv6 addresses alone.",
			enforced(), memory, server(MailServer{Place: PlaceIPv6})),
		near("mxdns-nodata-near-udp", taxonomy.MxdnsNoData, "The MX host's addresses come only over TCP.",
			enforced(), mxHosts(MX{Host: ownHost, Preference: 10, Fault: DNSTruncate, Servers: good})),
		scenario("mxdns-ip-literal", taxonomy.MxdnsIPLiteral, "An address in an MX record.",
			modeNone(taxonomy.MxdnsIPLiteral), apex(Apex{MXText: []string{"20 192.0.2.25."}}), modeNoneBody),
		near("mxdns-ip-literal-near", taxonomy.MxdnsIPLiteral, "An MX host named after its address.",
			enforced(), mxAt("192-0-2-25.{domain}"), bodyFor("192-0-2-25.{domain}")),
		scenario("mxdns-special-address", taxonomy.MxdnsSpecialAddress, "One of two MX hosts has a special-purpose address.",
			enforced(taxonomy.MxdnsSpecialAddress),
			besideOwn(MX{Host: "mx2.{domain}", Servers: []MailServer{{Place: PlaceSpecial}}})),
		near("mxdns-special-address-near", taxonomy.MxdnsSpecialAddress, "An MX host with a special-purpose address and a good one.",
			enforced(), server(MailServer{}), mxHosts(ownMX(MailServer{Place: PlaceSpecial}, goodServer()))),
		scenario("mxdns-localhost", taxonomy.MxdnsLocalhost, "An MX record that names localhost.",
			modeNone(taxonomy.MxdnsLocalhost), apex(Apex{MXText: []string{"20 localhost."}}), modeNoneBody),
		near("mxdns-localhost-near", taxonomy.MxdnsLocalhost, "An MX host called localhost, in the domain.",
			enforced(), mxAt("localhost.{domain}"), bodyFor("localhost.{domain}")),
		scenario("mxdns-dnssec-bogus", taxonomy.MxdnsDNSSECBogus, "The addresses of one of two MX hosts fail validation.",
			enforced(taxonomy.MxdnsDNSSECBogus), besideOwn(MX{Host: "mx2.{domain}", Fault: DNSBogus, Servers: good})),
		near("mxdns-dnssec-bogus-near", taxonomy.MxdnsDNSSECBogus, "SERVFAIL at one of two MX hosts, with checking disabled, too.",
			enforced(taxonomy.IncDNSServFail), besideOwn(MX{Host: "mx2.{domain}", Fault: DNSServFail})),
		scenario("mxdns-cname", taxonomy.MxdnsCNAME, "The MX host is an alias; its certificate is for the name in the MX record.",
			enforced(taxonomy.MxdnsCNAME),
			mxHosts(MX{Host: ownHost, Preference: 10, CNAME: []string{"{domain}.box.delta-mail.test"}, Servers: good})),
		near("mxdns-cname-near", taxonomy.MxdnsCNAME, "The policy host is an alias, the MX host is none.",
			enforced(), policyHost(PolicyHost{CNAME: []string{"{domain}.host.gamma-sts.test"},
				Servers: []WebServer{{HTTP: Web{Body: enforceOwn()}}}})),
		scenario("mxdns-null-mx-mixed", taxonomy.MxdnsNullMXMixed, "A null MX beside a real one; it is ignored.",
			enforced(taxonomy.MxdnsNullMXMixed), apex(Apex{MXText: []string{"0 ."}})),
		near("mxdns-null-mx-mixed-near", taxonomy.MxdnsNullMXMixed, "A null MX alone.",
			noMail(taxonomy.DomNullMX), mxHosts(), apex(Apex{MXText: []string{"0 ."}})),
	}
}

func mxSMTPScenarios() []Scenario {
	// noTLS: nothing of the one MX host can be used.
	noTLS := func(codes ...taxonomy.Code) Truth { return refusedAll(taxonomy.StatusBrokenMX, codes...) }
	second := func(m MailServer) change { return besideOwn(MX{Host: "mx2.{domain}", Servers: []MailServer{m}}) }
	return []Scenario{
		scenario("smtp-tcp-refused", taxonomy.SmtpTCPRefused, "Nothing listens at one of two MX hosts.",
			enforced(taxonomy.SmtpTCPRefused), second(MailServer{Place: PlaceRefused})),
		near("smtp-tcp-refused-near", taxonomy.SmtpTCPRefused, "One of two MX hosts never answers.",
			enforced(taxonomy.IncTCPTimeout), second(MailServer{Place: PlaceBlackhole})),
		scenario("smtp-not-smtp", taxonomy.SmtpNotSMTP, "A web server on the SMTP port of one of two MX hosts.",
			enforced(taxonomy.SmtpNotSMTP), second(MailServer{NotSMTP: true})),
		near("smtp-not-smtp-near", taxonomy.SmtpNotSMTP, "Replies of several lines.",
			enforced(), server(MailServer{MultiLine: true})),
		scenario("smtp-starttls-absent", taxonomy.SmtpStartTLSAbsent, "No STARTTLS.",
			noTLS(taxonomy.SmtpStartTLSAbsent), server(MailServer{NoStartTLS: true})),
		near("smtp-starttls-absent-near", taxonomy.SmtpStartTLSAbsent, "STARTTLS offered in mixed case.",
			enforced(), server(MailServer{Keyword: "StartTls"})),
		scenario("smtp-starttls-stripped", taxonomy.SmtpStartTLSStripped, "The offer of STARTTLS is overwritten with X.",
			noTLS(taxonomy.SmtpStartTLSStripped), server(MailServer{Masked: true})),
		near("smtp-starttls-stripped-near", taxonomy.SmtpStartTLSStripped, "STARTTLS was never offered.",
			noTLS(taxonomy.SmtpStartTLSAbsent), server(MailServer{NoStartTLS: true})),
		scenario("smtp-starttls-refused", taxonomy.SmtpStartTLSRefused, "STARTTLS is offered and refused.",
			noTLS(taxonomy.SmtpStartTLSRefused), server(MailServer{StartTLS: "502 5.5.1 not implemented"})),
		scenario("smtp-starttls-refused-twice", taxonomy.SmtpStartTLSRefused, "STARTTLS is refused for now, in both attempts.",
			noTLS(taxonomy.SmtpStartTLSRefused), server(MailServer{StartTLS: "454 4.7.0 TLS not available due to temporary reason"})),
		near("smtp-starttls-refused-near", taxonomy.SmtpStartTLSRefused, "STARTTLS is accepted with words of the server's own.",
			enforced(), server(MailServer{StartTLS: "220 2.0.0 refuse nothing"})),
		scenario("smtp-ehlo-unsupported", taxonomy.SmtpEHLOUnsupported, "A server that knows HELO alone, and so no STARTTLS.",
			noTLS(taxonomy.SmtpEHLOUnsupported, taxonomy.SmtpStartTLSAbsent), server(MailServer{NoEHLO: true})),
		near("smtp-ehlo-unsupported-near", taxonomy.SmtpEHLOUnsupported, "A server that knows EHLO and offers nothing of use.",
			noTLS(taxonomy.SmtpStartTLSAbsent), server(MailServer{NoStartTLS: true})),
	}
}

func mxTLSScenarios() []Scenario {
	session := func(t TLSServer) change { return server(MailServer{TLS: t}) }
	noTLS := func(code taxonomy.Code) Truth { return refusedAll(taxonomy.StatusBrokenMX, code) }
	return []Scenario{
		scenario("mxtls-handshake-failed", taxonomy.MxtlsHandshakeFailed, "The MX host refuses the handshake.",
			noTLS(taxonomy.MxtlsHandshakeFailed), session(TLSServer{Alert: alertHandshakeFailure})),
		scenario("mxtls-handshake-junk", taxonomy.MxtlsHandshakeFailed, "The MX host answers the ClientHello with bytes that are no TLS.",
			noTLS(taxonomy.MxtlsHandshakeFailed), session(TLSServer{Junk: true})),
		near("mxtls-handshake-failed-near", taxonomy.MxtlsHandshakeFailed, "The MX host speaks TLS 1.3 and nothing else.",
			enforced(), session(TLSServer{MinVersion: tls.VersionTLS13, MaxVersion: tls.VersionTLS13})),
		scenario("mxtls-version-too-old", taxonomy.MxtlsVersionTooOld, "The MX host speaks TLS 1.1 at best.",
			noTLS(taxonomy.MxtlsVersionTooOld), session(TLSServer{MaxVersion: tls.VersionTLS11}), leniently(enforced())),
		near("mxtls-version-too-old-near", taxonomy.MxtlsVersionTooOld, "The MX host speaks TLS 1.2 at best.",
			enforced(), session(TLSServer{MaxVersion: tls.VersionTLS12})),
		scenario("mxtls-no-certificate", taxonomy.MxtlsNoCertificate, "The MX host says that it has no certificate for its name.",
			noTLS(taxonomy.MxtlsNoCertificate), session(TLSServer{Alert: alertUnrecognizedName})),
		near("mxtls-no-certificate-near", taxonomy.MxtlsNoCertificate, "The MX host refuses the handshake without giving the name as the reason.",
			noTLS(taxonomy.MxtlsHandshakeFailed), session(TLSServer{Alert: alertHandshakeFailure})),
	}
}
