package lab

// wildStandards are the sibling standards as the names of real lists publish
// them, for files and tables of a realistic size: SPF at six names of ten, DMARC
// at three, and hardly two texts alike, as most of them hold a name or an address
// of the domain's own. The shares are round numbers near published ones.
func wildStandards() []siblings {
	const (
		alpha = "include:_spf.alpha-mail.test"
		beta  = "include:spf.protection.beta-mail.test"
		post  = "include:bulk.alpha-mail.test"
	)
	wild := []siblings{
		{check: "spf", ways: []sibling{
			{130, []string{"v=spf1 " + alpha + " ~all"}, "yes", "softfail"},
			{90, []string{"v=spf1 " + beta + " -all"}, "yes", "fail"},
			{40, []string{"v=spf1 -all"}, "yes", "fail"},
			{100, []string{"v=spf1 a mx ip4:{address} ~all"}, "yes", "softfail"},
			{90, []string{"v=spf1 +a +mx +ip4:{address} " + post + " ~all"}, "yes", "softfail"},
			{60, []string{"v=spf1 ip4:{address}/27 " + beta + " " + post + " -all"}, "yes", "fail"},
			{40, []string{"v=spf1 include:_spf.{domain} " + alpha + " ?all"}, "yes", "neutral"},
			{30, []string{"v=spf1 redirect=_spf.{domain}"}, "yes", "redirect"},
			{10, []string{"v=spf1 mx"}, "yes", "open"},
			{10, []string{"v=spf1 mx -all", "v=spf1 " + alpha + " -all"}, "broken", "multiple"},
		}},
		{check: "dmarc", label: "_dmarc.", inherits: true, ways: []sibling{
			{80, []string{"v=DMARC1; p=none"}, "yes", "none"},
			{80, []string{"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"}, "yes", "none_rua"},
			{30, []string{"v=DMARC1; p=quarantine; adkim=r; aspf=r; rua=mailto:{id}@reports.alpha-mail.test"}, "yes", "quarantine_rua"},
			{60, []string{"v=DMARC1; p=reject; sp=reject"}, "yes", "reject"},
			{50, []string{"v=DMARC1; p=reject; pct=100; rua=mailto:{id}@reports.alpha-mail.test; ruf=mailto:postmaster@{domain}; fo=1"}, "yes", "reject_rua"},
		}},
	}
	for _, s := range siblingStandards() {
		if s.check == "bimi" || s.check == "tlsrpt" {
			wild = append(wild, s)
		}
	}
	return wild
}

// siblingsOf are the sibling standards in worlds of a preset.
func siblingsOf(preset string) []siblings {
	if preset == presetWild {
		return wildStandards()
	}
	return siblingStandards()
}
