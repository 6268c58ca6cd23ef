package lab

import "stscan/internal/taxonomy"

func policyDNSScenarios() []Scenario {
	return []Scenario{
		scenario("phost-nxdomain", taxonomy.PhostNXDomain, "A record, and no policy host.",
			noPolicy(taxonomy.PhostNXDomain), policyHost(PolicyHost{Fault: DNSNXDomain})),
		near("phost-nxdomain-near", taxonomy.PhostNXDomain, "The policy host is an alias of an alias of a host with an address.",
			enforced(), policyHost(PolicyHost{CNAME: []string{"www.{domain}", "{domain}.edge.gamma-sts.test"},
				Servers: []WebServer{{HTTP: Web{Body: enforceOwn()}}}})),
		scenario("phost-nodata", taxonomy.PhostNoData, "The policy host exists, without an address.",
			noPolicy(taxonomy.PhostNoData), policyHost(PolicyHost{Fault: DNSNoData})),
		near("phost-nodata-near", taxonomy.PhostNoData, "The policy host has only IPv6 addresses.",
			enforced(), memory, policyPlaces(PlaceIPv6)),
		near("phost-nodata-near-udp", taxonomy.PhostNoData, "The policy host's addresses come only over TCP.",
			enforced(), policyHost(PolicyHost{Fault: DNSTruncate, Servers: []WebServer{{HTTP: Web{Body: enforceOwn()}}}})),
		scenario("phost-cname-dangling", taxonomy.PhostCNAMEDangling, "The policy host is delegated to an operator who has dropped the customer.",
			noPolicy(taxonomy.PhostCNAMEDangling),
			policyHost(PolicyHost{CNAME: []string{"{domain}.host.gone-sts.test"}, Fault: DNSNXDomain})),
		near("phost-cname-dangling-near", taxonomy.PhostCNAMEDangling, "The policy host is delegated to an operator who serves it.",
			enforced(), policyHost(PolicyHost{CNAME: []string{"{domain}.host.gamma-sts.test"},
				Servers: []WebServer{{HTTP: Web{Body: enforceOwn()}}}})),
		scenario("phost-cname-loop", taxonomy.PhostCNAMELoop, "The policy host is an alias that leads back to itself.",
			noPolicy(taxonomy.PhostCNAMELoop),
			policyHost(PolicyHost{CNAME: []string{"loop.{domain}"}, Fault: DNSLoop})),
		near("phost-cname-loop-near", taxonomy.PhostCNAMELoop, "A long chain of aliases that ends well.",
			enforced(), policyHost(PolicyHost{
				CNAME: []string{"a1.sts.{domain}", "a2.sts.{domain}", "a3.sts.{domain}", "a4.sts.{domain}",
					"a5.sts.{domain}", "a6.sts.{domain}"},
				Servers: []WebServer{{HTTP: Web{Body: enforceOwn()}}}})),
		scenario("phost-special-address", taxonomy.PhostSpecialAddress, "The only address of the policy host is of a special-purpose block.",
			noPolicy(taxonomy.PhostSpecialAddress), policyPlaces(PlaceSpecial)),
		near("phost-special-address-near", taxonomy.PhostSpecialAddress, "A special-purpose address beside a good one.",
			enforced(), policyPlaces(PlaceSpecial, PlaceOpen)),
		scenario("phost-dnssec-bogus", taxonomy.PhostDNSSECBogus, "The addresses of the policy host fail DNSSEC validation.",
			noPolicy(taxonomy.PhostDNSSECBogus),
			policyHost(PolicyHost{Fault: DNSBogus, Servers: []WebServer{{HTTP: Web{Body: enforceOwn()}}}})),
		near("phost-dnssec-bogus-near", taxonomy.PhostDNSSECBogus, "SERVFAIL at the policy host, with checking disabled, too.",
			unknown(taxonomy.IncDNSServFail), policyHost(PolicyHost{Fault: DNSServFail})),
	}
}

func policyTCPScenarios() []Scenario {
	return []Scenario{
		scenario("ptcp-refused", taxonomy.PtcpRefused, "Nothing listens at the policy host.",
			noPolicy(taxonomy.PtcpRefused), policyPlaces(PlaceRefused)),
		near("ptcp-refused-near", taxonomy.PtcpRefused, "A server at the first address, nothing listens at the second.",
			enforced(), policyPlaces(PlaceOpen, PlaceRefused)),
		scenario("ptcp-refused-first", taxonomy.PtcpRefused, "Nothing listens at the first address, a server at the second: a sender goes on to it.",
			enforced(taxonomy.PtcpRefused), policyPlaces(PlaceRefused, PlaceOpen)),
		scenario("ptcp-timeout", taxonomy.PtcpTimeout, "The policy host's address never answers, in neither attempt.",
			noPolicy(taxonomy.PtcpTimeout), policyPlaces(PlaceBlackhole)),
		near("ptcp-timeout-near", taxonomy.PtcpTimeout, "A server at the first address, the second would never answer.",
			enforced(), policyPlaces(PlaceOpen, PlaceBlackhole)),
		scenario("ptcp-unreachable", taxonomy.PtcpUnreachable, "A router says that the policy host cannot be reached.",
			noPolicy(taxonomy.PtcpUnreachable), memory, policyPlaces(PlaceUnreachable)),
		near("ptcp-unreachable-near", taxonomy.PtcpUnreachable, "A server at the first address, the second cannot be reached.",
			enforced(), memory, policyPlaces(PlaceOpen, PlaceUnreachable)),
		scenario("ptcp-reset", taxonomy.PtcpReset, "The policy host resets every connection.",
			noPolicy(taxonomy.PtcpReset), policyPlaces(PlaceReset)),
		near("ptcp-reset-near", taxonomy.PtcpReset, "A server at the first address, the second resets every connection.",
			enforced(), policyPlaces(PlaceOpen, PlaceReset)),
	}
}
