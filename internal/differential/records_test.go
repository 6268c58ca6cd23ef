package differential

import (
	"strings"
	"testing"

	"stscan/internal/mtasts"
)

func ourRecords(set []string) ours {
	got := mtasts.ParseRecordSet(rrs(set))
	if !got.Valid {
		return ours{issues: got.Issues}
	}
	return ours{opinion{accept: true, read: got.Record.ID, ext: pairs(got.Record.Extensions, "=")}, got.Issues}
}

func rrs(set []string) [][]byte {
	out := make([][]byte, len(set))
	for i, s := range set {
		out[i] = []byte(s)
	}
	return out
}

func pairs(list []mtasts.Pair, sep string) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Key+sep+p.Value)
	}
	return strings.Join(out, ";")
}

func records(t *testing.T) subject[[]string] {
	return subject[[]string]{
		ours: ourRecords,
		others: []parser[[]string]{
			{name: mox, ask: moxRecords, extensions: true},
			{name: goMTASTS, ask: goMTASTSRecords},
			{name: abnf, ask: rfcRecords(newGrammar(t, recordGrammar).is), onlyAccept: true},
		},
		classes: recordClasses(),
	}
}

func recordPieces() []string {
	return []string{";", ";;", "; ", " ;", " ", "\t", "\n", "=", ",", ":", "-", ".", "_", "\"", "v=STSv1", "v=STSv1;", "v=STSv2",
		"id=", "id=1", "; id=2", "; id=", "; a=b", "; a=", "; -a=b", "; .a=b", "; v=x", "ID=1", "é", "\u00a0", strings.Repeat("x", 32)}
}

func TestRecords(t *testing.T) {
	seeds := append(corpus(t, "records.txt"), labRecords()...)
	for _, txt := range newGrammar(t, recordGrammar).generate("sts-text-record") {
		seeds = append(seeds, []string{txt})
	}
	records(t).check(t, append(seeds, mutatedSets(seeds, recordPieces())...))
}

func TestRecordClasses(t *testing.T) { records(t).checkClasses(t) }
