package analysis

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// fingerprint is how names that a policy provider hands out to its customers
// end.
type fingerprint struct {
	suffix string
	name   string
	since  string // month of the observation it stands on
}

// fingerprints are those of the eight largest policy providers in Ashiq,
// Fiebig, Chung (IMC 2025), table 2. Read-only.
var fingerprints = [...]fingerprint{
	{"_mta-sts.tutanota.de", "Tutanota", "2024-09"},
	{".mta-sts.dmarcinput.com", "DMARCReport", "2024-09"},
	{"._mta.mta-sts.tech", "PowerDMARC", "2024-09"},
	{"__mta_sts.easydmarc.pro", "EasyDMARC", "2024-09"},
	{"._mta-sts.mailhardener.com", "Mailhardener", "2024-09"},
	{"._mta-sts.uriports.com", "URIports", "2024-09"},
	{"._mta-sts.sdmarc.net", "Sendmarc", "2024-09"},
	{"._mta-sts.smart.ondmarc.com", "OnDMARC", "2024-09"},
}

// PolicyProvider is the name of the policy provider that handed out target, a
// CNAME target in lower case without final dot; "" if none is known.
func PolicyProvider(target string) string {
	for _, f := range fingerprints {
		if strings.HasSuffix(target, f.suffix) {
			return f.name
		}
	}
	return ""
}

// operator labels whoever runs host by its registrable domain, all rules of the
// Public Suffix List applied; nil for a name that has none.
func operator(host string) *string {
	label, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return nil
	}
	return &label
}
