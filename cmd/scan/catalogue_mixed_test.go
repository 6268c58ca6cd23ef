//go:build cgo && !noduckdb

package main

import (
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// mixedScenarios are of what the catalogue has apart: two layers of one name, and
// values at the bounds of a metric.
func mixedScenarios() []lab.Scenario {
	const record, policy = "v=STSv1; id={id};", "version: STSv1\nmode: enforce\nmx: mx1.{domain}\nmax_age: 31536000\n"
	mx := func(fault lab.DNSFault, place lab.Place) []lab.MX {
		return []lab.MX{{Host: "mx1.{domain}", Preference: 10, Fault: fault, Servers: []lab.MailServer{{Place: place}}}}
	}
	serving := func(body string) lab.PolicyHost {
		return lab.PolicyHost{Servers: []lab.WebServer{{HTTP: lab.Web{Body: body}}}}
	}
	truth := func(status taxonomy.Status, delivery taxonomy.Delivery, codes ...taxonomy.Code) lab.Truth {
		return lab.Truth{Status: status, Delivery: delivery, Codes: codes}
	}
	lenient := truth(taxonomy.StatusInconclusive, taxonomy.DeliveryUnknown, taxonomy.IncTCPTimeout)
	return []lab.Scenario{
		{
			Name: "mx-untold", Doc: "No MTA-STS, and no answer about the MX records.",
			Apex: lab.Apex{MXFault: lab.DNSServFail}, Policy: lab.PolicyHost{Fault: lab.DNSNXDomain},
			Truth: truth(taxonomy.StatusNotDeployed, taxonomy.DeliveryUnprotected, taxonomy.IncDNSServFail),
		},
		{
			Name: "record-untold", Doc: "No answer about the record.",
			Record: lab.Record{Fault: lab.DNSRefused}, Policy: serving(policy), MX: mx(lab.DNSOK, lab.PlaceOpen),
			Truth: truth(taxonomy.StatusInconclusive, taxonomy.DeliveryUnknown, taxonomy.IncDNSRefused),
		},
		{
			Name: "bad-record-policy-untold", Doc: "A bad record, and no answer about the policy host.",
			Record: lab.Record{TXT: []string{"v=STSv1; id=-;"}}, Policy: lab.PolicyHost{Fault: lab.DNSServFail}, MX: mx(lab.DNSOK, lab.PlaceOpen),
			Truth: truth(taxonomy.StatusBrokenRecord, taxonomy.DeliveryPolicyIgnored, taxonomy.IncDNSServFail, taxonomy.RecBadIDChars),
		},
		{
			Name: "policy-and-mx-untold", Doc: "Two different failures at the policy host and at the MX host.",
			Record: lab.Record{TXT: []string{record}}, Policy: lab.PolicyHost{Fault: lab.DNSServFail}, MX: mx(lab.DNSRefused, lab.PlaceOpen),
			Truth: truth(taxonomy.StatusInconclusive, taxonomy.DeliveryUnknown, taxonomy.IncDNSRefused, taxonomy.IncDNSServFail),
		},
		{
			Name: "comment-mx-untold", Doc: "A policy that only deployed senders take, and an MX host that never answers.",
			Record: lab.Record{TXT: []string{record}}, Policy: serving("# policy\n" + policy), MX: mx(lab.DNSOK, lab.PlaceBlackhole),
			Truth:    truth(taxonomy.StatusBrokenSyntax, taxonomy.DeliveryPolicyIgnored, taxonomy.IncTCPTimeout, taxonomy.PsynMalformedLine),
			Deployed: &lenient,
		},
		{
			Name: "alias-without-address", Doc: "The policy host is an alias at an operator, who has no address there.",
			Record: lab.Record{TXT: []string{record}}, Policy: lab.PolicyHost{CNAME: []string{"{domain}.host.gone-sts.test"}, Fault: lab.DNSNoData},
			MX:    mx(lab.DNSOK, lab.PlaceOpen),
			Truth: truth(taxonomy.StatusBrokenRetrieval, taxonomy.DeliveryPolicyIgnored, taxonomy.PhostCNAMEDangling),
		},
		{
			Name: "record-at-operator", Doc: "The record is an operator's whose name says so; there is no policy host.",
			Record: lab.Record{TXT: []string{record}, CNAME: []string{"_mta-sts.tutanota.de"}}, Policy: lab.PolicyHost{Fault: lab.DNSNXDomain},
			MX:    mx(lab.DNSOK, lab.PlaceOpen),
			Truth: truth(taxonomy.StatusBrokenRetrieval, taxonomy.DeliveryPolicyIgnored, taxonomy.PhostNXDomain, taxonomy.RecDelegated),
		},
		{
			Name: "siblings-untold", Doc: "No answer about the sibling standards, but for what stands at the name itself.",
			Apex:   lab.Apex{Siblings: lab.DNSServFail},
			Record: lab.Record{TXT: []string{record}}, Policy: serving(policy), MX: mx(lab.DNSOK, lab.PlaceOpen),
			Truth: truth(taxonomy.StatusValidEnforce, taxonomy.DeliveryProtected),
		},
		{
			Name: "a-year", Doc: "max_age of a year, to the second.",
			Record: lab.Record{TXT: []string{record}}, Policy: serving(policy), MX: mx(lab.DNSOK, lab.PlaceOpen),
			Truth: truth(taxonomy.StatusValidEnforce, taxonomy.DeliveryProtected),
		},
	}
}
