//go:build e2e && linux

package e2e

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"stscan/analysis"
	"stscan/sinks"
)

// TestRealServers scans domains at real servers and compares with what is true of them.
func TestRealServers(t *testing.T) {
	w, all := newWorld(), slices.Concat(policyCases, mxCases, siblingCases)
	p := newPKI(t, w.sub(t, "pki"))
	mail := newServices(t, p, mailHosts)
	var records []string
	for _, s := range mail {
		records = append(records, s.records()...)
	}
	for _, d := range all {
		records = append(records, d.records()...)
	}
	w.startDNS(t, records) // first: the others ask it
	w.startMail(t, mail)
	w.startWeb(t, p, all)

	w.examine(t, p)
	ours := w.scanAll(t, p, all)
	theirs := w.fetchOpinions(t, p, domainsOf(all))
	table := newTable("name", "expected", "ours", "postfix-mta-sts-resolver", "why it differs")
	for _, d := range all {
		got, ok := ours[d.domain]
		if !ok {
			t.Errorf("%s: no row", d.domain)
			continue
		}
		if theirs[d.domain] != d.opinion() {
			t.Errorf("%s: postfix-mta-sts-resolver says %q, expected %q", d.domain, theirs[d.domain], d.opinion())
		}
		table.row(d.domain, d.want.summary(), d.compare(t, got), theirs[d.domain], d.other.because)
	}
	table.print()
	w.compareHosts(t, p, ours)
}

func domainsOf(all []deployment) []string {
	var names []string
	for _, d := range all {
		names = append(names, d.domain)
	}
	return names
}

// scanAll runs the program as a user would and reads what it wrote.
func (w world) scanAll(t *testing.T, p *pki, all []deployment) map[string]analysis.Verdict {
	t.Helper()
	list, out := filepath.Join(w.dir, "names"), filepath.Join(w.dir, "data")
	write(t, list, []byte(strings.Join(domainsOf(all), "\n")+"\n"))
	cmd := exec.CommandContext(t.Context(), w.scan, "run", "--out", out, "--snapshot", "e2e",
		"--resolver", resolverAddress+":53", "--https-port", "443", "--smtp-port", "25", "--roots", p.roots(),
		"--allow-special-addresses", "--retry-after", "0", "--progress", "off",
		"--contact", "mailto:scanner@example", "--ehlo-name", "scanner.example", list)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("scan run: %v\n%s", err, text)
	}
	snapshot := filepath.Join(out, "snapshot=e2e")
	if text, err := exec.CommandContext(t.Context(), w.scan, "verify", snapshot).CombinedOutput(); err != nil {
		t.Errorf("scan verify: %v\n%s", err, text)
	}
	verdicts := map[string]analysis.Verdict{}
	for v, err := range sinks.ReadVerdicts(snapshot, analysis.RulesetRFC) {
		if err != nil {
			t.Fatal(err)
		}
		verdicts[v.Domain] = v
	}
	return verdicts
}

// found is what a verdict says of all that is expected.
func found(v analysis.Verdict, want verdict) verdict {
	var codes, adopts []string
	for _, c := range v.Codes {
		codes = append(codes, string(c))
	}
	for expected := range strings.FieldsSeq(want.adopts) {
		check, _, _ := strings.Cut(expected, "=")
		for _, a := range v.Adopts {
			if a.Check == check {
				adopts = append(adopts, check+"="+string(a.State)+"/"+a.Detail)
			}
		}
	}
	return verdict{string(v.Status), string(v.Delivery), strings.Join(codes, " "), strings.Join(adopts, " ")}
}

// compare says where a verdict is not the truth, with what was seen, and gives
// its summary for the table.
func (d deployment) compare(t *testing.T, v analysis.Verdict) string {
	t.Helper()
	got := found(v, d.want)
	if got == d.want {
		return "same"
	}
	t.Errorf("%s:\n got %+v\nwant %+v", d.domain, got, d.want)
	for _, f := range v.Findings {
		t.Logf("%s: %s at %s: %s", d.domain, f.Code, f.Where, f.Got)
	}
	t.Logf("%s: %+v", d.domain, v.Adopts)
	return got.summary()
}

func (v verdict) summary() string {
	return strings.Join(strings.Fields(v.status+" "+v.delivery+" "+v.codes+" "+v.adopts), " ")
}

// compareHosts asks Postfix about every mail host and compares with our verdict of it.
func (w world) compareHosts(t *testing.T, p *pki, ours map[string]analysis.Verdict) {
	t.Helper()
	usable := map[string]string{}
	for _, v := range ours {
		for _, m := range v.MX {
			if m.EnforceOK != nil && usable[m.Host] != "true" { // an unlisted host is listed by another domain
				usable[m.Host] = fmt.Sprint(*m.EnforceOK)
			}
		}
	}
	table := newTable("mail host", "server", "our enforce_ok", "Postfix secure", "Postfix dane", "why Postfix differs")
	for _, h := range mailHosts {
		if h.other.secure == "" {
			continue
		}
		secure, dane := w.fingered(t, p, "secure", h), ""
		if h.other.dane != "" {
			dane = w.fingered(t, p, "dane", h)
		}
		if secure != h.other.secure || dane != h.other.dane {
			t.Errorf("%s %s: Postfix says secure %q, dane %q; expected %q, %q", h.host(), h.address, secure, dane, h.other.secure, h.other.dane)
		}
		agree := (secure == verified) == (usable[h.host()] == "true")
		if agree != (h.other.because == "") {
			t.Errorf("%s %s: Postfix says %q, we %q, and the reason expected is %q", h.host(), h.address, secure, usable[h.host()], h.other.because)
		}
		table.row(h.host()+" "+h.address, h.server, cmp.Or(usable[h.host()], "unknown"), secure, dane, h.other.because)
	}
	table.print()
}

// table is printed for the reader of the log.
type table struct{ w *tabwriter.Writer }

func newTable(columns ...string) table {
	const gap = 2
	fmt.Println()
	tab := table{tabwriter.NewWriter(os.Stdout, 0, 0, gap, ' ', 0)}
	tab.row(columns...)
	return tab
}

func (t table) row(cells ...string) { fmt.Fprintln(t.w, strings.Join(cells, "\t")) }
func (t table) print()              { t.w.Flush() }
