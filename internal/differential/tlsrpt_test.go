package differential

import (
	"strings"
	"testing"

	"stscan/internal/mtasts"
)

func ourTLSRPT(set []string) ours {
	got := mtasts.ParseTLSRPTSet(rrs(set))
	if !got.Valid {
		return ours{issues: got.Issues}
	}
	return ours{opinion{accept: true, read: strings.Join(got.TLSRPT.RUA, " "), ext: pairs(got.TLSRPT.Extensions, "=")}, got.Issues}
}

func tlsrpt(t *testing.T) subject[[]string] {
	return subject[[]string]{
		ours: ourTLSRPT,
		others: []parser[[]string]{
			{name: mox, ask: moxTLSRPT, extensions: true},
			{name: abnf, ask: rfcTLSRPT(newGrammar(t, tlsrptGrammar).is), onlyAccept: true},
		},
		classes: tlsrptClasses(),
	}
}

func tlsrptPieces() []string {
	return []string{";", ";;", "; ", " ;", " ", "\t", "=", ",", " , ", ":", "!", "%", "%2C", "%2", "@", "/", "?", "#", "[", "]", "[::1]", ":443", ":x", "é", "\"",
		"rua=", "; rua=", "; rua=mailto:b@example.com", "mailto:", "https://", "https:", "http://", "ftp:x", "; a=b", "; a=c", "; -a=b", "; v=x",
		"v=TLSRPTv1;", "v=TLSRPTv1", "v=TLSRPTv2"}
}

func TestTLSRPT(t *testing.T) {
	seeds := corpus(t, "tlsrpt.txt")
	for _, txt := range newGrammar(t, tlsrptGrammar).generate("tlsrpt-record") {
		seeds = append(seeds, []string{txt})
	}
	tlsrpt(t).check(t, append(seeds, mutatedSets(seeds, tlsrptPieces())...))
}

func TestTLSRPTClasses(t *testing.T) { tlsrpt(t).checkClasses(t) }
