//go:build e2e && linux

package e2e

import (
	"fmt"
	"strings"
)

// deployment is one mail domain: what is published and served, and what is true of it.
type deployment struct {
	domain string
	mx     []string // names of mail hosts; "." = null MX
	record string   // instead of a valid record; none = no record
	policy string   // instead of policyOf(mx, "enforce")
	site   site
	zone   []string // further lines of the zone, with absolute names
	// noPolicyHost: mta-sts.domain gets no address from us; zone says what it has.
	noPolicyHost bool
	want         verdict
	other        fetchOpinion
}

// verdict is the truth of a domain.
type verdict struct {
	status, delivery string
	codes            string // sorted, with a space between them
	adopts           string // check=state/detail of the sibling standards that matter here
}

// fetchOpinion is what postfix-mta-sts-resolver says, where it differs from
// what the status implies, and why.
type fetchOpinion struct{ result, because string }

// Results of postfix-mta-sts-resolver.
const (
	resultNone  = "NONE"
	resultError = "FETCH_ERROR"
	resultValid = "VALID"
)

const none = "-"

// opinion is the result expected of postfix-mta-sts-resolver.
func (d deployment) opinion() string {
	if d.other.result != "" {
		return d.other.result
	}
	switch d.want.status {
	case "not_deployed", "broken_record":
		return resultNone
	case "broken_retrieval", "broken_syntax":
		return resultError
	}
	return resultValid
}

func (d deployment) policyAddress() string {
	if d.site.address != "" {
		return d.site.address
	}
	return webAddress
}

func (d deployment) policyText() string {
	if d.policy != "" {
		return d.policy
	}
	return policyOf("enforce", d.mx...)
}

// policyOf is a policy that lists mail hosts.
func policyOf(mode string, mx ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: STSv1\r\nmode: %s\r\n", mode)
	for _, name := range mx {
		fmt.Fprintf(&b, "mx: %s\r\n", hostNamed(name))
	}
	b.WriteString("max_age: 604800\r\n")
	return b.String()
}

// hostNamed is the host name of a mail host of the table, or the name itself.
func hostNamed(name string) string {
	for _, h := range mailHosts {
		if h.name == name {
			return h.host()
		}
	}
	return name
}

// records are the zone lines of a domain.
func (d deployment) records() []string {
	lines := append([]string(nil), d.zone...)
	for i, name := range d.mx {
		host := "."
		if name != "." {
			host = hostNamed(name) + "."
		}
		lines = append(lines, fmt.Sprintf("%s. MX %d %s", d.domain, 10*i, host))
	}
	switch d.record {
	case none:
	case "":
		lines = append(lines, "_mta-sts."+d.domain+`. TXT "v=STSv1; id=20261122;"`)
	default:
		lines = append(lines, "_mta-sts."+d.domain+`. TXT `+d.record)
	}
	if !d.noPolicyHost {
		lines = append(lines, "mta-sts."+d.domain+". A "+d.policyAddress())
	}
	return lines
}
