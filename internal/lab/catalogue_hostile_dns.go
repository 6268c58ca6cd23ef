package lab

import (
	"fmt"
	"strings"

	"stscan/internal/taxonomy"
)

func hostileRecords() []Scenario {
	at := func(name, doc string, truth Truth, r Record) Scenario {
		return hostile("hostile-record-"+name, doc, truth, record(r))
	}
	good := []string{goodRecord}
	fails := func(name, doc string, code taxonomy.Code, f DNSFault) Scenario {
		return at(name, doc, unknown(code), Record{TXT: good, Fault: f})
	}
	return []Scenario{
		fails("wrong-name", "The answer is to another question.", taxonomy.IncDNSTimeout, DNSWrongName),
		fails("wrong-id", "The answer has another id.", taxonomy.IncDNSTimeout, DNSWrongID),
		fails("two-questions", "The answer is to two questions.", taxonomy.IncDNSTimeout, DNSTwoNames),
		fails("echo", "The answer says that it is a question.", taxonomy.IncDNSTimeout, DNSEcho),
		fails("short", "An answer of three octets.", taxonomy.IncDNSServFail, DNSShort),
		fails("cut", "An answer without its end.", taxonomy.IncDNSServFail, DNSCut),
		fails("missing", "An answer that announces a thousand records and has one.", taxonomy.IncDNSServFail, DNSMissing),
		fails("owner-loop", "The record's owner is a compression pointer to itself.", taxonomy.IncDNSServFail, DNSOwnerLoop),
		fails("bad-length", "A record that ends behind the message.", taxonomy.IncDNSServFail, DNSBadLength),
		fails("formerr", "FORMERR.", taxonomy.IncDNSServFail, DNSFormErr),
		fails("yxdomain", "An rcode of dynamic updates.", taxonomy.IncDNSServFail, DNSYXDomain),
		fails("nxdomain-records", "NXDOMAIN, and the record all the same: it contradicts itself.", taxonomy.IncDNSServFail, DNSNXRecords),
		fails("tcp-closed", "Cut over UDP, closed over TCP.", taxonomy.IncDNSTCPFailed, DNSTCPClosed),
		fails("tcp-silent", "Cut over UDP, silent over TCP.", taxonomy.IncDNSTCPFailed, DNSTCPSilent),
		fails("tcp-cut", "Cut over UDP, half of the message over TCP.", taxonomy.IncDNSTCPFailed, DNSTCPCut),
		fails("tcp-truncated", "Cut over UDP and over TCP.", taxonomy.IncDNSServFail, DNSTCPTruncate),
		at("other-owner", "The records are those of another name: there is none of this.", notDeployed(),
			Record{TXT: good, Fault: DNSOtherOwner}),
		at("forged", "A forged NXDOMAIN for another name comes before the answer.", enforced(), Record{TXT: good, Fault: DNSForged}),
		at("zero-ttl", "A record that holds for no time.", enforced(), Record{TXT: good, Fault: DNSZeroTTL}),
		at("huge-ttl", "A record that holds for 136 years.", enforced(), Record{TXT: good, Fault: DNSHugeTTL}),
		at("alias-loop", "An alias that leads back to itself, shown with NOERROR: an error (RFC 1034 section 3.6.2), and not an absence.",
			unknown(taxonomy.IncDNSServFail), Record{CNAME: []string{"loop.{domain}"}, Fault: DNSLoopShown}),
		at("alias-of-itself", "An alias of itself, shown with NOERROR.",
			unknown(taxonomy.IncDNSServFail), Record{Fault: DNSLoopShown}),
		at("long-alias", "Twenty aliases one behind the other.", unknown(taxonomy.IncParserLimit),
			Record{TXT: good, CNAME: numbered("r%d.{domain}", 20)}),
		at("flood", "A thousand TXT records, a good one among them.", unknown(taxonomy.IncParserLimit),
			Record{TXT: append(numbered("noise %d", 1000), goodRecord)}),
		at("giant", "A record of 60,000 bytes, well-formed.", enforced(),
			Record{TXT: []string{goodRecord + " x=" + strings.Repeat("a", 60_000) + ";"}}),
		at("terminal", "An id that is an escape sequence.", brokenRecord(taxonomy.RecBadIDChars),
			Record{TXT: []string{"v=STSv1; id=\x1b[31m;"}}),
		at("terminal-field", "A NUL in a field nobody knows.", brokenRecord(taxonomy.RecBadExtension),
			Record{TXT: []string{goodRecord + " x=" + terminal + ";"}}),
		at("terminal-beside", "Control characters in a text beside the record.", enforced(taxonomy.RecForeignTXT),
			Record{TXT: []string{goodRecord, terminal}}),
		at("empty-strings", "A record of empty character-strings.", notDeployed(taxonomy.RecForeignTXT),
			Record{TXT: []string{""}}),
	}
}

// numbered are n texts with a number in each.
func numbered(format string, n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf(format, i)
	}
	return texts
}

// hostileHosts are policy hosts that the DNS hides or makes up.
func hostileHosts() []Scenario {
	servers := []WebServer{{HTTP: Web{Body: enforceOwn()}}}
	at := func(name, doc string, truth Truth, p PolicyHost) Scenario {
		return hostile("hostile-phost-"+name, doc, truth, policyHost(p))
	}
	fails := func(name, doc string, code taxonomy.Code, f DNSFault) Scenario {
		return at(name, doc, unknown(code), PolicyHost{Servers: servers, Fault: f})
	}
	return []Scenario{
		fails("wrong-name", "The answer is to another question.", taxonomy.IncDNSTimeout, DNSWrongName),
		fails("cut", "An answer without its end.", taxonomy.IncDNSServFail, DNSCut),
		fails("owner-loop", "An address whose owner is a compression pointer to itself.", taxonomy.IncDNSServFail, DNSOwnerLoop),
		fails("bad-length", "An address of fourteen octets.", taxonomy.IncDNSServFail, DNSBadLength),
		at("nxdomain-records", "NXDOMAIN for both families, and addresses of one all the same.", noPolicy(taxonomy.PhostNXDomain),
			PolicyHost{Servers: servers, Fault: DNSNXRecords}),
		fails("tcp-closed", "Cut over UDP, closed over TCP.", taxonomy.IncDNSTCPFailed, DNSTCPClosed),
		at("alias-loop", "An alias that leads back to itself, shown with NOERROR.", noPolicy(taxonomy.PhostCNAMELoop),
			PolicyHost{CNAME: []string{"loop.{domain}"}, Fault: DNSLoopShown}),
		at("long-alias", "Twenty aliases one behind the other.", unknown(taxonomy.IncParserLimit),
			PolicyHost{CNAME: numbered("p%d.{domain}", 20), Servers: servers}),
		at("other-owner", "The addresses are those of another name.", noPolicy(taxonomy.PhostNoData),
			PolicyHost{Servers: servers, Fault: DNSOtherOwner}),
	}
}

// hostileMX are zones that hide or make up where mail goes.
func hostileMX() []Scenario {
	fails := func(name, doc string, code taxonomy.Code, f DNSFault) Scenario {
		return hostile("hostile-mx-"+name, doc, unknown(code), apex(Apex{MXFault: f}))
	}
	floodHost := MX{Host: "mx1.flood-mail.test", Preference: 1, Servers: []MailServer{goodServer()}}
	longHost := strings.Repeat("a", 63) + "." + strings.Repeat("b", 63) + "." + strings.Repeat("c", 63) + "." +
		strings.Repeat("d", maxName-3*64-len(".flood-mail.test")) + ".flood-mail.test"
	floodList := bodyFor("*.flood-mail.test")
	none := body(policyText("none", ownHost))
	extra := func(name, doc string, truth Truth, changes ...change) Scenario {
		return hostile("hostile-mx-"+name, doc, truth, changes...)
	}
	return []Scenario{
		fails("wrong-name", "The answer is to another question.", taxonomy.IncDNSTimeout, DNSWrongName),
		fails("target-loop", "The MX host is a compression pointer to itself.", taxonomy.IncDNSServFail, DNSTargetLoop),
		fails("missing", "An answer that announces a thousand records.", taxonomy.IncDNSServFail, DNSMissing),
		fails("nxdomain-records", "NXDOMAIN, and MX records all the same.", taxonomy.IncDNSServFail, DNSNXRecords),
		fails("tcp-silent", "Cut over UDP, silent over TCP.", taxonomy.IncDNSTCPFailed, DNSTCPSilent),
		extra("flood", "2,000 MX records, all listed as far as one can see, the last one not.",
			unknown(taxonomy.IncNotProbed, taxonomy.IncParserLimit, taxonomy.MxdnsNXDomain),
			mxHosts(floodHost), floodList,
			apex(Apex{MXText: append(numbered("20 f%d.flood-mail.test", 2000), "30 mx.unlisted-mail.test")})),
		extra("same-host", "One MX host under 2,000 preferences.", unknown(taxonomy.IncParserLimit),
			mxHosts(floodHost), floodList, apex(Apex{MXText: numbered("%d mx1.flood-mail.test", 2000)})),
		extra("long-host", "An MX host of 255 octets.", enforced(taxonomy.MxdnsNXDomain),
			mxHosts(floodHost), bodyFor("*.flood-mail.test", "*."+strings.SplitN(longHost, ".", 2)[1]),
			apex(Apex{MXText: []string{"20 " + longHost}})),
		extra("root", "The root as the only MX host, with a preference.", noMail(taxonomy.DomNullMX),
			mxHosts(), apex(Apex{MXText: []string{"10 ."}})),
		extra("localhost", "MX hosts of this machine.", modeNone(taxonomy.MxdnsLocalhost), none,
			apex(Apex{MXText: []string{"20 localhost", "30 smtp.localhost", "40 LOCALHOST."}})),
		extra("literals", "Addresses of the inside in MX records.", modeNone(taxonomy.MxdnsIPLiteral), none,
			apex(Apex{MXText: []string{"20 127.0.0.1", "30 [127.0.0.1]", "40 [IPv6:::1]", "50 169.254.169.254"}})),
		extra("numbers", "Numbers in MX records that some read as addresses.", modeNone(taxonomy.MxdnsNXDomain), none,
			apex(Apex{MXText: []string{"20 2130706433", "30 0177.0.0.1", "40 127.1"}})),
		extra("odd-bytes", "MX hosts with control characters, blanks and dots in their labels.", modeNone(taxonomy.IncDNSServFail), none,
			apex(Apex{MXText: []string{`20 \027[2J.flood-mail.test`, `30 a\000b.flood-mail.test`, `40 a\.b.flood-mail.test`}})),
	}
}
