//go:build cgo && !noduckdb

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"stscan/internal/lab"
)

// deployer is a domain of preset imc25: what the preset says of it beside what holds
// of every name of the lab.
type deployer struct {
	declared
	policy, mail string // classes of managers
	host         string // label of whoever the policy is delegated to, "" = nobody
	oneProvider  bool   // policy and mail are in one zone
	bad          int    // MX hosts with a bad certificate
}

func deployerOf(world *lab.World, domain string) deployer {
	c := deployer{declared: declare(world, domain), policy: "self", mail: "third"}
	s := c.s
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
	return c
}

// imc25Labels are the operators of table 2 by their zones.
func imc25Labels() map[string]string {
	return map[string]string{
		"tutanota.de": "tutanota", "dmarcinput.com": "dmarcreport", "mta-sts.tech": "powerdmarc", "easydmarc.pro": "easydmarc",
		"mailhardener.com": "mailhardener", "uriports.com": "uriports", "sdmarc.net": "sendmarc", "ondmarc.com": "ondmarc",
	}
}

func (c deployer) unmatched() bool { return c.has("match_none") }

// layer is where the policy cannot be had.
func (c deployer) layer() string {
	for _, l := range [][2]string{{"phost_", "dns"}, {"ptcp_", "tcp"}, {"ptls_", "tls"}, {"phttp_", "http"}, {"psyn_", "syntax"}} {
		if c.has(l[0]) {
			return l[1]
		}
	}
	return ""
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
		c := deployerOf(world, name)
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
