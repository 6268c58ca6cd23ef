package lab

import (
	"crypto/tls"
	"strings"
	"time"

	"stscan/internal/taxonomy"
)

// terminal is text that moves cursors, sets titles and turns the direction of
// what follows, with bytes that are no UTF-8.
const terminal = "\x1b[2J\x1b]0;owned\x07\x00\u202egnp.exe\u2066\x9b31m\xff\xfe"

// Records of TLS (RFC 8446 section 5.1) and messages in them (section 4), as bytes.
const (
	tlsWarning    = "\x15\x03\x03\x00\x02\x01\x5a"         // an alert of level warning: user_canceled
	tlsEmpty      = "\x16\x03\x03\x00\x00"                 // a record of no handshake message
	tlsHelloAgain = "\x16\x03\x03\x00\x04\x00\x00\x00\x00" // HelloRequest (RFC 5246 section 7.4.1.1)
	tlsTooLong    = "\x16\x03\x03\xff\xff"                 // a record longer than there may be
	tlsGiant      = "\x16\x03\x03\x00\x04\x02\xff\xff\xff" // begins a ServerHello of 16 MiB
	tlsTrickle    = "\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" // begins one of 16 KiB
)

const (
	longGreeting = 10 << 20    // bytes: far more than anybody reads
	byteEvery    = time.Second // of servers that drip: a whole policy or handshake takes minutes
)

func hostileSMTP() []Scenario {
	// untold is a server of which nothing could be told.
	untold := func(name, doc string, code taxonomy.Code, m MailServer, more ...change) Scenario {
		return hostile("hostile-smtp-"+name, doc, unknown(code), append([]change{server(m)}, more...)...)
	}
	fine := func(name, doc string, m MailServer, more ...change) Scenario {
		return hostile("hostile-smtp-"+name, doc, enforced(), append([]change{server(m)}, more...)...)
	}
	greets := func(s Stream) MailServer { return MailServer{RawGreeting: s} }
	says := func(text string) MailServer { return greets(Stream{Head: text}) }
	ehlo := func(s Stream) MailServer { return MailServer{RawEHLO: s} }
	return []Scenario{
		untold("endless-greeting", "A greeting without end, in one line.", taxonomy.IncParserLimit,
			greets(Stream{Head: "220 ", Repeat: "welcome "})),
		untold("long-greeting", "A greeting of 10 MB, in one line.", taxonomy.IncParserLimit,
			greets(Stream{Head: "220 ", Repeat: "x", Times: longGreeting})),
		untold("endless-greeting-lines", "A greeting of lines without end.", taxonomy.IncParserLimit,
			greets(Stream{Repeat: "220-welcome\r\n"})),
		untold("dripping-greeting", "A greeting of one byte a second, without end.", taxonomy.IncBannerTimeout,
			greets(Stream{Head: "220 ", Drip: byteEvery, Repeat: ".", Pause: byteEvery}), slow),
		fine("slow-greeting", "A greeting of one byte a second, with an end: slow, not broken.",
			greets(Stream{Head: "220 slow.lab.test ESMTP\r\n", Drip: byteEvery}), slow),
		untold("greeting-without-lf", "A greeting that ends in CR alone.", taxonomy.IncBannerTimeout,
			greets(Stream{Head: "220 mail.lab.test ESMTP\r", Then: ThenHold}), slow),
		fine("greeting-bare-lf", "A greeting that ends in LF alone.", says("220 mail.lab.test ESMTP\n")),
		fine("terminal-greeting", "A greeting full of control characters and what is no UTF-8.",
			says("220 "+terminal+"\r\n")),
		untold("greeting-behind-nul", "A NUL before the greeting.", taxonomy.SmtpNotSMTP, says("\x00220 mail.lab.test\r\n")),
		untold("greeting-999", "A greeting with a code that does not exist.", taxonomy.SmtpNotSMTP, says("999 hello\r\n")),
		untold("greeting-two-codes", "A greeting that welcomes, and in its last line turns away.", taxonomy.IncBlockedReputation,
			says("220-welcome\r\n554 5.7.1 go away\r\n")),
		untold("talks-ahead", "Greeting and a made-up EHLO reply in one breath.", taxonomy.SmtpNotSMTP,
			says("220 mail.lab.test ESMTP\r\n250-mail.lab.test\r\n250 STARTTLS\r\n")),
		untold("greeting-and-silence", "A line of the greeting, then nothing.", taxonomy.IncBannerTimeout,
			greets(Stream{Head: "220-wait\r\n", Then: ThenHold}), slow),
		untold("endless-ehlo", "An EHLO reply without end.", taxonomy.IncParserLimit,
			ehlo(Stream{Head: "250-mail.lab.test\r\n250-STARTTLS\r\n", Repeat: "250-X-MORE\r\n"})),
		untold("fat-ehlo", "An EHLO reply of a hundred lines of 2,000 bytes.", taxonomy.IncParserLimit,
			ehlo(Stream{Head: "250-mail.lab.test\r\n", Repeat: "250-" + strings.Repeat("X", 2000) + "\r\n", Times: 100})),
		untold("silent-ehlo", "No reply to EHLO.", taxonomy.IncBannerTimeout, ehlo(Stream{Then: ThenHold}), slow),
		untold("slow-ehlo", "A line of the EHLO reply every seven seconds, without end.", taxonomy.IncBannerTimeout,
			ehlo(Stream{Repeat: "250-X-WAIT\r\n", Pause: 7 * time.Second}), slow),
		fine("terminal-ehlo", "An EHLO reply full of control characters, and with STARTTLS.",
			ehlo(Stream{Head: "250-" + terminal + "\r\n250-X" + terminal + "\r\n250 STARTTLS\r\n"})),
		hostile("hostile-smtp-starttls-as-name", "A server that calls itself STARTTLS and does not offer it.",
			refusedAll(taxonomy.StatusBrokenMX, taxonomy.SmtpStartTLSAbsent),
			server(ehlo(Stream{Head: "250-STARTTLS STARTTLS\r\n250 XSTARTTLS\r\n"}))),
		untold("ehlo-without-space", "An EHLO reply that is none.", taxonomy.SmtpNotSMTP,
			ehlo(Stream{Head: "250STARTTLS\r\n"})),
		untold("ehlo-421", "EHLO is answered with 421.", taxonomy.IncRateLimited,
			ehlo(Stream{Head: "421 4.3.2 closing\r\n", Then: ThenClose})),
		hostile("hostile-smtp-tarpits", "Twenty addresses at five MX hosts, none of which ever greets: they have ten minutes together.",
			unknown(taxonomy.IncBannerTimeout, taxonomy.IncBudgetExhausted), slow, memory, tarpits(5, 4), bodyFor("*.{domain}")),
		untold("ehlo-closed", "The connection ends in the middle of the EHLO reply.", taxonomy.IncClosedEarly,
			ehlo(Stream{Head: "250-mail.lab.test\r\n250-STAR", Then: ThenClose})),
	}
}

// tarpits are n MX hosts with as many addresses each, all of which are silent.
func tarpits(n, addrs int) change {
	servers := make([]MailServer, addrs)
	for i := range servers {
		servers[i] = MailServer{Place: PlaceIPv6, Silent: true}
	}
	var all []MX
	for _, host := range numbered("tar%d.{domain}", n) {
		all = append(all, MX{Host: host, Preference: 10, Servers: servers})
	}
	return mxHosts(all...)
}

func hostileSMTPTLS() []Scenario {
	noTLS := func(code taxonomy.Code) Truth { return refusedAll(taxonomy.StatusBrokenMX, code) }
	at := func(name, doc string, truth Truth, m MailServer, more ...change) Scenario {
		return hostile("hostile-smtp-"+name, doc, truth, append([]change{server(m)}, more...)...)
	}
	go220 := func(s Stream) MailServer {
		s.Head = "220 go ahead\r\n" + s.Head
		return MailServer{RawStartTLS: s}
	}
	raw := func(s Stream) MailServer { return MailServer{TLS: TLSServer{Raw: s}} }
	shows := func(c Cert) MailServer { return MailServer{TLS: TLSServer{Cert: c}} }
	return []Scenario{
		at("injection", "Plaintext in the same segment as the 220: who keeps it is led to believe it came by TLS.",
			noTLS(taxonomy.MxtlsHandshakeFailed), MailServer{Inject: true}),
		at("plaintext-after-220", "220 to STARTTLS, and then plaintext as if nothing had been said.",
			noTLS(taxonomy.MxtlsHandshakeFailed), go220(Stream{Repeat: "250 ok\r\n", Times: 3, Pause: byteEvery, Then: ThenClose})),
		at("closed-after-220", "220 to STARTTLS, and the end.",
			noTLS(taxonomy.MxtlsHandshakeFailed), go220(Stream{Then: ThenClose})),
		at("silence-after-220", "220 to STARTTLS, and silence.",
			unknown(taxonomy.IncTLSTimeout), go220(Stream{Then: ThenHold}), slow),
		at("endless-starttls", "A reply to STARTTLS without end.",
			unknown(taxonomy.IncParserLimit), MailServer{RawStartTLS: Stream{Repeat: "220-soon\r\n"}}),
		at("odd-starttls", "A reply to STARTTLS that is none.",
			unknown(taxonomy.SmtpNotSMTP), MailServer{RawStartTLS: Stream{Head: "2x0 go\r\n", Then: ThenClose}}),
		at("tls-warnings", "Warnings without end in place of a ServerHello.",
			noTLS(taxonomy.MxtlsHandshakeFailed), raw(Stream{Repeat: tlsWarning})),
		at("tls-empty-records", "Empty records without end in place of a ServerHello.",
			noTLS(taxonomy.MxtlsHandshakeFailed), raw(Stream{Repeat: tlsEmpty})),
		at("tls-renegotiation", "Requests to begin again without end in place of a ServerHello.",
			noTLS(taxonomy.MxtlsHandshakeFailed), raw(Stream{Repeat: tlsHelloAgain})),
		at("tls-long-record", "A record longer than TLS has any.",
			noTLS(taxonomy.MxtlsHandshakeFailed), raw(Stream{Head: tlsTooLong, Repeat: "x"})),
		at("tls-giant-message", "A ServerHello of 16 MiB.",
			unknown(taxonomy.IncParserLimit), raw(Stream{Head: tlsGiant, Repeat: tlsGiant})),
		at("tls-trickle", "A ServerHello of one byte a second.",
			unknown(taxonomy.IncTLSTimeout), raw(Stream{Head: tlsTrickle, Repeat: "\x00", Pause: byteEvery}), slow),
		at("tls-slow-handshake", "A good handshake of four bytes a second.",
			unknown(taxonomy.IncTLSTimeout), MailServer{TLS: TLSServer{Trickle: byteEvery / 4}}, slow),
		at("tls-late-alert", "The server insists on a client's certificate: its alert comes when the client has finished.",
			noTLS(taxonomy.MxtlsHandshakeFailed), MailServer{TLS: TLSServer{ClientCert: true}}),
		at("tls-late-alert-12", "The same in TLS 1.2, where the alert comes before the end.",
			noTLS(taxonomy.MxtlsHandshakeFailed), MailServer{TLS: TLSServer{ClientCert: true, MaxVersion: tls.VersionTLS12}}),
		at("talks-inside", "Once TLS is up the server talks without end.",
			enforced(), MailServer{RawSecure: Stream{Repeat: "250-" + terminal + "\r\n"}}),
		at("quiet-inside", "Once TLS is up the server never says a word, not even to QUIT.",
			enforced(), MailServer{RawSecure: Stream{Then: ThenHold}}, slow),
		at("cert-huge-chain", "A good certificate, and 130 KB of others.",
			unknown(taxonomy.IncParserLimit), shows(CertHugeChain)),
		at("cert-long-chain", "A good certificate, and a hundred others behind it.", enforced(), shows(CertLongChain)),
		at("cert-buried-issuer", "A good certificate whose issuer comes behind a hundred others.",
			unknown(taxonomy.IncParserLimit), shows(CertBuriedIssuer)),
		at("cert-many-names", "A certificate for 10,000 names.", unknown(taxonomy.IncParserLimit), shows(CertManyNames)),
		at("cert-some-names", "A certificate for 2,000 names.", enforced(), shows(CertSomeNames)),
		at("cert-garbage", "Bytes that are no certificate.", unknown(taxonomy.IncParserLimit), shows(CertGarbage)),
		at("cert-negative-serial", "A certificate with a negative serial number, which users should handle gracefully (RFC 5280 section 4.1.2.2).",
			enforced(), shows(CertNegativeSerial)),
		at("cert-issuer-loop", "A certificate of two authorities that issued each other.",
			noTLS(taxonomy.MxcertUntrusted), shows(CertIssuerLoop)),
		at("cert-decoys", "A certificate with thirty possible issuers, none of which leads anywhere.",
			noTLS(taxonomy.MxcertUntrusted), shows(CertDecoys)),
	}
}
