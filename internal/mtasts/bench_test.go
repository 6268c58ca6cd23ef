package mtasts

import (
	"strings"
	"testing"
)

func BenchmarkParseRecordSet(b *testing.B) {
	txts := rrs("v=spf1 -all", "v=STSv1; id=20160831085700Z;")
	b.ReportAllocs()
	for b.Loop() {
		if !ParseRecordSet(txts).Valid {
			b.Fatal("not valid")
		}
	}
}

func BenchmarkParsePolicy(b *testing.B) {
	typical := "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backup.example.com\r\nmax_age: 604800\r\n"
	for _, c := range []struct{ name, body string }{
		{"typical", typical},
		{"full64KiB", strings.Repeat("mx: a.example\n", MaxPolicySize/14)},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := []byte(c.body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				ParsePolicy(body)
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if !Match("*.mail.example.com", "mx1.mail.EXAMPLE.com.") {
			b.Fatal("no match")
		}
	}
}

func BenchmarkParseTLSRPTSet(b *testing.B) {
	txts := rrs("v=TLSRPTv1; rua=mailto:reports@example.com,https://report.example.com/v1")
	b.ReportAllocs()
	for b.Loop() {
		if !ParseTLSRPTSet(txts).Valid {
			b.Fatal("not valid")
		}
	}
}
