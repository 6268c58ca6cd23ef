package lab

import (
	"net/http"
	"strings"

	"stscan/internal/taxonomy"
)

// imc25RecordErrors are the 331 domains of section 4.3.2. The paper lists 322
// of them; the rest is given to a fault of the grammar that it does not list.
func imc25RecordErrors() Mixture {
	cell := func(count int, truth Truth, record string) Weighted {
		name := "record-" + string(truth.Codes[0])
		return imc25Cell(count, dashed(name), "A record at fault, everything else in order.", ownHosting(), ownMail(), truth, txt(record))
	}
	return Mixture{
		cell(203, brokenRecord(taxonomy.RecBadIDChars), "v=STSv1; id=2024-09-29;"),
		cell(65, brokenRecord(taxonomy.RecMissingID), "v=STSv1;"),
		cell(52, noClaim(taxonomy.RecBadVersion), "v=stsv1; id={id};"),
		cell(2, brokenRecord(taxonomy.RecBadExtension), "v=STSv1; id={id}; broken;"),
		cell(9, brokenRecord(taxonomy.RecBadSeparator), "v=STSv1;; id={id};"),
	}
}

// imc25Fault is a reason for which a policy cannot be had or used, and how many
// domains have it.
type imc25Fault struct {
	count int
	code  taxonomy.Code
	apply change
}

// faultCells are the domains with these faults and the same hosting and mail.
func faultCells(at hosting, mail mailing, faults ...imc25Fault) Mixture {
	var m Mixture
	for _, f := range faults {
		truth := noPolicy(f.code)
		if e, _ := taxonomy.Of(f.code); e.Layer == taxonomy.LayerPolicySyntax {
			truth = badPolicy(f.code)
		}
		cell := imc25Cell(f.count, "policy-"+dashed(string(f.code)), "A policy that cannot be used.", at, mail, truth, f.apply)
		if letPass(f.code) {
			t := at.truth(enforced())
			cell.Scenario.Deployed = &t
		}
		m = append(m, cell)
	}
	return m
}

// letPass reports whether nothing is at fault under ruleset deployed.
func letPass(code taxonomy.Code) bool {
	return code == taxonomy.PsynMXEmail || code == taxonomy.PsynMXTrailingDot || code == taxonomy.PsynMXEmpty ||
		code == taxonomy.PsynMalformedLine
}

// imc25RetrievalErrors are the 17,184 domains of figure 5 and of what it leaves
// out, by class of the policy host and layer.
func imc25RetrievalErrors() Mixture {
	var m Mixture
	m = append(m, imc25SelfErrors()...)
	m = append(m, imc25ThirdErrors()...)
	return append(m, imc25UnclassifiedErrors()...)
}

func refusedPlace() change { return policyPlaces(PlaceRefused) }
func silentPlace() change  { return policyPlaces(PlaceBlackhole) }

func noCertificate() change { return policyTLS(TLSServer{Alert: alertUnrecognizedName}) }

func webCert(c Cert) change { return policyTLS(TLSServer{Cert: c}) }

func webStatus(code int) change { return web(Web{Status: code}) }

// noWebHost leaves nothing at the policy host or at what it is an alias of.
func noWebHost() change { return policyHost(PolicyHost{Fault: DNSNXDomain}) }

// badMX lists one more MX host, at fault: one bad mx makes the file invalid.
func badMX(value string) change {
	return func(s *Scenario) { s.Policy.Servers[0].HTTP.Body += "mx: " + value + "\n" }
}

// dottedMX puts a final dot behind the last mx.
func dottedMX() change {
	return func(s *Scenario) {
		b := &s.Policy.Servers[0].HTTP.Body
		*b = strings.Replace(*b, "\nmax_age", ".\nmax_age", 1)
	}
}

func emptyBody() change { return body("") }

func blankLine() change {
	return func(s *Scenario) { s.Policy.Servers[0].HTTP.Body += "\n" }
}

func imc25SelfErrors() Mixture {
	m := faultCells(ownHosting(), ownMail(),
		imc25Fault{42, taxonomy.PhostNXDomain, noWebHost()},
		imc25Fault{97, taxonomy.PtcpRefused, refusedPlace()},
		imc25Fault{96, taxonomy.PtcpTimeout, silentPlace()},
		imc25Fault{243, taxonomy.PtlsCertExpired, webCert(CertExpired)},
		imc25Fault{243, taxonomy.PtlsCertSelfSigned, webCert(CertSelfSigned)},
		imc25Fault{5_586, taxonomy.PtlsCertNameMismatch, webCert(CertNameMismatch)})
	m = append(m, imc25BothCertErrors()...)
	m = append(m, faultCells(ownHosting(), alphaMail(),
		imc25Fault{2_000, taxonomy.PtlsCertNameMismatch, webCert(CertNameMismatch)})...)
	return append(m, faultCells(ownHosting(), ownMail(),
		imc25Fault{246, taxonomy.Phttp404, webStatus(http.StatusNotFound)},
		imc25Fault{66, taxonomy.Phttp403, webStatus(http.StatusForbidden)},
		imc25Fault{65, taxonomy.Phttp5xx, webStatus(http.StatusServiceUnavailable)},
		imc25Fault{12, taxonomy.PsynMXEmail, badMX("postmaster@{domain}")},
		imc25Fault{12, taxonomy.PsynMXTrailingDot, dottedMX()},
		imc25Fault{11, taxonomy.PsynMXEmpty, badMX("")},
		imc25Fault{2, taxonomy.PsynEmpty, emptyBody()},
		imc25Fault{18, taxonomy.PsynMalformedLine, blankLine()})...)
}

// imc25BothCertErrors are the domains whose policy host and MX host are both at
// fault. That there are 799 of them follows from the total of figure 4.
func imc25BothCertErrors() Mixture {
	var m Mixture
	for _, c := range imc25Certs(320, 320, 159) {
		m = append(m, imc25Cell(c.count, "policy-and-"+dashed(string(c.code)), "A policy host with a certificate for another name, an MX host with a bad one.",
			ownHosting(), ownMail().served(c.cert), noPolicy(taxonomy.PtlsCertNameMismatch, c.code), webCert(CertNameMismatch)))
	}
	return m
}

func imc25ThirdErrors() Mixture {
	m := faultCells(south(), betaMail(),
		imc25Fault{34, taxonomy.PtcpRefused, refusedPlace()},
		imc25Fault{650, taxonomy.PtlsCertNameMismatch, webCert(CertNameMismatch)},
		imc25Fault{109, taxonomy.PtlsNoCertForName, noCertificate()})
	m = append(m, faultCells(north(), alphaMail(),
		imc25Fault{354, taxonomy.PtlsNoCertForName, noCertificate()})...)
	return append(m, faultCells(south(), betaMail(),
		imc25Fault{141, taxonomy.Phttp404, webStatus(http.StatusNotFound)},
		imc25Fault{37, taxonomy.Phttp403, webStatus(http.StatusForbidden)},
		imc25Fault{37, taxonomy.Phttp5xx, webStatus(http.StatusServiceUnavailable)},
		imc25Fault{18, taxonomy.PsynMXEmail, badMX("postmaster@{domain}")},
		imc25Fault{17, taxonomy.PsynMXTrailingDot, dottedMX()},
		imc25Fault{17, taxonomy.PsynMXEmpty, badMX("")},
		imc25Fault{3, taxonomy.PsynEmpty, emptyBody()},
		imc25Fault{26, taxonomy.PsynMalformedLine, blankLine()})...)
}

// imc25UnclassifiedErrors are those that figure 5 leaves out: all that is
// published is that there are 6,203, and 744 errors of HTTP among them.
func imc25UnclassifiedErrors() Mixture {
	return faultCells(smallHosting(), gammaMail(),
		imc25Fault{22, taxonomy.PhostCNAMEDangling, noWebHost()},
		imc25Fault{119, taxonomy.PtcpRefused, refusedPlace()},
		imc25Fault{5_246, taxonomy.PtlsCertNameMismatch, webCert(CertNameMismatch)},
		imc25Fault{486, taxonomy.Phttp404, webStatus(http.StatusNotFound)},
		imc25Fault{129, taxonomy.Phttp403, webStatus(http.StatusForbidden)},
		imc25Fault{129, taxonomy.Phttp5xx, webStatus(http.StatusServiceUnavailable)},
		imc25Fault{16, taxonomy.PsynMXEmail, badMX("postmaster@{domain}")},
		imc25Fault{15, taxonomy.PsynMXTrailingDot, dottedMX()},
		imc25Fault{15, taxonomy.PsynMXEmpty, badMX("")},
		imc25Fault{3, taxonomy.PsynEmpty, emptyBody()},
		imc25Fault{23, taxonomy.PsynMalformedLine, blankLine()})
}
