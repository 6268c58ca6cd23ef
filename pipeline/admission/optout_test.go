package admission

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func optOutFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "opt-out.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOptOut(t *testing.T) {
	o, err := LoadOptOut(optOutFile(t, "\ufeff# who asked\r\n\r\nExample.COM.  # ticket 12\n"+
		"mx1.provider.example\n*.below.example\n.dotted.example\nmünchen.de\n_mta-sts.under.example\ngov\n"+
		"192.0.2.1\n198.51.100.0/24\n203.0.113.77/28\n2001:db8::1\n2001:db8:1::/48\n::ffff:100.64.0.0/112\n"))
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"example.com":            "example.com",
		"EXAMPLE.com.":           "example.com",
		"a.b.example.com":        "example.com",
		"mta-sts.example.com":    "example.com",
		"notexample.com":         "",
		"com":                    "",
		"mx1.provider.example":   "mx1.provider.example",
		"mx2.provider.example":   "",
		"provider.example":       "",
		"below.example":          "below.example",
		"x.below.example":        "below.example",
		"x.dotted.example":       "dotted.example",
		"xn--mnchen-3ya.de":      "xn--mnchen-3ya.de",
		"www.MÜNCHEN.de":         "xn--mnchen-3ya.de",
		"_mta-sts.under.example": "_mta-sts.under.example",
		"under.example":          "",
		"nasa.gov":               "gov",
		"":                       "",
		"weird name.example.com": "example.com", // what the DNS gave, not what a list may hold
	} {
		if got := o.Name(host); got != want {
			t.Errorf("Name(%q) = %q, want %q", host, got, want)
		}
	}
	for addr, want := range map[string]string{
		"192.0.2.1":              "192.0.2.1/32",
		"192.0.2.2":              "",
		"::ffff:192.0.2.1":       "192.0.2.1/32",
		"64:ff9b::192.0.2.1":     "192.0.2.1/32",
		"2002:c000:201::1":       "192.0.2.1/32",
		"198.51.100.0":           "198.51.100.0/24",
		"198.51.100.255":         "198.51.100.0/24",
		"198.51.101.0":           "",
		"203.0.113.64":           "203.0.113.64/28",
		"203.0.113.79":           "203.0.113.64/28",
		"203.0.113.80":           "",
		"2001:db8::1":            "2001:db8::1/128",
		"2001:db8::1%eth0":       "2001:db8::1/128",
		"2001:db8::2":            "",
		"2001:db8:1:ffff::":      "2001:db8:1::/48",
		"2001:db8:2::":           "",
		"100.64.255.255":         "100.64.0.0/16",
		"100.65.0.0":             "",
		"::ffff:198.51.100.7":    "198.51.100.0/24",
		"2a00:1450:4001:801::1a": "",
	} {
		if got := o.Addr(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Addr(%s) = %q, want %q", addr, got, want)
		}
	}
	if o.Addr(netip.Addr{}) != "" {
		t.Error("no address is opted out")
	}
	var none *OptOut
	if none.Name("example.com") != "" || none.Addr(netip.MustParseAddr("192.0.2.1")) != "" {
		t.Error("without a list somebody is opted out")
	}
}

func TestOptOutWrongLine(t *testing.T) {
	for line, why := range map[string]string{
		"exa mple.com":            "no domain name",
		"a..example":              "no domain name",
		"user@example.com":        "no domain name",
		"https://example.com/":    "no address and no block",
		"192.0.2.0/33":            "no address and no block",
		"192.0.2.256":             "no domain name",
		"192.0.2":                 "no domain name",
		"2001:db8::/129":          "no address and no block",
		"2001:db8:::1":            "no address and no block",
		"fe80::1%eth0":            "zone",
		"*":                       "no domain name",
		".":                       "no domain name",
		strings.Repeat("a", 64):   "no domain name",
		strings.Repeat("a.", 130): "no domain name",
		"\xff.example":            "no domain name",
	} {
		path := optOutFile(t, "# fine\nexample.com\n"+line+"\n")
		_, err := LoadOptOut(path)
		if err == nil {
			t.Errorf("%q: no error", line)
			continue
		}
		for _, want := range []string{path, "line 3", why, "put # in front"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: error %q does not say %q", line, err, want)
			}
		}
	}
	if _, err := LoadOptOut(filepath.Join(t.TempDir(), "missing")); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("missing file: %v", err)
	}
}

// TestOptOutReload steps the looks by hand: looking is due when o.next has passed.
func TestOptOutReload(t *testing.T) {
	path := optOutFile(t, "a.example\n")
	o, err := LoadOptOut(path)
	if err != nil {
		t.Fatal(err)
	}
	first := o.SHA256()
	type report struct {
		sum string
		bad bool
	}
	var reports []report
	o.Report = func(sum string, err error) { reports = append(reports, report{sum, err != nil}) }
	modified := time.Now()
	write := func(text string) {
		t.Helper()
		modified = modified.Add(time.Second)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, modified, modified); err != nil {
			t.Fatal(err)
		}
	}
	look := func() { o.next.Store(0); o.Name("x.example") }

	write("b.example\n")
	if o.Name("b.example") != "" {
		t.Error("the file was looked at before it was due")
	}
	look()
	if o.Name("b.example") != "" {
		t.Error("a file just changed was taken at once")
	}
	look()
	if o.Name("b.example") == "" || o.Name("a.example") != "" || o.SHA256() == first {
		t.Error("a changed file was not taken")
	}
	write("wrong line\n")
	look()
	look()
	look()
	look()
	if o.Name("b.example") == "" {
		t.Error("a wrong list took the good one's place")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	look()
	look()
	if o.Name("b.example") == "" {
		t.Error("a list that is gone took the good one with it")
	}
	write("c.example\n")
	look()
	look()
	if o.Name("c.example") == "" {
		t.Error("a mended list was not taken")
	}
	if len(reports) != 4 || reports[0].bad || !reports[1].bad || !reports[2].bad || reports[3].bad {
		t.Errorf("reports %+v: want a change, a wrong line, a missing file, a change, each once", reports)
	}
	if err := os.WriteFile(path, []byte("d.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := o.Reload(); err != nil || o.Name("d.example") == "" {
		t.Errorf("Reload: %v", err)
	}
}

func FuzzParseOptOuts(f *testing.F) {
	f.Add("example.com\n192.0.2.0/24 # x\n2001:db8::/32\n")
	f.Add("*.münchen.de\n::ffff:1.2.3.4/120\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseOptOuts(text)
		if err != nil {
			return
		}
		o := &OptOut{}
		o.current.Store(l)
		o.next.Store(1 << 62)
		for name := range l.names {
			if o.Name(name) != name || o.Name("x."+name) == "" {
				t.Errorf("%q is not matched", name)
			}
		}
		for p := range l.blocks {
			if o.Addr(p.Addr()) == "" {
				t.Errorf("%s is not matched", p)
			}
		}
	})
}
