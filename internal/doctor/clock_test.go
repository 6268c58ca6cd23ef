package doctor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"net/http"
	"testing"
	"time"

	"stscan/internal/evidence"
)

var clockNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// dated is an answer that took two seconds, with the Date of a server whose clock
// is ahead of ours by so much.
func dated(ahead time.Duration) evidence.PolicyFetch {
	return evidence.PolicyFetch{
		Header: [][2]string{{"Content-Type", "text/plain"}, {"Date", clockNow.Add(time.Second + ahead).Format(http.TimeFormat)}},
		Span:   evidence.Span{Start: clockNow, Duration: 2 * time.Second},
	}
}

func TestClock(t *testing.T) {
	for _, c := range []struct {
		name  string
		ahead []time.Duration // of the servers
		state State
		says  []string
	}{
		{"right", []time.Duration{0}, StateOK, []string{"one HTTP answer"}},
		{"right, nearly", []time.Duration{4 * time.Second, -4 * time.Second, 0}, StateOK, []string{"3 HTTP answers"}},
		{"slow", []time.Duration{time.Minute, time.Minute}, StateWarning, []string{"is 1m0s slow", "NTP"}},
		{"fast", []time.Duration{-90 * time.Second}, StateWarning, []string{"fast"}},
		{"five minutes", []time.Duration{5*time.Minute - time.Second}, StateWarning, nil},
		{"more", []time.Duration{5*time.Minute + time.Second}, StateFailure, []string{"5m1s slow"}},
		{"a day fast", []time.Duration{-24 * time.Hour, -24 * time.Hour, 0}, StateFailure, []string{"23h59m59s fast"}},
		{"one server is wrong", []time.Duration{0, 0, time.Hour}, StateOK, nil},
		{"nobody says", nil, StateUnknown, []string{"no HTTP answer"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var fetches []evidence.PolicyFetch
			for _, a := range c.ahead {
				fetches = append(fetches, dated(a))
			}
			expect(t, clock(fetches), c.state, c.says...)
		})
	}
	nonsense := dated(0)
	nonsense.Header[1][1] = "yesterday"
	expect(t, clock([]evidence.PolicyFetch{nonsense}), StateUnknown)
}

// Without a Date the certificates tell, but only the worst.
func TestClockByCertificates(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	from := func(begin time.Time) evidence.PolicyFetch {
		leaf := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: begin, NotAfter: begin.Add(90 * 24 * time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		return evidence.PolicyFetch{TLS: evidence.TLS{Version: "TLS1.3", Chain: []evidence.Certificate{{DER: der}}}, Span: evidence.Span{Start: clockNow}}
	}
	before, after, during := from(clockNow.Add(-365*24*time.Hour)), from(clockNow.Add(time.Hour)), from(clockNow.Add(-time.Hour))
	expect(t, clock([]evidence.PolicyFetch{before, after}), StateFailure, "none of the certificates of 2")
	expect(t, clock([]evidence.PolicyFetch{before, during}), StateUnknown, "1 of 2")
	unreadable := evidence.PolicyFetch{TLS: evidence.TLS{Chain: []evidence.Certificate{{DER: []byte("no certificate")}}}}
	expect(t, clock([]evidence.PolicyFetch{unreadable}), StateUnknown)
}
