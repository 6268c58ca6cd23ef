package admission

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Each budget says who waits for it now, and what was waited for it: of three
// contacts the second waits one interval, the third two.
func TestWaitingByBudget(t *testing.T) {
	for _, c := range []struct {
		flag   string
		limits Limits
		kind   Kind
	}{
		{FlagDNSRate, Limits{DNSRate: 0.1}, DNS},
		{FlagHTTPSRate, Limits{HTTPSRate: 0.1}, HTTPS},
		{FlagSMTPRate, Limits{SMTPRate: 0.1}, SMTP},
		{FlagHostRate, Limits{HostRate: 0.1}, SMTP},
		{FlagNetRate, Limits{NetRate: 0.1}, HTTPS},
		{FlagOperatorRate, Limits{OperatorRate: 0.1}, SMTP},
	} {
		synctest.Test(t, func(t *testing.T) {
			gate := NewGate(GateConfig{Limits: c.limits})
			var all sync.WaitGroup
			for range 3 {
				all.Go(func() {
					one := contact("8.8.8.8", "mx.example.com")
					one.Kind = c.kind
					release, _, err := gate.Acquire(t.Context(), one, Wait{})
					if err != nil {
						t.Error(err)
						return
					}
					release()
				})
			}
			synctest.Wait()
			if s := gate.Stats(); s.Waiting[c.flag] != 2 || s.Waited[c.flag] != 0 {
				t.Errorf("%s: %d wait, %v waited, want 2 and nothing", c.flag, s.Waiting[c.flag], s.Waited[c.flag])
			}
			all.Wait()
			s := gate.Stats()
			for flag, n := range s.Waiting {
				want := time.Duration(0)
				if flag == c.flag {
					want = 30 * time.Second // 10 s for the second, 20 s for the third
				}
				if n != 0 || s.Waited[flag] != want {
					t.Errorf("%s: %s: %d wait, %v waited, want %v", c.flag, flag, n, s.Waited[flag], want)
				}
			}
		})
	}
}
