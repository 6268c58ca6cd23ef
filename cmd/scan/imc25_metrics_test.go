//go:build cgo && !noduckdb

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"stscan/analysis/research"
	"stscan/internal/lab"
	"stscan/internal/taxonomy"
)

// declared is what a domain of preset imc25 is, as the preset says: nothing here is read
// out of a verdict.
type declared struct {
	s            *lab.Scenario
	tld          string
	policy, mail string // classes of managers
	host         string // label of whoever the policy is delegated to, "" = nobody
	oneProvider  bool   // policy and mail are in one zone
	enforce      bool
	bad          int // MX hosts with a bad certificate
	tlsrpt       string
}

func declaredOf(world *lab.World, domain string) declared {
	s := world.Scenario(domain)
	c := declared{s: s, tld: domain[strings.LastIndexByte(domain, '.')+1:], policy: "self", mail: "third"}
	if len(s.Policy.CNAME) > 0 {
		c.policy, c.host = "third", zoneOf(s.Policy.CNAME[0])
		if strings.HasSuffix(c.host, "-web.test") {
			c.policy = "unclassified"
		}
		c.oneProvider = zoneOf(s.MX[0].Host) == c.host
		if label, ok := imc25Labels()[c.host]; ok {
			c.host = label
		}
	}
	switch host := s.MX[0].Host; {
	case strings.HasSuffix(host, ".{domain}"):
		c.mail = "self"
	case strings.Contains(host, "{group}"):
		c.mail = "unclassified"
	}
	for _, m := range s.MX {
		if len(m.Servers) > 0 && slices.Contains([]lab.Cert{lab.CertNameMismatch, lab.CertSelfSigned, lab.CertExpired}, m.Servers[0].TLS.Cert) {
			c.bad++
		}
	}
	c.enforce = len(s.Policy.Servers) > 0 && strings.Contains(s.Policy.Servers[0].HTTP.Body, "mode: enforce\n")
	for _, a := range world.Adopts(domain, "") {
		if a.Check == "tlsrpt" {
			c.tlsrpt = a.State
		}
	}
	return c
}

// zoneOf is the last two labels.
func zoneOf(host string) string {
	labels := strings.Split(host, ".")
	return strings.Join(labels[len(labels)-2:], ".")
}

// imc25Labels are the operators of table 2 by their zones.
func imc25Labels() map[string]string {
	return map[string]string{
		"tutanota.de": "tutanota", "dmarcinput.com": "dmarcreport", "mta-sts.tech": "powerdmarc", "easydmarc.pro": "easydmarc",
		"mailhardener.com": "mailhardener", "uriports.com": "uriports", "sdmarc.net": "sendmarc", "ondmarc.com": "ondmarc",
	}
}

func (c declared) has(prefix string) bool { return c.code(prefix) != "" }

func (c declared) code(prefix string) string {
	for _, code := range c.s.Truth.Codes {
		if strings.HasPrefix(string(code), prefix) {
			return string(code)
		}
	}
	return ""
}

func (c declared) status(statuses ...taxonomy.Status) bool {
	return slices.Contains(statuses, c.s.Truth.Status)
}

func (c declared) deployed() bool { return !c.status(taxonomy.StatusNotDeployed) }

func (c declared) misconfigured() bool {
	return c.deployed() && strings.HasPrefix(string(c.s.Truth.Status), "broken_")
}

func (c declared) unmatched() bool { return c.has("match_none") }

// inForce: what is wrong with the MX hosts matters to a sender.
func (c declared) inForce() bool {
	return c.status(taxonomy.StatusBrokenMatch, taxonomy.StatusBrokenMX, taxonomy.StatusValidEnforce, taxonomy.StatusValidTesting)
}

// layer is where the policy cannot be had.
func (c declared) layer() string {
	for _, l := range [][2]string{{"phost_", "dns"}, {"ptcp_", "tcp"}, {"ptls_", "tls"}, {"phttp_", "http"}, {"psyn_", "syntax"}} {
		if c.has(l[0]) {
			return l[1]
		}
	}
	return ""
}

// counts are n and total of each row of a metric, by its axes.
type counts map[string][2]int64

// add counts one more of total for row, and of n where is holds.
func (t counts) add(is bool, axes ...string) {
	key := strings.Join(axes, " | ")
	c := t[key]
	c[1]++
	if is {
		c[0]++
	}
	t[key] = c
}

// metricRows are the rows of a result in the same shape.
func metricRows(t *testing.T, r research.Result) counts {
	t.Helper()
	rows := counts{}
	for _, row := range r.Rows {
		var axes []string
		for _, name := range r.Metric.Axes {
			axes = append(axes, fmt.Sprint(row[columnOf(t, r, name)]))
		}
		rows[strings.Join(axes, " | ")] = [2]int64{row[columnOf(t, r, "n")].(int64), row[columnOf(t, r, "total")].(int64)}
	}
	return rows
}

func columnOf(t *testing.T, r research.Result, name string) int {
	t.Helper()
	i := slices.IndexFunc(r.Columns, func(c research.Column) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("%s has no column %s", r.Metric.ID, name)
	}
	return i
}

// expectCounts: each row that the truth counts is there, with these counts, and
// no other row has any.
func expectCounts(t *testing.T, id string, want, got counts) {
	t.Helper()
	for key, w := range want {
		if g, ok := got[key]; w[0] > 0 && !ok || ok && g != w {
			t.Errorf("%s %s: %d of %d, want %d of %d", id, key, g[0], g[1], w[0], w[1])
		}
	}
	for key, g := range got {
		if _, ok := want[key]; !ok && g[0] != 0 {
			t.Errorf("%s %s: %d of %d, want no such row", id, key, g[0], g[1])
		}
	}
}

// imc25Sample are domains of preset imc25 in whose list the rule of the paper finds
// the classes that the preset declares, with the paper's own thresholds: operators
// have their 50 domains, small ones more than 5, and who is alone is alone.
func imc25Sample(t *testing.T, world *lab.World) []string {
	t.Helper()
	const (
		each       = 7  // of a cell: eight cells make the 50 of budget-mail.test
		atOperator = 26 // of two cells of an operator without faults
		small      = 3  // small operators, whole
		groups     = 400
		undeployed = 100
	)
	var sample []string
	met := map[*lab.Scenario]int{}
	number := -1
	imc25Names(t, 1, imc25Deployed, func(name string) bool {
		number++
		c := declaredOf(world, name)
		most := each
		switch {
		case c.policy == "unclassified" && number%groups >= small:
			return false
		case c.policy == "unclassified":
			most = imc25Deployed
		case c.policy == "third" && strings.HasPrefix(c.s.Name, "imc25-valid-"):
			most = atOperator
		}
		if met[c.s]++; met[c.s] <= most {
			sample = append(sample, name)
		}
		return false
	})
	for range undeployed {
		sample = append(sample, fmt.Sprintf("undeployed-%d.com", len(sample)))
	}
	return sample
}
