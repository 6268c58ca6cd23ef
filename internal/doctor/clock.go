package doctor

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"stscan/internal/evidence"
)

const (
	// clockExact is what the whole seconds of a Date field and the way of an
	// answer leave open; clockWrong is where the times in the tables and the
	// judgement of certificates that are new or about to expire go wrong.
	clockExact = 5 * time.Second
	clockWrong = 5 * time.Minute
)

const setClock = "let it be set over NTP (chrony, systemd-timesyncd): certificates are judged by it"

// clock compares this machine's clock with the Date field of HTTP answers (RFC
// 9110 section 6.6.1), the middle of all; without any, with the times in which
// the certificates of the servers are valid.
func clock(fetches []evidence.PolicyFetch) Finding {
	says := func(state State, seen, do string) Finding {
		return Finding{CheckClock, "", state, seen, do}
	}
	var behind []time.Duration
	for _, f := range fetches {
		if date, ok := dateOf(f); ok {
			middle := f.Span.Start.Add(f.Span.Duration / 2)
			behind = append(behind, date.Add(time.Second/2).Sub(middle)) // a Date leaves its fraction out
		}
	}
	if len(behind) == 0 {
		return clockByCertificates(fetches, says)
	}
	slices.Sort(behind)
	off := behind[len(behind)/2]
	by := fmt.Sprintf("by the Date of %d HTTP answers", len(behind))
	if len(behind) == 1 {
		by = "by the Date of one HTTP answer"
	}
	switch {
	case off.Abs() > clockWrong:
		return says(StateFailure, fmt.Sprintf("is %s, %s", aside(off), by), setClock)
	case off.Abs() > clockExact:
		return says(StateWarning, fmt.Sprintf("is %s, %s", aside(off), by), setClock)
	}
	return says(StateOK, fmt.Sprintf("is right to within %s, %s", clockExact, by), "")
}

// aside is how far the clock is off: negative, if it is ahead.
func aside(off time.Duration) string {
	if off < 0 {
		return off.Abs().Truncate(time.Second).String() + " fast"
	}
	return off.Truncate(time.Second).String() + " slow"
}

func dateOf(f evidence.PolicyFetch) (time.Time, bool) {
	for _, h := range f.Header {
		if strings.EqualFold(h[0], "Date") {
			t, err := http.ParseTime(h[1])
			return t, err == nil
		}
	}
	return time.Time{}, false
}

func clockByCertificates(fetches []evidence.PolicyFetch, says func(state State, seen, do string) Finding) Finding {
	read, valid := 0, 0
	for _, f := range fetches {
		if len(f.TLS.Chain) == 0 {
			continue
		}
		leaf, err := x509.ParseCertificate(f.TLS.Chain[0].DER)
		if err != nil {
			continue
		}
		read++
		if now := f.Span.Start; !now.Before(leaf.NotBefore) && !now.After(leaf.NotAfter) {
			valid++
		}
	}
	switch {
	case read == 0:
		return says(StateUnknown, "no HTTP answer to compare it with", "mend the way to policy hosts first, above")
	case valid == 0:
		return says(StateFailure, fmt.Sprintf("by it none of the certificates of %d policy hosts is valid now", read), setClock)
	}
	return says(StateUnknown, fmt.Sprintf("no HTTP answer has a Date; by the clock the certificates of %d of %d policy hosts are valid", valid, read), "name other domains with --domain")
}
