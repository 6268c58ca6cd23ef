package lab

import (
	"strings"

	"stscan/internal/taxonomy"
)

// inside are addresses that lead a careless scanner to itself or its network.
var inside = []struct {
	addr     string
	loopback bool // refused on loopback too, where a scan may contact special addresses
}{
	{"0.0.0.0", true}, {"255.255.255.255", true}, {"224.0.0.1", true}, {"::", true}, {"ff02::1", true}, {"::ffff:0.0.0.0", true},
	{"127.0.0.1", false}, {"10.0.0.1", false}, {"172.16.0.1", false}, {"192.168.1.1", false}, {"100.64.0.1", false},
	{"169.254.169.254", false}, {"::1", false}, {"::ffff:127.0.0.1", false}, {"::127.0.0.1", false}, {"64:ff9b::7f00:1", false},
	{"64:ff9b:1::a00:1", false}, {"2002:7f00:1::", false}, {"fe80::1", false}, {"fc00::1", false}, {"2001:db8::1", false},
}

// hostileNames lead inside: names with addresses of the inside, aliases of
// names of the inside.
func hostileNames() []Scenario {
	var all []Scenario
	for _, a := range inside {
		label := strings.Trim(strings.NewReplacer(".", "-", ":", "-").Replace(strings.ReplaceAll(a.addr, "::", "-0-")), "-")
		policy := hostile("hostile-inside-policy-"+label, "The policy host is at "+a.addr+".",
			noPolicy(taxonomy.PhostSpecialAddress), policyPlaces(Place(a.addr)))
		mail := hostile("hostile-inside-mx-"+label, "The only MX host is at "+a.addr+".",
			noMail(taxonomy.MxdnsSpecialAddress), server(MailServer{Place: Place(a.addr)}))
		policy.Memory, mail.Memory = !a.loopback, !a.loopback
		all = append(all, policy, mail)
	}
	many := []Place{"0.0.0.1", "0.0.0.2", "0.0.0.3", "0.0.0.4", "0.0.0.5", "0.0.0.6", "0.0.0.7", "0.0.0.8"}
	crowd := make([]MailServer, 0, maxSlots)
	for _, p := range many {
		crowd = append(crowd, MailServer{Place: p})
	}
	return append(all,
		hostile("hostile-inside-many-policy", "Eight addresses of the inside before the policy host's own.",
			enforced(), policyPlaces(append(many, PlaceOpen)...)),
		hostile("hostile-inside-many-mx", "Eight addresses of the inside before the MX host's own.",
			enforced(), mxHosts(ownMX(append(crowd, goodServer())...))),
		hostile("hostile-inside-policy-localhost", "The policy host is an alias of localhost.",
			noPolicy(taxonomy.PhostSpecialAddress), memory,
			policyHost(PolicyHost{CNAME: []string{"localhost"}, Servers: []WebServer{{Place: "127.0.0.1"}}})),
		hostile("hostile-inside-mx-localhost", "The MX host is an alias of localhost.",
			noMail(taxonomy.MxdnsCNAME, taxonomy.MxdnsSpecialAddress), memory,
			mxHosts(MX{Host: ownHost, Preference: 10, CNAME: []string{"localhost"}, Servers: []MailServer{{Place: "127.0.0.1"}}})),
		hostile("hostile-inside-policy-intranet", "The policy host is an alias of a name that only an inside has.",
			noPolicy(taxonomy.PhostCNAMEDangling),
			policyHost(PolicyHost{CNAME: []string{"intranet.corp.invalid"}, Fault: DNSNXDomain})),
		hostile("hostile-inside-mx-intranet", "The MX host is a name that only an inside has.",
			noMail(taxonomy.MxdnsNXDomain), bodyFor("mail.corp.invalid"),
			mxHosts(MX{Host: "mail.corp.invalid", Preference: 10, Fault: DNSNXDomain})),
		hostile("hostile-inside-ns", "Name servers of this machine.",
			enforced(), apex(Apex{NS: []string{"localhost", "127.0.0.1"}})),
	)
}
