package lab

import (
	"slices"

	"stscan/internal/taxonomy"
)

// Preset imc25 is the population of Ashiq, Fiebig, Chung (IMC 2025) as they saw
// it on 29 September 2024, one name for one domain: docs/IMC25-POPULATION.md
// says where each number is from, and why where they do not add up.
const presetIMC25 = "imc25"

// imc25Mixture is the population, cell by cell. What the paper publishes as one
// number stands together as far as the numbers cross: a list made to scale
// is then true to scale at every boundary between them.
func imc25Mixture() Mixture {
	return slices.Concat(imc25RecordErrors(), imc25RetrievalErrors(), imc25CertErrors(), imc25MatchErrors(),
		imc25Valid(), imc25Undeployed())
}

// hosting is where record and policy of a domain stand.
type hosting struct {
	name           string
	record, policy []string // CNAME targets
}

// ownHosting is a policy host of the domain's own.
func ownHosting() hosting { return hosting{name: "self"} }

// smallHosting is a web host that a few dozen of the domains share: too many for
// one administrator and too few for a third party, by the paper's rule.
func smallHosting() hosting {
	return hosting{name: "unclassified", policy: []string{"pages.box{group}-web.test"}}
}

// thirdHosting is a third party to whom record and policy are delegated.
func thirdHosting(name, record, policy string) hosting {
	return hosting{name: name, record: []string{record}, policy: []string{policy}}
}

// The third parties of table 2, by the names that the record is delegated to.
// Where the policy host stands is not published; it stands beside, in the
// same zone.
func tutanota() hosting {
	return thirdHosting("tutanota", "_mta-sts.tutanota.de", "mta-sts.tutanota.de")
}

func dmarcReport() hosting {
	return thirdHosting("dmarcreport", "{dash}.mta-sts.dmarcinput.com", "{dash}.policy.dmarcinput.com")
}

func powerDMARC() hosting {
	return thirdHosting("powerdmarc", "{dash}._mta.mta-sts.tech", "{dash}.policy.mta-sts.tech")
}

func easyDMARC() hosting {
	return thirdHosting("easydmarc", "{underscore}__mta_sts.easydmarc.pro", "{underscore}.policy.easydmarc.pro")
}

func mailhardener() hosting {
	return thirdHosting("mailhardener", "{domain}._mta-sts.mailhardener.com", "{domain}.policy.mailhardener.com")
}

func uriports() hosting {
	return thirdHosting("uriports", "{dash}._mta-sts.uriports.com", "{dash}.policy.uriports.com")
}

func sendmarc() hosting {
	return thirdHosting("sendmarc", "{domain}._mta-sts.sdmarc.net", "{domain}.policy.sdmarc.net")
}

func onDMARC() hosting {
	return thirdHosting("ondmarc", "_mta-sts.{domain}._mta-sts.smart.ondmarc.com", "{domain}.policy.smart.ondmarc.com")
}

// The third parties that the paper does not name. Faults that it does not
// ascribe to anyone are theirs: nothing is made up about those who exist. Operator
// oneroof takes the mail of its customers, too.
func north() hosting {
	return thirdHosting("north", "{domain}._mta-sts.north-sts.test", "{domain}.policy.north-sts.test")
}

func south() hosting {
	return thirdHosting("south", "{dash}._mta-sts.south-sts.test", "{dash}.policy.south-sts.test")
}

func oneRoof() hosting {
	return thirdHosting("oneroof", "{domain}._mta-sts.one-roof.test", "{domain}.policy.one-roof.test")
}

// mailing is where the mail of a domain goes.
type mailing struct {
	name  string
	hosts []MX
	list  []string // what a policy has to list
}

func ownMail() mailing { return mailing{"self", []MX{ownMX(goodServer())}, []string{ownHost}} }

// smallMail is an operator of a few dozen domains.
func smallMail() mailing {
	const host = "mx.box{group}-mail.test"
	return mailing{"unclassified", oneHost(host, goodServer()), []string{host}}
}

func alphaMail() mailing { return mailing{"third", alphaMX(), []string{alphaHost, alphaBackup}} }
func betaMail() mailing  { return mailing{"third", betaMX(), []string{betaHost, betaBackup}} }
func gammaMail() mailing { return mailing{"third", gammaMX(), []string{gammaHost}} }

func tutanotaMail() mailing {
	const host = "mail.tutanota.de"
	return mailing{"same", oneHost(host, goodServer()), []string{host}}
}

func oneRoofMail() mailing {
	const host = "mx.one-roof.test"
	return mailing{"same", oneHost(host, goodServer()), []string{host}}
}

func oneHost(host string, servers ...MailServer) []MX {
	return []MX{{Host: host, Preference: 10, Servers: servers}}
}

// imc25Cell is one cell: count domains of one deployment.
func imc25Cell(count int, name, doc string, at hosting, mail mailing, truth Truth, changes ...change) Weighted {
	s := plain("imc25-"+name+"-"+at.name+"-mail-"+mail.name, doc, at.truth(truth), mxHosts(mail.hosts...))
	s.Policy = serving(policyText("enforce", mail.list...))
	for _, c := range changes {
		c(&s)
	}
	s.Record.CNAME, s.Policy.CNAME = at.record, at.policy
	return Weighted{&s, count}
}

// truth is t of a domain hosted here: a record that is delegated is told.
func (h hosting) truth(t Truth) Truth {
	if h.record == nil {
		return t
	}
	return truth(t.Status, t.Delivery, slices.Concat(t.Codes, []taxonomy.Code{taxonomy.RecDelegated}))
}

// imc25Undeployed are the domains with MX records and without MTA-STS. Nothing is
// published about their mail: three operators share them.
func imc25Undeployed() Mixture {
	var m Mixture
	for _, c := range []struct {
		count int
		name  string
		mail  mailing
	}{
		{28_907_939, "alpha", alphaMail()},
		{28_907_938, "beta", betaMail()},
		{28_907_938, "gamma", gammaMail()},
	} {
		s := plain("imc25-none-"+c.name, "Mail at an operator, no MTA-STS.", notDeployed(), undeployed, mxHosts(c.mail.hosts...))
		m = append(m, Weighted{&s, c.count})
	}
	return m
}
