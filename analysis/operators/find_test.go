package operators

import (
	"strings"
	"testing"
)

func embeddedTable(t testing.TB) *Table {
	t.Helper()
	table, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestFind holds names as the operators' customers publish them.
func TestFind(t *testing.T) {
	table := embeddedTable(t)
	for _, tt := range []struct {
		kind Kind
		host string
		want string // "" = nobody known
	}{
		{KindMX, "aspmx.l.google.com", "google"},
		{KindMX, "alt4.aspmx.l.google.com", "google"},
		{KindMX, "aspmx2.googlemail.com", "google"},
		{KindMX, "smtp.google.com", "google"},
		{KindMX, "google.com.attacker.example", ""},
		{KindMX, "mail.notgoogle.com", ""},
		{KindMX, "example-com.mail.protection.outlook.com", "microsoft"},
		{KindMX, "example-com.o-v1.mx.microsoft", "microsoft"},
		{KindMX, "outlook-com.olc.protection.outlook.com", "microsoft"},
		{KindMX, "example-cn.mail.protection.partner.outlook.cn", "21vianet"},
		{KindMX, "mx-biz.mail.am0.yahoodns.net", "yahoo"},
		{KindMX, "mx2.zoho.eu", "zoho"},
		{KindMX, "mailsec.protonmail.ch", "proton"},
		{KindMX, "in1-smtp.messagingengine.com", "fastmail"},
		{KindMX, "mx01.mail.icloud.com", "apple"},
		{KindMX, "mx.yandex.net", "yandex"},
		{KindMX, "emx.mail.ru", "mail-ru"},
		{KindMX, "mxbiz1.qq.com", "tencent"},
		{KindMX, "mxn.mxhichina.com", "alibaba"},
		{KindMX, "qiye163mx01.mxmail.netease.com", "netease"},
		{KindMX, "mx1.mail.ovh.net", "ovh"},
		{KindMX, "ns3012345.ovh.net", ""}, // a rented machine, whoever runs mail on it
		{KindMX, "mx00.ionos.co.uk", "ionos"},
		{KindMX, "mx01.kundenserver.de", "ionos"},
		{KindMX, "mx00.gmx.net", "gmx"},
		{KindMX, "smtpin.rzone.de", "strato"},
		{KindMX, "mx1.hostinger.com", "hostinger"},
		{KindMX, "mailstore1.secureserver.net", "godaddy"},
		{KindMX, "eforward3.registrar-servers.com", "namecheap"},
		{KindMX, "mx1.privateemail.com", "namecheap"},
		{KindMX, "spool.mail.gandi.net", "gandi"},
		{KindMX, "mta-gw.infomaniak.ch", "infomaniak"},
		{KindMX, "mx3.pub.mailpod6-cph3.one.com", "one-com"},
		{KindMX, "mailcluster.loopia.se", "loopia"},
		{KindMX, "mx.transip.email", "transip"},
		{KindMX, "eu-smtp-inbound-1.mimecast.com", "mimecast"},
		{KindMX, "mxa-00000001.gslb.pphosted.com", "proofpoint"},
		{KindMX, "mx1-us1.ppe-hosted.com", "proofpoint"},
		{KindMX, "d1234.a.ess.barracudanetworks.com", "barracuda"},
		{KindMX, "mx1.hc1234-56.iphmx.com", "cisco"},
		{KindMX, "example.com.in.tmes.trendmicro.com", "trendmicro"},
		{KindMX, "mx-01-eu-central-1.prod.hydra.sophos.com", "sophos"},
		{KindMX, "mx01.hornetsecurity.com", "hornetsecurity"},
		{KindMX, "mxa.eu.mailgun.org", "mailgun"},
		{KindMX, "mx.sendgrid.net", "sendgrid"},
		{KindMX, "inbound-smtp.eu-west-1.amazonaws.com", "amazon"},
		{KindMX, "feedback-smtp.us-east-1.amazonses.com", "amazon"},
		{KindMX, "ec2-192-0-2-1.compute-1.amazonaws.com", ""},
		{KindMX, "inbound-smtp.a.b.amazonaws.com", ""},
		{KindMX, "route1.mx.cloudflare.net", "cloudflare"},
		{KindMX, "mx.hover.com.cust.hostedemail.com", "tucows"},
		{KindMX, "fwd1.porkbun.com", "porkbun"},
		{KindMX, "www123.sakura.ne.jp", "sakura"},
		{KindMX, "sv1234.xserver.jp", "xserver"},
		{KindMX, "mx01.lolipop.jp", "pepabo"},
		{KindMX, "mail.tutanota.de", "tutanota"},
		{KindMX, "www123.your-server.de", "hetzner"},
		{KindMX, "static.1.2.0.192.clients.your-server.de", ""},
		{KindMX, "ns1.alpha-mail.test", ""},
		{KindMX, "mx1.beget.com", "beget"},
		{KindMX, "mx.aruba.it", "aruba"},
		{KindMX, "host1-2-0-192.serverdedicati.aruba.it", ""},
		{KindMX, "smtp.europe.secureserver.net", "godaddy"},
		{KindMX, "ip-192-0-2-1.ip.secureserver.net", ""},
		{KindMX, "ik1-123-45678.vs.sakura.ne.jp", ""},
		{KindMX, "mail.register.it", "register-it"},
		{KindMX, "com", ""},
		{KindMX, "", ""},
		{KindMX, ".", ""},

		{KindDNS, "anna.ns.cloudflare.com", "cloudflare"},
		{KindDNS, "gold.foundationdns.org", "cloudflare"},
		{KindDNS, "ns-1964.awsdns-53.co.uk", "amazon"},
		{KindDNS, "ns-382.awsdns-47.com", "amazon"},
		{KindDNS, "ns-382.awsdns-x.com", ""},
		{KindDNS, "a.ns-382.awsdns-47.com", ""},
		{KindDNS, "ns1-01.azure-dns.com", "microsoft"},
		{KindDNS, "ns4-01.azure-dns.info", "microsoft"},
		{KindDNS, "ns-cloud-a1.googledomains.com", "google"},
		{KindDNS, "ns1.google.com", "google"},
		{KindDNS, "dns1.p01.nsone.net", "ns1"},
		{KindDNS, "a1-67.akam.net", "akamai"},
		{KindDNS, "pdns1.ultradns.net", "ultradns"},
		{KindDNS, "ns2.dnsimple-edge.net", "dnsimple"},
		{KindDNS, "ns10.dnsmadeeasy.com", "dnsmadeeasy"},
		{KindDNS, "hydrogen.ns.hetzner.com", "hetzner"},
		{KindDNS, "robotns2.second-ns.de", "hetzner"},
		{KindDNS, "ns1042.ui-dns.biz", "ionos"},
		{KindDNS, "dns104.ovh.net", "ovh"},
		{KindDNS, "ns0.transip.net", "transip"},
		{KindDNS, "192-0-2-1.colo.transip.net", ""},
		{KindDNS, "dns200.anycast.me", "ovh"},
		{KindDNS, "ns65.domaincontrol.com", "godaddy"},
		{KindDNS, "dns1.registrar-servers.com", "namecheap"},
		{KindDNS, "ns-12-a.gandi.net", "gandi"},
		{KindDNS, "ns11.wixdns.net", "wix"},
		{KindDNS, "ns01.squarespacedns.com", "squarespace"},
		{KindDNS, "curitiba.ns.porkbun.com", "porkbun"},
		{KindDNS, "ns2.dyna-ns.net", "dynadot"},
		{KindDNS, "ns1fkl.name.com", "name-com"},
		{KindDNS, "ns2.hover.com", "tucows"},
		{KindDNS, "f1g1ns1.dnspod.net", "tencent"},
		{KindDNS, "dns9.hichina.com", "alibaba"},
		{KindDNS, "dns4.arubadns.cz", "aruba"},
		{KindDNS, "ns1.dns.ne.jp", "sakura"},
		{KindDNS, "01.dnsv.jp", "gmo"},
		{KindDNS, "aspmx.l.googlemail.com", ""}, // a mail host is no name server

		{KindWeb, "d111111abcdef8.cloudfront.net", "amazon"},
		{KindWeb, "example.github.io", "github"},
		{KindWeb, "cname.vercel-dns-016.com", "vercel"},
		{KindWeb, "www.uriports.com", "uriports"},
	} {
		label, ok := table.Find(tt.kind, tt.host)
		if label != tt.want || ok != (tt.want != "") {
			t.Errorf("%s %s: got %q, %v; want %q", tt.kind, tt.host, label, ok, tt.want)
		}
	}
}

// TestPolicyNames holds the templates of Ashiq, Fiebig, Chung (IMC 2025), table
// 2, filled in for example.com.
func TestPolicyNames(t *testing.T) {
	table := embeddedTable(t)
	for host, want := range map[string]string{
		"_mta-sts.tutanota.de":                               "tutanota",
		"mta-sts.tutanota.de":                                "tutanota",
		"example-com.mta-sts.dmarcinput.com":                 "dmarcreport",
		"example-com._mta.mta-sts.tech":                      "powerdmarc",
		"example_com__mta_sts.easydmarc.pro":                 "easydmarc",
		"example_com_mta_sts.easydmarc.pro":                  "easydmarc",
		"example.com._mta-sts.mailhardener.com":              "mailhardener",
		"example-com._mta-sts.uriports.com":                  "uriports",
		"example.com._mta-sts.sdmarc.net":                    "sendmarc",
		"_mta-sts.example.com._mta-sts.smart.ondmarc.com":    "ondmarc",
		"_mta-sts.uriports.com":                              "", // the vendor's own
		"example_com__smtp_tls.easydmarc.pro":                "",
		"__mta_sts.easydmarc.pro.example":                    "",
		"www.uriports.com":                                   "",
		"example.com.dmarc.sdmarc.net":                       "",
		"d111111abcdef8.cloudfront.net":                      "",
		"example-com._mta-sts.uriports.com.attacker.example": "",
	} {
		label, _ := table.Find(KindPolicy, host)
		if label != want {
			t.Errorf("%s: got %q, want %q", host, label, want)
		}
		if got := ServesPolicy(host); got != (want != "") {
			t.Errorf("%s: ServesPolicy says %v", host, got)
		}
	}
}

// TestEveryPatternFits: a host made from each pattern is found, and has the
// label of its line.
func TestEveryPatternFits(t *testing.T) {
	table := embeddedTable(t)
	n := 0
	for b, entries := range table.buckets {
		for _, e := range entries {
			n++
			host := strings.NewReplacer("*", "customer", "#", "7").Replace(e.pattern)
			if strings.HasPrefix(host, ".") {
				host = "host" + host
			}
			if label, ok := table.Find(b.kind, host); !ok || label != e.label {
				t.Errorf("%s %s: %s has label %q, want %q", b.kind, e.pattern, host, label, e.label)
			}
			if got := ServesPolicy(host); b.kind == KindPolicy && !got {
				t.Errorf("%s is not served for MTA-STS", host)
			}
		}
	}
	if n != table.Len() {
		t.Errorf("%d patterns are in reach, of %d", n, table.Len())
	}
}

// TestPrecedence: of several patterns that of most labels decides.
func TestPrecedence(t *testing.T) {
	table, err := Parse("t", `version 1
mx alpha .provider.example 2026-11 setup
mx beta .eu.provider.example 2026-11 setup
mx gamma mx.eu.provider.example 2026-11 setup
`)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"mx.provider.example": "alpha", "a.b.provider.example": "alpha", "a.eu.provider.example": "beta",
		"mx.eu.provider.example": "gamma", "provider.example": "",
	} {
		if got, _ := table.Find(KindMX, host); got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	table := embeddedTable(t)
	for _, host := range []string{"mx1.nobody.example", "example-com.mail.protection.outlook.com", "ns-1.awsdns-1.co.uk"} {
		if n := testing.AllocsPerRun(100, func() { table.Find(KindMX, host) }); n != 0 {
			t.Errorf("%s: %v allocations", host, n)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	table := embeddedTable(b)
	for _, bm := range []struct {
		name, host string
		kind       Kind
	}{
		{"hit", "example-com.mail.protection.outlook.com", KindMX},
		{"wildcard", "ns-1964.awsdns-53.co.uk", KindDNS},
		{"miss", "mx1.mail.nobody.example", KindMX},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				table.Find(bm.kind, bm.host)
			}
		})
	}
}

func BenchmarkServesPolicy(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ServesPolicy("parking.nobody.example")
	}
}

func BenchmarkEmbedded(b *testing.B) {
	for b.Loop() {
		embeddedTable(b)
	}
}
