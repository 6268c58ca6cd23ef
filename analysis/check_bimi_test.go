package analysis

import "testing"

func TestBIMI(t *testing.T) {
	const name, above = "default._bimi.example.com", "default._bimi.org.example"
	has := func(records ...string) change { return answer(name, "TXT", records...) }
	inherits := func(record string) change {
		return all(below("org.example"), nxdomain(name, "TXT"), answer(above, "TXT", record))
	}
	runCheck(t, bimiCheck(), []adoptionCase{
		{"logo", has("v=BIMI1; l=https://example.com/logo.svg"), AdoptsYes, "logo"},
		{"logo, no certificate", has("v=BIMI1; l=https://example.com/logo.svg; a=;"), AdoptsYes, "logo"},
		{"certified", has("v=BIMI1;l=https://example.com/logo.svg;a=https://example.com/vmc.pem"), AdoptsYes, "certified"},
		{"inherited", inherits("v=BIMI1; l=https://example.com/logo.svg"), AdoptsYes, "org_logo"},
		{"inherited, certified", inherits("v=BIMI1; l=https://example.com/logo.svg; a=https://example.com/vmc.pem"), AdoptsYes, "org_certified"},
		{"declined", has("v=BIMI1; l=; a=;"), AdoptsNo, "declined"},
		{"declined here, whatever is above", all(below("org.example"), has("v=BIMI1; l="), answer(above, "TXT", "v=BIMI1; l=https://a.example/l.svg")), AdoptsNo, "declined"},
		{"none", nxdomain(name, "TXT"), AdoptsNo, "absent"},
		{"no data", nodata(name, "TXT"), AdoptsNo, "absent"},
		{"foreign", has("v=BIMI2; l=https://example.com/logo.svg"), AdoptsNo, "absent"},
		{"two", has("v=BIMI1; l=https://example.com/1.svg", "v=BIMI1; l=https://example.com/2.svg"), AdoptsBroken, "multiple"},
		{"no delimiter", has("v=BIMI1 l=https://example.com/logo.svg"), AdoptsBroken, "syntax"},
		{"no location", has("v=BIMI1;"), AdoptsBroken, "syntax"},
		{"http", has("v=BIMI1; l=http://example.com/logo.svg"), AdoptsBroken, "bad_location"},
		{"no host", has("v=BIMI1; l=https:///logo.svg"), AdoptsBroken, "bad_location"},
		{"certificate over http", has("v=BIMI1; l=https://example.com/logo.svg; a=http://example.com/vmc.pem"), AdoptsBroken, "bad_location"},
		{"certificate without a logo", has("v=BIMI1; l=; a=https://example.com/vmc.pem"), AdoptsBroken, "bad_location"},
		{"unanswered", servfail(name, "TXT"), AdoptsUnknown, "unanswered"},
	})
}
