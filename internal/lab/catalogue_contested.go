package lab

import (
	"crypto/tls"
	"slices"

	"stscan/internal/taxonomy"
)

// The rulesets of the specification, by the names that they have there.
const (
	RulesetRFC      = "rfc"
	RulesetDeployed = "deployed"
)

// TruthUnder is the truth under one of the two rulesets.
func (s *Scenario) TruthUnder(ruleset string) Truth {
	if ruleset == RulesetDeployed && s.Deployed != nil {
		return *s.Deployed
	}
	return s.Truth
}

// contestedScenarios are of the points in which ruleset deployed passes what
// ruleset rfc refuses (docs/RULESETS.md), beside the plain ones that stand
// under their codes: where a point ends, and what then comes to light.
func contestedScenarios() []Scenario {
	return slices.Concat(contestedRecords(), contestedTransport(), contestedLines(), contestedMXFields(), contestedSessions())
}

func contestedRecords() []Scenario {
	const blank = "v=STSv1 ; id={id};"
	return []Scenario{
		scenario("rec-blank-beside", taxonomy.RecBadSeparator, "A blank between version and semicolon, and a TXT record of another use beside it.",
			brokenRecord(taxonomy.RecBadSeparator, taxonomy.RecForeignTXT), txt("v=spf1 -all", blank),
			leniently(enforced(taxonomy.RecForeignTXT))),
		near("rec-blank-beside-near", taxonomy.RecBadSeparator, "The same beside a record without the blank, which alone counts.",
			enforced(taxonomy.RecForeignTXT), txt(goodRecord, "v=STSv1 ; id=20200101;")),
		scenario("rec-blank-twice", taxonomy.RecBadSeparator, "Two records with the blank: who takes one takes both, and is left with none.",
			brokenRecord(taxonomy.RecBadSeparator), txt(blank, "v=STSv1 ; id=20200101;")),
	}
}

// contestedTransport is of the media type.
func contestedTransport() []Scenario {
	return []Scenario{
		scenario("phttp-content-type-octets", taxonomy.PhttpContentType, "A good policy served as a file to download.",
			noPolicy(taxonomy.PhttpContentType), web(Web{ContentType: "application/octet-stream"}), leniently(enforced())),
		scenario("phttp-content-type-page", taxonomy.PhttpContentType, "A page served as what it is.",
			noPolicy(taxonomy.PhttpContentType, taxonomy.PsynHTML),
			body("<html><body>It works!</body></html>\n"), web(Web{ContentType: "text/html"}), leniently(badPolicy(taxonomy.PsynHTML))),
		scenario("phttp-content-type-and-more", taxonomy.PhttpContentType, "Everything that only a strict reader minds, in one policy.",
			noPolicy(taxonomy.PhttpContentType, taxonomy.PsynBOM, taxonomy.PsynMalformedLine, taxonomy.PsynMaxAgeOverLimit, taxonomy.PsynMXTrailingDot),
			body("\ufeff# policy\nversion : STSv1\n\nmode: enforce\nmx: "+ownHost+".\nmax_age: 99999999\n"), web(Web{ContentType: "text/html"}),
			leniently(enforced())),
	}
}

// contestedLines are of the lines of a policy, but for mx.
func contestedLines() []Scenario {
	const mx = "mx: " + ownHost + "\n"
	malformed := func(name, doc, text string, changes ...change) Scenario {
		return scenario(name, taxonomy.PsynMalformedLine, doc, badPolicy(taxonomy.PsynMalformedLine), append([]change{body(text)}, changes...)...)
	}
	return []Scenario{
		malformed("psyn-line-without-colon", "A line without a colon.", enforceOwn()+"end of policy\n", leniently(enforced())),
		malformed("psyn-blank-before-colon", "A blank before every colon.",
			"version : STSv1\nmode : enforce\nmx : "+ownHost+"\nmax_age\t: 604800\n", leniently(enforced())),
		malformed("psyn-blank-line-testing", "Blank lines between the fields, in mode testing.",
			"version: STSv1\n\nmode: testing\n\n"+mx+"\nmax_age: 604800\n", leniently(reported())),
		malformed("psyn-indented-line", "Indented fields: none of the named points, though some senders take them.",
			"version: STSv1\n  mode: enforce\n  "+mx+"max_age: 604800\n"),
		scenario("psyn-comment-mode-none", taxonomy.PsynMalformedLine, "A comment, in mode none.",
			badPolicy(taxonomy.PsynMalformedLine, taxonomy.PlintModeNone), body("# no more\n"+policyText("none")), leniently(modeNone())),
		scenario("psyn-comments-alone", taxonomy.PsynMalformedLine, "Comments and nothing else.",
			badPolicy(taxonomy.PsynMalformedLine, taxonomy.PsynMissingVersion, taxonomy.PsynMissingMode, taxonomy.PsynMissingMaxAge, taxonomy.PsynMissingMX),
			body("# version: STSv1\n# mode: enforce\n"),
			leniently(badPolicy(taxonomy.PsynMissingVersion, taxonomy.PsynMissingMode, taxonomy.PsynMissingMaxAge, taxonomy.PsynMissingMX))),
		scenario("psyn-comment-expired", taxonomy.PsynMalformedLine, "A comment, and an MX host with an expired certificate.",
			badPolicy(taxonomy.PsynMalformedLine, taxonomy.MxcertExpired), body("# policy\n"+enforceOwn()),
			server(MailServer{TLS: TLSServer{Cert: CertExpired}}), leniently(refusedAll(taxonomy.StatusBrokenMX, taxonomy.MxcertExpired))),
		scenario("psyn-bom-twice", taxonomy.PsynBOM, "Two byte-order marks: the second is part of the first line.",
			badPolicy(taxonomy.PsynBOM, taxonomy.PsynMalformedLine, taxonomy.PsynMissingVersion), body("\ufeff\ufeff"+enforceOwn()),
			leniently(badPolicy(taxonomy.PsynMalformedLine, taxonomy.PsynMissingVersion))),
		scenario("psyn-max-age-ten-digits", taxonomy.PsynMaxAgeOverLimit, "max_age of three hundred years.",
			badPolicy(taxonomy.PsynMaxAgeOverLimit), body("version: STSv1\nmode: enforce\n"+mx+"max_age: 9999999999\n"), leniently(enforced())),
		near("psyn-max-age-eleven-digits", taxonomy.PsynMaxAgeOverLimit, "max_age of more digits than the grammar has, which is no number to be capped.",
			badPolicy(taxonomy.PsynBadMaxAge), body("version: STSv1\nmode: enforce\n"+mx+"max_age: 10000000000\n")),
	}
}

func contestedMXFields() []Scenario {
	return []Scenario{
		scenario("psyn-mx-trailing-dot-wildcard", taxonomy.PsynMXTrailingDot, "A wildcard with a final dot, in mode testing.",
			badPolicy(taxonomy.PsynMXTrailingDot), mxHosts(betaMX()...), body(policyText("testing", "*.beta-mail.test.")), leniently(reported())),
		scenario("psyn-mx-underscore", taxonomy.PsynMXBadDomain, "An MX host with an underscore, listed as it is called.",
			badPolicy(taxonomy.PsynMXBadDomain), mxAt("mx_1.{domain}"), bodyFor("mx_1.{domain}"), leniently(enforced())),
		scenario("psyn-mx-none-good", taxonomy.PsynMXEmail, "Two mx, both bad: nobody has one to go by.",
			badPolicy(taxonomy.PsynMXEmail, taxonomy.PsynMXURL), bodyFor("postmaster@{domain}", "https://"+ownHost+"/")),
		scenario("psyn-mx-bad-and-unlisted", taxonomy.PsynMXBadWildcard, "A bad mx beside a good one, which lists no MX host.",
			badPolicy(taxonomy.PsynMXBadWildcard), mxHosts(gammaMX()...), bodyFor("*", "*.former-mail.test"),
			leniently(refusedAll(taxonomy.StatusBrokenMatch, taxonomy.CauseDomain, taxonomy.MatchNone, taxonomy.PlintMXUnused))),
	}
}

func contestedSessions() []Scenario {
	old := MailServer{TLS: TLSServer{MaxVersion: tls.VersionTLS11}}
	broken := func(codes ...taxonomy.Code) Truth { return refusedAll(taxonomy.StatusBrokenMX, codes...) }
	return []Scenario{
		scenario("mxtls-version-1-0", taxonomy.MxtlsVersionTooOld, "The MX host speaks TLS 1.0 and nothing else.",
			broken(taxonomy.MxtlsVersionTooOld), server(MailServer{TLS: TLSServer{MaxVersion: tls.VersionTLS10}}), leniently(enforced())),
		scenario("mxtls-version-testing", taxonomy.MxtlsVersionTooOld, "The MX host speaks TLS 1.1 at best, in mode testing.",
			truth(taxonomy.StatusBrokenMX, taxonomy.DeliveryReportsOnly, []taxonomy.Code{taxonomy.MxtlsVersionTooOld}),
			server(old), body(policyText("testing", ownHost)), leniently(reported())),
		scenario("mxtls-version-refused", taxonomy.MxtlsVersionTooOld, "The MX host refuses every version that it was offered.",
			broken(taxonomy.MxtlsVersionTooOld), server(MailServer{TLS: TLSServer{Alert: alertProtocolVersion}})),
		scenario("mxtls-version-wrong-name", taxonomy.MxtlsVersionTooOld, "TLS 1.1 at best, and a certificate for another name.",
			broken(taxonomy.MxtlsVersionTooOld, taxonomy.MxcertNameMismatch),
			server(MailServer{TLS: TLSServer{MaxVersion: tls.VersionTLS11, Cert: CertNameMismatch}}),
			leniently(broken(taxonomy.MxcertNameMismatch))),
		scenario("mxtls-version-one-address", taxonomy.MxtlsVersionTooOld, "One of the MX host's two servers speaks TLS 1.1 at best.",
			enforced(taxonomy.MxcertAddrInconsistent, taxonomy.MxtlsVersionTooOld), mxHosts(ownMX(goodServer(), old)), leniently(enforced())),
		scenario("mxtls-version-one-host", taxonomy.MxtlsVersionTooOld, "One of two MX hosts speaks TLS 1.1 at best.",
			atRisk(taxonomy.StatusBrokenMX, taxonomy.MxtlsVersionTooOld),
			besideOwn(MX{Host: "mx2.{domain}", Servers: []MailServer{old}}), leniently(enforced())),
	}
}
