package lab

import "stscan/internal/taxonomy"

// plain is a deployment that is there for no code's sake.
func plain(name, doc string, truth Truth, changes ...change) Scenario {
	return scenario(name, "", doc, truth, changes...)
}

func plainScenarios() []Scenario {
	return append(undeployedScenarios(), deployedScenarios()...)
}

// undeployedScenarios is what most of the Internet looks like.
func undeployedScenarios() []Scenario {
	return []Scenario{
		plain("none-alpha", "Mail at operator alpha, no MTA-STS.",
			notDeployed(), undeployed, mxHosts(alphaMX()...)),
		plain("none-beta", "Mail at operator beta, no MTA-STS.",
			notDeployed(), undeployed, mxHosts(betaMX()...)),
		plain("none-gamma", "Mail at operator gamma, no MTA-STS.",
			notDeployed(), undeployed, mxHosts(gammaMX()...)),
		plain("none-own-mx", "A mail server of its own, no MTA-STS.",
			notDeployed(), undeployed),
		plain("none-own-mx-broken", "A mail server of its own with a self-signed certificate, which is nobody's business without a policy.",
			notDeployed(), undeployed, server(MailServer{TLS: TLSServer{Cert: CertSelfSigned}})),
		plain("none-web-only", "A web site without MX records and without MTA-STS.",
			notDeployed(taxonomy.DomImplicitMX), undeployed, mxHosts(), apex(Apex{Addrs: []Place{PlaceOpen}})),
		plain("none-parked", "A domain without MX and address records.",
			notDeployed(taxonomy.DomNoMX), undeployed, mxHosts()),
		plain("none-null-mx", "A domain that says it takes no mail.",
			notDeployed(taxonomy.DomNullMX), undeployed, mxHosts(), apex(Apex{MXText: []string{"0 ."}})),
		plain("none-nxdomain", "A name that does not exist.",
			notDeployed(taxonomy.DomNXDomain), undeployed, mxHosts(), apex(Apex{NXDomain: true})),
		plain("none-policy-host", "A policy host that nobody points at: without a TXT record there is no MTA-STS.",
			notDeployed(), record(Record{})),
	}
}

func deployedScenarios() []Scenario {
	return []Scenario{
		plain("enforce-alpha", "Mode enforce, mail at operator alpha.", enforced(),
			mxHosts(alphaMX()...), bodyFor("*.alpha-mail.test")),
		plain("enforce-beta", "Mode enforce, mail at operator beta.", enforced(),
			mxHosts(betaMX()...), bodyFor(betaHost, betaBackup)),
		plain("enforce-gamma", "Mode enforce, mail at operator gamma, whose certificate is a wildcard.", enforced(),
			mxHosts(gammaMX()...), bodyFor(gammaHost)),
		plain("enforce-own", "Mode enforce, everything on servers of its own.", enforced()),
		plain("enforce-own-two", "Mode enforce, two MX hosts of its own, the first with two addresses.", enforced(),
			mxHosts(ownMX(goodServer(), goodServer()), secondMX()), bodyFor(ownHost, "mx2.{domain}")),
		plain("enforce-crlf", "A policy with CRLF line ends.", enforced(),
			body("version: STSv1\r\nmode: enforce\r\nmx: "+ownHost+"\r\nmax_age: 2592000\r\n")),
		plain("enforce-implicit-mx", "Mode enforce and no MX record: the domain itself is the MX and is listed.",
			enforced(taxonomy.DomImplicitMX), mxHosts(), apex(Apex{Addrs: []Place{PlaceOpen}}), bodyFor("{domain}")),
		plain("enforce-null-mx", "A policy for a domain that takes no mail.", noMail(taxonomy.DomNullMX),
			mxHosts(), apex(Apex{MXText: []string{"0 ."}}), bodyFor(gammaHost)),
		plain("testing-alpha", "Mode testing, mail at operator alpha.", reported(),
			mxHosts(alphaMX()...), body(policyText("testing", alphaHost, alphaBackup))),
		plain("testing-beta", "Mode testing, mail at operator beta.", reported(),
			mxHosts(betaMX()...), body(policyText("testing", "*.beta-mail.test"))),
		plain("testing-own", "Mode testing, everything on servers of its own.", reported(),
			body(policyText("testing", ownHost))),
		plain("none-mode-alpha", "Mode none, mail at operator alpha.", modeNone(),
			mxHosts(alphaMX()...), body(policyText("none", alphaHost, alphaBackup))),
		plain("delegated-alpha", "Record and policy host delegated by CNAME to an operator.", enforced(taxonomy.RecDelegated),
			record(Record{TXT: []string{goodRecord}, CNAME: []string{"_mta-sts.{domain}.alpha-sts.test"}}),
			policyHost(PolicyHost{CNAME: []string{"{domain}.host.alpha-sts.test"},
				Servers: []WebServer{{HTTP: Web{Body: policyText("enforce", alphaHost, alphaBackup)}}}}),
			mxHosts(alphaMX()...)),
		plain("delegated-beta", "Record delegated to a label made of the domain with dashes, policy host over two CNAMEs.",
			reported(taxonomy.RecDelegated),
			record(Record{TXT: []string{goodRecord}, CNAME: []string{"{dash}._mta-sts.beta-sts.test"}}),
			policyHost(PolicyHost{CNAME: []string{"{dash}.mta-sts.beta-sts.test", "{dash}.edge.beta-sts.test"},
				Servers: []WebServer{{HTTP: Web{Body: policyText("testing", "*.beta-mail.test")}}}}),
			mxHosts(betaMX()...)),
		plain("wildcard-record", "Every name below the domain answers with the MTA-STS record, _mta-sts too.", enforced(),
			record(Record{Wildcard: []string{goodRecord}})),
		plain("testing-broken-mx", "Mode testing and an MX host with a self-signed certificate: only reports tell.",
			truth(taxonomy.StatusBrokenMX, taxonomy.DeliveryReportsOnly, []taxonomy.Code{taxonomy.MxcertSelfSigned}),
			body(policyText("testing", ownHost)), server(MailServer{TLS: TLSServer{Cert: CertSelfSigned}})),
		plain("testing-broken-match", "Mode testing and a policy for the mail operator of old.",
			truth(taxonomy.StatusBrokenMatch, taxonomy.DeliveryReportsOnly,
				[]taxonomy.Code{taxonomy.CauseDomain, taxonomy.MatchNone, taxonomy.PlintMXUnused}),
			body(policyText("testing", "mx1.former-mail.test")), mxHosts(gammaMX()...)),
		plain("some-mx-broken", "Mode enforce, one of two MX hosts without STARTTLS.",
			atRisk(taxonomy.StatusBrokenMX, taxonomy.SmtpStartTLSAbsent),
			mxHosts(ownMX(goodServer()), MX{Host: "mx2.{domain}", Preference: 20, Servers: []MailServer{{NoStartTLS: true}}}),
			bodyFor(ownHost, "mx2.{domain}")),
		plain("all-mx-refused", "Mode enforce, and nothing listens at the one MX host: nothing could be judged.",
			unknown(taxonomy.SmtpTCPRefused), server(MailServer{Place: PlaceRefused})),
		plain("all-mx-dead", "Mode enforce, and no MX host exists in the DNS: no mail can be delivered.",
			noMail(taxonomy.MxdnsNXDomain, taxonomy.MxdnsNoData),
			mxHosts(MX{Host: ownHost, Preference: 10, Fault: DNSNXDomain}, MX{Host: "mx2.{domain}", Preference: 20, Fault: DNSNoData}),
			bodyFor(ownHost, "mx2.{domain}")),
		plain("two-cert-faults", "A policy host whose certificate has expired and is for another name.",
			noPolicy(taxonomy.PtlsCertExpired, taxonomy.PtlsCertNameMismatch), policyTLS(TLSServer{Cert: CertExpiredName})),
	}
}
