package lab

import (
	"crypto/tls"
	"strconv"
	"strings"
	"time"

	"stscan/internal/taxonomy"
)

// answer is a whole HTTP answer around the policy, with more header fields,
// each with its line end.
func answer(fields string) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n" + fields + "\r\n" + enforceOwn()
}

// headed is the beginning of an answer with a header that has no end yet.
const headed = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"

// rawWeb has the policy host answer with a stream.
func rawWeb(s Stream) change {
	return func(of *Scenario) { of.Policy.Servers[0].HTTP.Raw = s }
}

// rawText has the policy host answer with a text and close.
func rawText(text string) change { return rawWeb(Stream{Head: text, Then: ThenClose}) }

func hostileHTTPS() []Scenario {
	at := func(name, doc string, truth Truth, changes ...change) Scenario {
		return hostile("hostile-https-"+name, doc, truth, changes...)
	}
	notHTTP := noPolicy(taxonomy.PhttpNotHTTP)
	limit := unknown(taxonomy.IncParserLimit)
	late := noPolicy(taxonomy.PtcpTimeout) // in both attempts: evidence
	chunked := headed + "Transfer-Encoding: chunked\r\n\r\n"
	return []Scenario{
		at("endless-header", "A header field without end.", limit, rawWeb(Stream{Head: headed + "X-Endless: ", Repeat: "x"})),
		at("header-bomb", "Header fields without end.", limit, rawWeb(Stream{Head: headed, Repeat: "X-More: and more\r\n"})),
		at("header-folds", "A header field of folded lines without end.", limit, rawWeb(Stream{Head: headed + "X-Fold: x\r\n", Repeat: " x\r\n"})),
		at("endless-status", "A status line without end.", limit, rawWeb(Stream{Head: "HTTP/1.1 200 ", Repeat: "OK"})),
		at("dripping-header", "A header of one byte a second.", late,
			rawWeb(Stream{Head: headed + "X-Slow: ", Repeat: "x", Pause: byteEvery}), slow),
		at("dripping-body", "A body of one byte a second, without end.", late,
			rawWeb(Stream{Head: headed + "\r\n" + "version: STSv1\n", Repeat: "x", Pause: byteEvery}), slow),
		at("slow-body", "A policy that ends after twenty seconds: slow, not broken.",
			enforced(taxonomy.PlintDuplicateField, taxonomy.PlintUnknownField),
			rawWeb(Stream{Head: answer(""), Repeat: "x-late: yes\n", Times: 4, Pause: 5 * time.Second, Then: ThenClose}), slow),
		at("silent", "No answer to the request.", late, rawWeb(Stream{Then: ThenHold}), slow),
		at("closed", "The end in place of an answer.", noPolicy(taxonomy.PhttpTruncated), rawText("")),
		at("gzip-bomb", "A megabyte of zeros in a compressed kilobyte that nobody asked for.", noPolicyText(),
			rawText(headed+"Content-Encoding: gzip\r\n\r\n"+gzipZeros(1<<20))),
		at("length-too-big", "More is announced than comes.", noPolicy(taxonomy.PhttpTruncated),
			rawText(answer("Content-Length: 60000\r\n"))),
		at("length-beyond-64-bits", "A length of a hundred digits.", notHTTP,
			rawText(answer("Content-Length: "+strings.Repeat("9", 100)+"\r\n"))),
		at("length-too-small", "The announced length ends behind the second line of the policy.",
			badPolicy(taxonomy.PsynMissingMaxAge, taxonomy.PsynMissingMX),
			rawText(answer("Content-Length: 29\r\n"))),
		at("length-negative", "A negative length.", notHTTP, rawText(answer("Content-Length: -1\r\n"))),
		at("length-twice", "Two lengths that differ.", notHTTP, rawText(answer("Content-Length: 10\r\nContent-Length: 20\r\n"))),
		at("giant-chunk", "A chunk of more bytes than 64 bits can count.", notHTTP,
			rawText(chunked+strings.Repeat("F", 20)+"\r\n"+enforceOwn())),
		at("negative-chunk", "A chunk of negative length.", notHTTP, rawText(chunked+"-5\r\nhello\r\n0\r\n\r\n")),
		at("chunk-extensions", "Chunks of one byte with extensions of 2 KiB, which a recipient must ignore (RFC 9112 section 7.1.1).", limit,
			rawWeb(Stream{Head: chunked, Repeat: "1;" + strings.Repeat("x", 2<<10) + "\r\nv\r\n"})),
		at("endless-chunk-line", "A chunk line without end.", limit, rawWeb(Stream{Head: chunked + "1;", Repeat: "x"})),
		at("chunk-bomb", "Chunks of one byte without end.", noPolicy(taxonomy.PhttpTooLarge),
			rawWeb(Stream{Head: chunked, Repeat: "400\r\n" + strings.Repeat("x", 1024) + "\r\n"})),
		at("odd-coding", "A transfer coding that nobody asked for.", notHTTP,
			rawText(headed+"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")),
		at("http2", "The preface of HTTP/2, which we did not offer.", notHTTP,
			rawText("\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00\x04\x00\x01\x00\x00\x00\x05\x00\xff\xff\xff")),
		at("http2-in-words", "A status line of HTTP/2.", notHTTP, rawText("HTTP/2.0 200 OK\r\n\r\n"+enforceOwn())),
		at("http-0-9", "The policy alone, as in HTTP/0.9.", notHTTP, rawText(enforceOwn())),
		at("interim-flood", "Interim responses without end.", limit, rawWeb(Stream{Repeat: "HTTP/1.1 100 Continue\r\n\r\n"})),
		at("switching", "Status 101: from now on something else is spoken.", noPolicy(taxonomy.PhttpOtherStatus),
			rawWeb(Stream{Head: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\n\r\n", Repeat: "evil"})),
		at("status-99", "A status below all classes.", notHTTP, rawText("HTTP/1.1 099 Odd\r\n\r\n")),
		at("status-words", "A status in words.", notHTTP, rawText("HTTP/1.1 OK\r\n\r\n")),
		at("terminal-reason", "Status 404 for a reason full of control characters.", noPolicy(taxonomy.Phttp404),
			rawText("HTTP/1.1 404 "+terminal+"\r\nContent-Length: 0\r\n\r\n")),
		at("terminal-field", "A media type with an escape sequence behind it, which no field may hold (RFC 9110 section 5.5).", notHTTP,
			rawText("HTTP/1.1 200 OK\r\nContent-Type: text/plain\x1b[31m\r\nConnection: close\r\n\r\n"+enforceOwn())),
		at("redirect-loop", "A redirect to itself.", noPolicy(taxonomy.PhttpRedirect),
			web(Web{Status: 302, Location: "https://mta-sts.{domain}/.well-known/mta-sts.txt"})),
		at("redirect-inside", "A redirect to the metadata service of a cloud.", noPolicy(taxonomy.PhttpRedirect),
			web(Web{Status: 307, Location: "http://169.254.169.254/latest/meta-data/"})),
		at("redirect-file", "A redirect to a file, with a name that turns its own direction.", noPolicy(taxonomy.PhttpRedirect),
			rawText("HTTP/1.1 301 Moved\r\nLocation: file:///etc/\u202egnp.exe\u2066\xff\r\nContent-Length: 0\r\n\r\n")),
		at("portal", "The login page of a captive portal, with status 200.", noPolicy(taxonomy.PhttpContentType, taxonomy.PsynHTML),
			web(Web{ContentType: "text/html"}), body("<!DOCTYPE html><html><title>Please log in</title></html>\n"),
			leniently(badPolicy(taxonomy.PsynHTML))),
		at("portal-as-text", "The same, called plain text.", badPolicy(taxonomy.PsynHTML),
			body("<!DOCTYPE html><html><title>Please log in</title></html>\n")),
		at("endless-tail", "A whole policy of the announced length, and more without end behind it: nobody reads on.", enforced(),
			mxHosts(gammaMX()...), rawWeb(Stream{Repeat: "mx: *.evil.test\n",
				Head: headed + "Content-Length: " + strconv.Itoa(len(policyText("enforce", gammaHost))) + "\r\n\r\n" + policyText("enforce", gammaHost)})),
		at("answer-of-two", "A second answer behind the first, which stands for another request.", enforced(),
			mxHosts(gammaMX()...), rawText(headed+"Content-Length: "+strconv.Itoa(len(policyText("enforce", gammaHost)))+"\r\n\r\n"+
				policyText("enforce", gammaHost)+"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")),
		at("many-slow-addresses", "Four addresses, at none of which the header ends: they have a minute together.",
			unknown(taxonomy.IncBudgetExhausted, taxonomy.PtcpTimeout), slow, policyPlaces(PlaceOpen, PlaceOpen, PlaceOpen, PlaceOpen),
			func(s *Scenario) {
				for i := range s.Policy.Servers {
					s.Policy.Servers[i].HTTP.Raw = Stream{Then: ThenHold}
				}
			}),
		at("second-address", "A header without end at the first address, the policy at the second: a sender goes on to it.",
			enforced(taxonomy.IncParserLimit), policyPlaces(PlaceOpen, PlaceOpen),
			rawWeb(Stream{Head: headed, Repeat: "X-More: and more\r\n"})),
	}
}

func hostileHTTPSTLS() []Scenario {
	at := func(name, doc string, truth Truth, t TLSServer, more ...change) Scenario {
		return hostile("hostile-https-"+name, doc, truth, append([]change{policyTLS(t)}, more...)...)
	}
	failed := noPolicy(taxonomy.PtlsHandshakeOther)
	limit := unknown(taxonomy.IncParserLimit)
	late := noPolicy(taxonomy.PtcpTimeout)
	raw := func(s Stream) TLSServer { return TLSServer{Raw: s} }
	shows := func(c Cert) TLSServer { return TLSServer{Cert: c} }
	return []Scenario{
		at("tls-plain-http", "HTTP without TLS.", failed, raw(Stream{Head: "HTTP/1.1 400 Bad Request\r\n\r\n"})),
		at("tls-warnings", "Warnings without end in place of a ServerHello.", failed, raw(Stream{Repeat: tlsWarning})),
		at("tls-empty-records", "Empty records without end in place of a ServerHello.", failed, raw(Stream{Repeat: tlsEmpty})),
		at("tls-renegotiation", "Requests to begin again without end in place of a ServerHello.", failed, raw(Stream{Repeat: tlsHelloAgain})),
		at("tls-long-record", "A record longer than TLS has any.", failed, raw(Stream{Head: tlsTooLong, Repeat: "x"})),
		at("tls-giant-message", "A ServerHello of 16 MiB.", limit, raw(Stream{Head: tlsGiant, Repeat: tlsGiant})),
		at("tls-trickle", "A ServerHello of one byte a second.", late, raw(Stream{Head: tlsTrickle, Repeat: "\x00", Pause: byteEvery}), slow),
		at("tls-slow-handshake", "A good handshake of four bytes a second.", late, TLSServer{Trickle: byteEvery / 4}, slow),
		at("tls-late-alert", "The server insists on a client's certificate.", failed, TLSServer{ClientCert: true}),
		at("tls-late-alert-12", "The same in TLS 1.2.", failed, TLSServer{ClientCert: true, MaxVersion: tls.VersionTLS12}),
		at("cert-huge-chain", "A good certificate, and 130 KB of others.", limit, shows(CertHugeChain)),
		at("cert-long-chain", "A good certificate, and a hundred others behind it.", enforced(), shows(CertLongChain)),
		at("cert-buried-issuer", "A good certificate whose issuer comes behind a hundred others.", limit, shows(CertBuriedIssuer)),
		at("cert-many-names", "A certificate for 10,000 names.", limit, shows(CertManyNames)),
		at("cert-some-names", "A certificate for 2,000 names.", enforced(), shows(CertSomeNames)),
		at("cert-garbage", "Bytes that are no certificate.", limit, shows(CertGarbage)),
		at("cert-negative-serial", "A certificate with a negative serial number.", enforced(), shows(CertNegativeSerial)),
		at("cert-issuer-loop", "A certificate of two authorities that issued each other.", noPolicy(taxonomy.PtlsCertUntrusted), shows(CertIssuerLoop)),
		at("cert-decoys", "A certificate with thirty possible issuers.", noPolicy(taxonomy.PtlsCertUntrusted), shows(CertDecoys)),
	}
}
