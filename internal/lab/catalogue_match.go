package lab

import "stscan/internal/taxonomy"

// matchScenarios use hosts of operators: their registrable domain is the same
// for every name, whatever the list under scan holds.
func matchScenarios() []Scenario {
	// unlisted is a policy that lists nothing of what the domain has.
	unlisted := func(causes ...taxonomy.Code) Truth {
		return refusedAll(taxonomy.StatusBrokenMatch, append(causes, taxonomy.MatchNone, taxonomy.PlintMXUnused)...)
	}
	// beside: the right pattern stands beside the wrong one, so nothing is amiss.
	beside := func(name string, code taxonomy.Code, doc, wrong string) Scenario {
		return near(name, code, doc, enforced(taxonomy.PlintMXUnused), mxHosts(gammaMX()...), bodyFor(wrong, gammaHost))
	}
	return []Scenario{
		scenario("match-none", taxonomy.MatchNone, "The policy lists the mail operator of old.",
			unlisted(taxonomy.CauseDomain), mxHosts(gammaMX()...), bodyFor("mx1.former-mail.test")),
		near("match-none-near", taxonomy.MatchNone, "The pattern is written in capitals.",
			enforced(), mxHosts(gammaMX()...), bodyFor("IN.GAMMA-MAIL.TEST")),
		scenario("match-partial", taxonomy.MatchPartial, "Two mail operators, of which the policy lists one.",
			atRisk(taxonomy.StatusBrokenMatch, taxonomy.CauseDomain, taxonomy.MatchPartial),
			mxHosts(append(gammaMX(), betaMX()[0])...), bodyFor(gammaHost)),
		near("match-partial-near", taxonomy.MatchPartial, "Two mail operators, both listed.",
			enforced(), mxHosts(append(gammaMX(), betaMX()[0])...), bodyFor(gammaHost, "*.beta-mail.test")),
		scenario("cause-tld", taxonomy.CauseTLD, "The right labels under another top-level domain.",
			unlisted(taxonomy.CauseTLD), mxHosts(gammaMX()...), bodyFor("in.gamma-mail.example")),
		beside("cause-tld-near", taxonomy.CauseTLD, "The other top-level domain beside the right one.", "in.gamma-mail.example"),
		scenario("cause-domain", taxonomy.CauseDomain, "Another domain under the same top-level domain.",
			unlisted(taxonomy.CauseDomain), mxHosts(gammaMX()...), bodyFor("*.former-mail.test")),
		beside("cause-domain-near", taxonomy.CauseDomain, "The other domain beside the right one.", "*.former-mail.test"),
		scenario("cause-3ld-plus", taxonomy.Cause3LDPlus, "The right registrable domain and another host in it.",
			unlisted(taxonomy.Cause3LDPlus), mxHosts(gammaMX()...), bodyFor("outbound-relay.gamma-mail.test")),
		beside("cause-3ld-plus-near", taxonomy.Cause3LDPlus, "The other host beside the right one.", "outbound-relay.gamma-mail.test"),
		scenario("cause-typo", taxonomy.CauseTypo, "Two letters changed places.",
			unlisted(taxonomy.CauseTypo), mxHosts(gammaMX()...), bodyFor("in.gamam-mail.test")),
		beside("cause-typo-near", taxonomy.CauseTypo, "The misspelt host beside the right one.", "in.gamam-mail.test"),
		scenario("cause-multi-label-wildcard", taxonomy.CauseMultiLabelWildcard, "A wildcard that would have to stand for two labels.",
			unlisted(taxonomy.CauseMultiLabelWildcard), mxAt("mx1.eu.delta-mail.test"), bodyFor("*.delta-mail.test")),
		near("cause-multi-label-wildcard-near", taxonomy.CauseMultiLabelWildcard, "The wildcard stands for one label.",
			enforced(), mxAt("mx1.eu.delta-mail.test"), bodyFor("*.eu.delta-mail.test")),
		scenario("cause-mta-sts-label", taxonomy.CauseMTASTSLabel, "The policy host is listed instead of the MX host.",
			unlisted(taxonomy.Cause3LDPlus, taxonomy.CauseMTASTSLabel), mxHosts(gammaMX()...), bodyFor("mta-sts.gamma-mail.test")),
		beside("cause-mta-sts-label-near", taxonomy.CauseMTASTSLabel, "The policy host is listed beside the MX host.", "mta-sts.{domain}"),
	}
}
