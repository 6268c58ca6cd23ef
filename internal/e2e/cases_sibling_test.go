//go:build e2e && linux

package e2e

// signed is what DNSSEC has to say of most domains here.
const signed = " dnssec=yes/ok"

// siblingCases differ in what the standards beside MTA-STS find. For DANE the
// verdict of MTA-STS does not count (RFC 8461 section 2), nor the other way round.
var siblingCases = []deployment{
	{domain: "dane.example", mx: []string{"dane"}, want: adopting(protected, "dane=yes/ok"+signed)},
	{domain: "danewrong.example", mx: []string{"danewrong"}, want: adopting(protected, "dane=broken/mismatch"+signed)},
	{domain: "daneonly.example", mx: []string{"daneonly"}, want: adopting(mxBroken("mxcert_untrusted"), "dane=yes/ok"+signed)},
	{domain: "danegnutls.example", mx: []string{"gnutlsdane"}, want: adopting(mxBroken("mxcert_self_signed"), "dane=yes/ok"+signed)},
	{domain: "daneanchor.example", mx: []string{"daneanchor"}, want: adopting(mxBroken("mxcert_untrusted"), "dane=yes/ok"+signed)},
	{domain: "danepkix.example", mx: []string{"danepkix"}, want: adopting(mxBroken("mxcert_untrusted"), "dane=broken/unusable"+signed)},
	{domain: "daneplain.example", mx: []string{"daneplain"}, want: adopting(mxBroken("smtp_starttls_absent"), "dane=broken/no_starttls"+signed)},
	{domain: "danesome.example", mx: []string{"dane", "good"}, want: adopting(protected, "dane=yes/partial"+signed)},
	{domain: "danenone.example", mx: []string{"good"}, want: adopting(protected, "dane=no/absent"+signed)},
	// The TLSA records stand at the end of the alias (RFC 7672 section 2.2.2), whose name the certificate has.
	{domain: "danealias.example", mx: []string{"alias.mx.example"}, zone: []string{"alias.mx.example. CNAME dane.mx.example."},
		want: adopting(mxBroken("mxcert_name_mismatch mxdns_cname"), "dane=yes/ok"+signed)},
	{domain: "unsigned.example", mx: []string{"dane"}, want: adopting(protected, "dane=no/mx_insecure dnssec=no/unsigned")},
	{domain: "tlsainsecure.example", mx: []string{"insecure"}, want: adopting(mxBroken("mxcert_untrusted"), "dane=broken/tlsa_insecure"+signed)},
	{domain: "danebogus.example", mx: []string{"dane", "inbogus"}, want: adopting(with(protected, "mxdns_dnssec_bogus"), "dane=broken/bogus"+signed)},

	{domain: "siblings.example", mx: []string{"good"}, want: adopting(protected, "tlsrpt=yes/ok spf=yes/fail dmarc=yes/reject_rua"),
		zone: []string{
			`_smtp._tls.siblings.example. TXT "v=TLSRPTv1; rua=mailto:reports@siblings.example"`,
			`siblings.example. TXT "v=spf1 mx -all"`,
			`_dmarc.siblings.example. TXT "v=DMARC1; p=reject; rua=mailto:reports@siblings.example"`,
		}},
}

// adopting is a truth with that of sibling standards: check=state/detail.
func adopting(v verdict, adopts string) verdict {
	v.adopts = adopts
	return v
}
