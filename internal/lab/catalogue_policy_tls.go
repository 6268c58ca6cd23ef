package lab

import (
	"crypto/tls"

	"stscan/internal/taxonomy"
)

// Alerts of RFC 8446 section 6.
const (
	alertHandshakeFailure = 40
	alertProtocolVersion  = 70
	alertUnrecognizedName = 112
)

func policyTLSScenarios() []Scenario {
	cert := func(c Cert) change { return policyTLS(TLSServer{Cert: c}) }
	return []Scenario{
		scenario("ptls-name-mismatch", taxonomy.PtlsCertNameMismatch, "The policy host shows a certificate for another name.",
			noPolicy(taxonomy.PtlsCertNameMismatch), cert(CertNameMismatch)),
		near("ptls-name-mismatch-near", taxonomy.PtlsCertNameMismatch, "A wildcard certificate covers the policy host.",
			enforced(), cert(CertWildcard)),
		scenario("ptls-cn-only", taxonomy.PtlsCertCNOnly, "The certificate has the name in the common name alone.",
			noPolicy(taxonomy.PtlsCertCNOnly), cert(CertCNOnly)),
		near("ptls-cn-only-near", taxonomy.PtlsCertCNOnly, "The alternative name is written in upper case.",
			enforced(), cert(CertUppercaseSAN)),
		scenario("ptls-expired", taxonomy.PtlsCertExpired, "An expired certificate.",
			noPolicy(taxonomy.PtlsCertExpired), cert(CertExpired)),
		near("ptls-expired-near", taxonomy.PtlsCertExpired, "A certificate that expires within the week.",
			enforced(), cert(CertEndsSoon)),
		scenario("ptls-not-yet-valid", taxonomy.PtlsCertNotYetValid, "A certificate that begins in the future.",
			noPolicy(taxonomy.PtlsCertNotYetValid), cert(CertNotYetValid)),
		near("ptls-not-yet-valid-near", taxonomy.PtlsCertNotYetValid, "Outside its dates, but on the other side.",
			noPolicy(taxonomy.PtlsCertExpired), cert(CertExpired)),
		scenario("ptls-self-signed", taxonomy.PtlsCertSelfSigned, "A self-signed certificate.",
			noPolicy(taxonomy.PtlsCertSelfSigned), cert(CertSelfSigned)),
		near("ptls-self-signed-near", taxonomy.PtlsCertSelfSigned, "A private authority sends its self-signed root: the leaf is not self-signed.",
			noPolicy(taxonomy.PtlsCertUntrusted), cert(CertUntrusted)),
		scenario("ptls-untrusted", taxonomy.PtlsCertUntrusted, "A certificate of a private authority.",
			noPolicy(taxonomy.PtlsCertUntrusted), cert(CertUntrusted)),
		near("ptls-untrusted-near", taxonomy.PtlsCertUntrusted, "A trusted root is sent along, which is of no use and no harm.",
			enforced(), cert(CertExtraRoot)),
		scenario("ptls-chain-incomplete", taxonomy.PtlsChainIncomplete, "The intermediate certificate is not sent.",
			noPolicy(taxonomy.PtlsChainIncomplete), cert(CertIncomplete)),
		near("ptls-chain-incomplete-near", taxonomy.PtlsChainIncomplete, "The chain is complete and leads to an unknown root.",
			noPolicy(taxonomy.PtlsCertUntrusted), cert(CertUntrusted)),
		scenario("ptls-no-cert-for-name", taxonomy.PtlsNoCertForName, "The web host says that it does not know the name.",
			noPolicy(taxonomy.PtlsNoCertForName), policyTLS(TLSServer{Alert: alertUnrecognizedName})),
		near("ptls-no-cert-for-name-near", taxonomy.PtlsNoCertForName, "The web host refuses the handshake without giving the name as the reason.",
			noPolicy(taxonomy.PtlsHandshakeOther), policyTLS(TLSServer{Alert: alertHandshakeFailure})),
		scenario("ptls-version-too-old", taxonomy.PtlsVersionTooOld, "The policy host speaks TLS 1.1 at best.",
			noPolicy(taxonomy.PtlsVersionTooOld), policyTLS(TLSServer{MaxVersion: tls.VersionTLS11})),
		near("ptls-version-too-old-near", taxonomy.PtlsVersionTooOld, "The policy host speaks TLS 1.2 at best.",
			enforced(), policyTLS(TLSServer{MaxVersion: tls.VersionTLS12})),
		scenario("ptls-handshake-other", taxonomy.PtlsHandshakeOther, "The policy host answers the ClientHello with bytes that are no TLS.",
			noPolicy(taxonomy.PtlsHandshakeOther), policyTLS(TLSServer{Junk: true})),
		scenario("ptls-handshake-closed", taxonomy.PtlsHandshakeOther, "The policy host closes the connection after the ClientHello.",
			noPolicy(taxonomy.PtlsHandshakeOther), policyTLS(TLSServer{Close: true})),
		near("ptls-handshake-other-near", taxonomy.PtlsHandshakeOther, "The policy host speaks TLS 1.3 and nothing else.",
			enforced(), policyTLS(TLSServer{MinVersion: tls.VersionTLS13, MaxVersion: tls.VersionTLS13})),
	}
}
