package taxonomy

import (
	"slices"
	"testing"
)

func TestEveryValueHasAMeaning(t *testing.T) {
	sentence := func(what, s string) {
		t.Helper()
		if s == "" || s[len(s)-1] != '.' {
			t.Errorf("%s: meaning %q is no sentence", what, s)
		}
	}
	for _, s := range Statuses() {
		sentence(string(s), s.Meaning())
	}
	for _, d := range Deliveries() {
		sentence(string(d), d.Meaning())
	}
	for _, e := range Table() {
		sentence(string(e.Class), e.Class.Meaning())
		sentence(string(e.Layer), e.Layer.Meaning())
		sentence(string(e.Trigger), e.Trigger.Meaning())
		if !slices.Contains(Classes(), e.Class) || !slices.Contains(Layers(), e.Layer) || !slices.Contains(Triggers(), e.Trigger) {
			t.Errorf("%s: class, layer or trigger is not listed", e.Code)
		}
	}
}

// Written by hand from the table of statuses of the specification.
func TestStatusOfACode(t *testing.T) {
	for code, want := range map[Code]Status{
		DomNullMX:            "",
		RecDelegated:         "",
		RecMultiple:          StatusBrokenRecord,
		RecBadVersion:        StatusBrokenRecord,
		PhostNXDomain:        StatusBrokenRetrieval,
		PtcpTimeout:          StatusBrokenRetrieval,
		PtlsCertExpired:      StatusBrokenRetrieval,
		PhttpContentType:     StatusBrokenRetrieval,
		PsynMissingMX:        StatusBrokenSyntax,
		PlintMaxAgeShort:     "",
		MxdnsNXDomain:        "",
		SmtpTCPRefused:       "",
		SmtpStartTLSAbsent:   StatusBrokenMX,
		MxtlsHandshakeFailed: StatusBrokenMX,
		MxcertExpired:        StatusBrokenMX,
		MatchPartial:         StatusBrokenMatch,
		CauseTypo:            "",
		IncDNSTimeout:        StatusInconclusive,
		RptMultiple:          "", // stands in adopts, never decides
	} {
		if e, _ := Of(code); e.Status() != want {
			t.Errorf("%s leads to %q, want %q", code, e.Status(), want)
		}
	}
}
