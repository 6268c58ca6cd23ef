package lab

import (
	"slices"
	"strings"

	"stscan/internal/taxonomy"
)

// dashed is a code as part of a scenario's name.
func dashed(code string) string { return strings.ReplaceAll(code, "_", "-") }

// imc25Cert is a bad certificate and how many domains have it at their MX.
type imc25Cert struct {
	count int
	cert  Cert
	code  taxonomy.Code
}

// imc25Certs are the three causes of figure 6.
func imc25Certs(mismatch, selfSigned, expired int) []imc25Cert {
	return slices.DeleteFunc([]imc25Cert{
		{mismatch, CertNameMismatch, taxonomy.MxcertNameMismatch},
		{selfSigned, CertSelfSigned, taxonomy.MxcertSelfSigned},
		{expired, CertExpired, taxonomy.MxcertExpired},
	}, func(c imc25Cert) bool { return c.count == 0 })
}

// served is m with this certificate at its last MX host.
func (m mailing) served(c Cert) mailing {
	m.hosts = slices.Clone(m.hosts)
	m.hosts[len(m.hosts)-1].Servers = []MailServer{{TLS: TLSServer{Cert: c}}}
	return m
}

// Where a bad certificate stands, the MX hosts have names of their own: what
// several domains share is the same for all of them.

func ownPair() mailing {
	return mailing{"self", []MX{ownMX(goodServer()), secondMX()}, []string{ownHost, "mx2.{domain}"}}
}

func budgetMail() mailing {
	const host = "mx.{dash}.budget-mail.test"
	return mailing{"third", oneHost(host, goodServer()), []string{host}}
}

func budgetPair() mailing {
	const first, second = "a.{dash}.budget-mail.test", "b.{dash}.budget-mail.test"
	return mailing{"third", append(oneHost(first, goodServer()), MX{Host: second, Preference: 20}), []string{first, second}}
}

// smallMailOf is a host of a small operator's that shows one kind of certificate.
func smallMailOf(name string) mailing {
	host := name + ".box{group}-mail.test"
	return mailing{"unclassified", oneHost(host, goodServer()), []string{host}}
}

// imc25CertErrors are the domains with a valid policy whose MX hosts are listed
// and have, all or some of them, a certificate that is no good: figures 6 and 7.
func imc25CertErrors() Mixture {
	var m Mixture
	for _, g := range []struct {
		name             string
		at               hosting
		mail             func(Cert) mailing
		enforce, testing []imc25Cert
	}{
		{"all", ownHosting(), ownMail().served, imc25Certs(24, 24, 12), imc25Certs(40, 39, 20)},
		{"some", ownHosting(), ownPair().served, imc25Certs(10, 10, 0), imc25Certs(17, 16, 0)},
		{"all", ownHosting(), budgetMail().served, imc25Certs(30, 20, 0), imc25Certs(59, 40, 0)},
		{"some", ownHosting(), budgetPair().served, imc25Certs(40, 0, 30), imc25Certs(100, 0, 78)},
		{"all", smallHosting(), smallBad, imc25Certs(0, 20, 14), imc25Certs(0, 90, 60)},
	} {
		for _, c := range g.enforce {
			truth := refusedAll(taxonomy.StatusBrokenMX, c.code)
			if g.name == "some" {
				truth = atRisk(taxonomy.StatusBrokenMX, c.code)
			}
			m = append(m, certCell(c, g.name, "enforce", g.at, g.mail(c.cert), truth))
		}
		for _, c := range g.testing {
			m = append(m, certCell(c, g.name, "testing", g.at, g.mail(c.cert), reportedFault(taxonomy.StatusBrokenMX, c.code)))
		}
	}
	return m
}

func smallBad(c Cert) mailing { return smallMailOf(dashed(string(c))).served(c) }

func certCell(c imc25Cert, which, mode string, at hosting, mail mailing, truth Truth) Weighted {
	return imc25Cell(c.count, which+"-"+dashed(string(c.code))+"-"+mode, "A valid policy, and an MX host with a bad certificate.",
		at, mail, truth, body(policyText(mode, mail.list...)))
}

// reportedFault is mode testing with a fault that senders report.
func reportedFault(status taxonomy.Status, codes ...taxonomy.Code) Truth {
	return truth(status, taxonomy.DeliveryReportsOnly, codes)
}

// imc25MatchErrors are the domains with a valid policy that lists none of their
// MX hosts: figures 8 and 10.
func imc25MatchErrors() Mixture {
	domain, below := []taxonomy.Code{taxonomy.CauseDomain}, []taxonomy.Code{taxonomy.Cause3LDPlus}
	label := []taxonomy.Code{taxonomy.Cause3LDPlus, taxonomy.CauseMTASTSLabel}
	alsoCert := slices.Concat(label, []taxonomy.Code{taxonomy.MxcertSelfSigned})
	var m Mixture
	for _, c := range []struct {
		name             string
		at               hosting
		mail             mailing
		listed           string
		causes           []taxonomy.Code
		enforce, testing int
	}{
		{"domain", north(), alphaMail(), "*.former-mail.test", domain, 140, 500},
		{"domain", oneRoof(), oneRoofMail(), "*.former-mail.test", domain, 0, 1},
		{"domain", ownHosting(), betaMail(), "*.former-mail.test", domain, 80, 302},
		{"label", ownHosting(), ownMail(), "mta-sts.{domain}", label, 110, 452},
		{"label-cert", ownHosting(), ownMail().served(CertSelfSigned), "mta-sts.{domain}", alsoCert, 35, 0},
		{"3ld-plus", ownHosting(), ownMail(), "outbound-relay.{domain}", below, 25, 108},
		{"typo", ownHosting(), ownMail(), "mx11.{domain}", []taxonomy.Code{taxonomy.CauseTypo}, 12, 51},
		{"tld", ownHosting(), gammaMail(), "in.gamma-mail.example", []taxonomy.Code{taxonomy.CauseTLD}, 4, 16},
	} {
		codes := append(slices.Clone(c.causes), taxonomy.MatchNone, taxonomy.PlintMXUnused)
		const doc = "A valid policy that lists no MX host of the domain."
		if c.enforce > 0 {
			m = append(m, imc25Cell(c.enforce, "match-"+c.name+"-enforce", doc, c.at, c.mail,
				refusedAll(taxonomy.StatusBrokenMatch, codes...), body(policyText("enforce", c.listed))))
		}
		if c.testing > 0 {
			m = append(m, imc25Cell(c.testing, "match-"+c.name+"-testing", doc, c.at, c.mail,
				reportedFault(taxonomy.StatusBrokenMatch, codes...), body(policyText("testing", c.listed))))
		}
	}
	return m
}

// imc25Valid are the 47,886 domains without an error.
func imc25Valid() Mixture {
	var m Mixture
	for _, c := range []struct {
		count int
		at    hosting
		mail  mailing
	}{
		{9_461, ownHosting(), ownMail()},
		{4_210, ownHosting(), alphaMail()},
		{3_000, smallHosting(), ownMail()},
		{3_651, smallHosting(), smallMail()},
		{1_057, smallHosting(), gammaMail()},
		{99, oneRoof(), oneRoofMail()},
		{7_392, tutanota(), tutanotaMail()},
		{222, tutanota(), gammaMail()},
		{1_177, dmarcReport(), ownMail()},
		{6_116, dmarcReport(), alphaMail()},
		{1_000, powerDMARC(), ownMail()},
		{2_753, powerDMARC(), betaMail()},
		{2_222, easyDMARC(), alphaMail()},
		{1_558, mailhardener(), betaMail()},
		{1_100, uriports(), gammaMail()},
		{805, sendmarc(), alphaMail()},
		{451, onDMARC(), betaMail()},
		{900, north(), gammaMail()},
		{712, south(), alphaMail()},
	} {
		m = append(m, validCells(c.count, c.at, c.mail)...)
	}
	return m
}

// Shares of the modes among domains without an error, in percent; the rest is
// in mode testing. The paper does not publish them.
const (
	imc25Enforce = 40
	imc25None    = 5
)

func validCells(count int, at hosting, mail mailing) Mixture {
	enforce, none := count*imc25Enforce/100, count*imc25None/100
	cell := func(count int, mode string, truth Truth) Weighted {
		return imc25Cell(count, "valid-"+mode, "Nothing at fault.", at, mail, truth, body(policyText(mode, mail.list...)))
	}
	return Mixture{
		cell(enforce, "enforce", enforced()),
		cell(count-enforce-none, "testing", reported()),
		cell(none, "none", modeNone()),
	}
}
