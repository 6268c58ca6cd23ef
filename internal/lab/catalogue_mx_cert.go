package lab

import "stscan/internal/taxonomy"

func mxCertScenarios() []Scenario {
	cert := func(c Cert) change { return server(MailServer{TLS: TLSServer{Cert: c}}) }
	bad := func(codes ...taxonomy.Code) Truth { return refusedAll(taxonomy.StatusBrokenMX, codes...) }
	wrong := MailServer{TLS: TLSServer{Cert: CertNameMismatch}}
	return []Scenario{
		scenario("mxcert-name-mismatch", taxonomy.MxcertNameMismatch, "The MX host shows a certificate for another name.",
			bad(taxonomy.MxcertNameMismatch), cert(CertNameMismatch)),
		near("mxcert-name-mismatch-near", taxonomy.MxcertNameMismatch, "A wildcard certificate covers the MX host.",
			enforced(), cert(CertWildcard)),
		scenario("mxcert-cn-only", taxonomy.MxcertCNOnly, "The certificate has the name in the common name alone.",
			bad(taxonomy.MxcertCNOnly), cert(CertCNOnly)),
		near("mxcert-cn-only-near", taxonomy.MxcertCNOnly, "The alternative name is written in upper case.",
			enforced(), cert(CertUppercaseSAN)),
		scenario("mxcert-expired", taxonomy.MxcertExpired, "An expired certificate.",
			bad(taxonomy.MxcertExpired), cert(CertExpired)),
		near("mxcert-expired-near", taxonomy.MxcertExpired, "A certificate that expires within the week.",
			enforced(taxonomy.MxcertExpiresSoon), cert(CertEndsSoon)),
		scenario("mxcert-not-yet-valid", taxonomy.MxcertNotYetValid, "A certificate that begins in the future.",
			bad(taxonomy.MxcertNotYetValid), cert(CertNotYetValid)),
		near("mxcert-not-yet-valid-near", taxonomy.MxcertNotYetValid, "Outside its dates, but on the other side.",
			bad(taxonomy.MxcertExpired), cert(CertExpired)),
		scenario("mxcert-self-signed", taxonomy.MxcertSelfSigned, "A self-signed certificate.",
			bad(taxonomy.MxcertSelfSigned), cert(CertSelfSigned)),
		near("mxcert-self-signed-near", taxonomy.MxcertSelfSigned, "A private authority sends its self-signed root: the leaf is not self-signed.",
			bad(taxonomy.MxcertUntrusted), cert(CertUntrusted)),
		scenario("mxcert-untrusted", taxonomy.MxcertUntrusted, "A certificate of a private authority.",
			bad(taxonomy.MxcertUntrusted), cert(CertUntrusted)),
		near("mxcert-untrusted-near", taxonomy.MxcertUntrusted, "A trusted root is sent along, which is of no use and no harm.",
			enforced(), cert(CertExtraRoot)),
		scenario("mxcert-chain-incomplete", taxonomy.MxcertChainIncomplete, "The intermediate certificate is not sent.",
			bad(taxonomy.MxcertChainIncomplete), cert(CertIncomplete)),
		near("mxcert-chain-incomplete-near", taxonomy.MxcertChainIncomplete, "The chain is complete and leads to an unknown root.",
			bad(taxonomy.MxcertUntrusted), cert(CertUntrusted)),
		scenario("mxcert-two-faults", taxonomy.MxcertExpired, "An expired certificate for another name.",
			bad(taxonomy.MxcertExpired, taxonomy.MxcertNameMismatch), cert(CertExpiredName)),
		scenario("mxcert-weak", taxonomy.MxcertWeak, "A short RSA key.",
			enforced(taxonomy.MxcertWeak), cert(CertWeakKey)),
		near("mxcert-weak-near", taxonomy.MxcertWeak, "A sound key, and the root sent along.",
			enforced(), cert(CertExtraRoot)),
		scenario("mxcert-addr-inconsistent", taxonomy.MxcertAddrInconsistent, "One of the MX host's two servers shows a wrong certificate.",
			enforced(taxonomy.MxcertAddrInconsistent, taxonomy.MxcertNameMismatch), mxHosts(ownMX(goodServer(), wrong))),
		scenario("mxcert-addr-inconsistent-first", taxonomy.MxcertAddrInconsistent, "The MX host's first server offers no STARTTLS, the second does.",
			enforced(taxonomy.MxcertAddrInconsistent, taxonomy.SmtpStartTLSAbsent), mxHosts(ownMX(MailServer{NoStartTLS: true}, goodServer()))),
		near("mxcert-addr-inconsistent-near", taxonomy.MxcertAddrInconsistent, "Both servers show the same wrong certificate.",
			bad(taxonomy.MxcertNameMismatch), mxHosts(ownMX(wrong, wrong))),
		scenario("mxcert-expires-soon", taxonomy.MxcertExpiresSoon, "A certificate that expires within the week.",
			enforced(taxonomy.MxcertExpiresSoon), cert(CertEndsSoon)),
		near("mxcert-expires-soon-near", taxonomy.MxcertExpiresSoon, "A certificate that has expired.",
			bad(taxonomy.MxcertExpired), cert(CertExpired)),
	}
}
