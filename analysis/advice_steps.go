package analysis

import (
	"fmt"
	"slices"
	"strings"

	"stscan/internal/taxonomy"
)

// maxPlaces is how many places one step names.
const maxPlaces = 3

// steps are what to do, in the order in which it does no harm: the policy host,
// the policy, then the record (RFC 8461 section 8.1), then the mail servers.
func (m *mender) steps(a Advice) []string {
	var s []string
	errors := func(f Finding) bool { return f.Class == taxonomy.ClassError }
	s = append(s, m.advise(layers(taxonomy.LayerPolicyDNS, taxonomy.LayerPolicyTCP, taxonomy.LayerPolicyTLS, taxonomy.LayerPolicyHTTP), errors)...)
	if a.Policy != "" {
		s = append(s, m.serve()...)
	} else {
		s = append(s, m.advise(layers(taxonomy.LayerPolicySyntax, taxonomy.LayerMatch), errors)...)
	}
	if a.TXT != "" {
		s = append(s, m.publish())
	}
	if a.TXT != "" || m.v.DeliveryIfEnforced != nil {
		s = append(s, m.mailServers()...)
	}
	s = append(s, m.advise(func(f Finding) bool {
		return !isMail(f.Layer) && !(a.Policy != "" && f.Layer == taxonomy.LayerPolicySyntax)
	},
		func(f Finding) bool { return f.Class == taxonomy.ClassLint })...)
	s = append(s, m.advise(layers(taxonomy.LayerInconclusive), func(Finding) bool { return true })...)
	if m.v.Status == taxonomy.StatusValidTesting && m.v.DeliveryIfEnforced != nil && *m.v.DeliveryIfEnforced == taxonomy.DeliveryProtected {
		s = append(s, "Every MX host that was judged would pass in mode enforce: when the reports stay clean for some weeks, write \"mode: enforce\", then change the id of the record.")
	}
	if NoReports(m.v) && (a.TXT != "" || m.v.Status == taxonomy.StatusValidTesting) {
		s = append(s, fmt.Sprintf("Publish a TXT record at _smtp._tls.%s, such as \"v=TLSRPTv1;rua=mailto:tlsrpt@%[1]s\", so that senders report failures (RFC 8460 section 3).", m.domain))
	}
	return s
}

// NoReports reports whether senders are known to have nowhere to report to: the
// domain has no TLSRPT record.
func NoReports(v *Verdict) bool {
	return slices.ContainsFunc(v.Adopts, func(a Adoption) bool { return a.Check == "tlsrpt" && a.State == AdoptsNo })
}

// layers picks the findings of some layers.
func layers(of ...taxonomy.Layer) func(Finding) bool {
	return func(f Finding) bool { return slices.Contains(of, f.Layer) }
}

func isMail(l taxonomy.Layer) bool {
	switch l {
	case taxonomy.LayerMXDNS, taxonomy.LayerMXSMTP, taxonomy.LayerMXTLS, taxonomy.LayerMXCert:
		return true
	}
	return false
}

// serve says where the policy goes, and why it differs from what was written.
func (m *mender) serve() []string {
	where := "https://" + PolicyHost(m.domain) + policyPath
	s := []string{"Serve the policy below at " + where + " as text/plain, before the record is changed (RFC 8461 section 8.1)."}
	if chain := m.v.PolicyCNAME; len(chain) > 0 {
		s[0] += fmt.Sprintf(" %s is a CNAME to %s: it is whoever runs that who serves it.", PolicyHost(m.domain), lastOf(chain))
	}
	switch {
	case m.guessed:
		s = append(s, "The policy begins in mode testing, in which nothing is refused. When the reports stay clean for some weeks, write \"mode: enforce\" and change the id.")
	case m.premature:
		s = append(s, "The policy says mode testing where enforce was written, since senders would refuse the mail servers named below as they are. Return to enforce when they are mended, with a new id.")
	}
	return s
}

// publish says where the record goes.
func (m *mender) publish() string {
	name := RecordName(m.domain)
	if m.recordAt != "" {
		return fmt.Sprintf("Publish the TXT record below. %s is a CNAME to %s: let its operator change the record there, or put the record in the place of the CNAME.", name, m.recordAt)
	}
	return "Publish the TXT record below, as the only one at " + name + "."
}

// mailServers is what a sender in mode enforce stumbles over, whatever the mode
// is now; and what keeps mail flowing meanwhile.
func (m *mender) mailServers() []string {
	amiss := func(f Finding) bool {
		e, _ := taxonomy.Of(f.Code)
		return e.Class == taxonomy.ClassError || e.Class == taxonomy.ClassLint
	}
	s := m.advise(func(f Finding) bool { return isMail(f.Layer) }, amiss)
	if m.v.Mode != nil && *m.v.Mode == "enforce" && isTrue(m.v.RecordValid) && m.failing() {
		s = append(s, "Until that is done, mode testing keeps mail flowing: write \"mode: testing\" into the policy, then change the id of the record.")
	}
	return s
}

// advise gives the advice of the table on the findings that are picked, each
// once, with the places it is about.
func (m *mender) advise(layer, class func(Finding) bool) []string {
	var advice []string
	places := map[string][]string{}
	for _, f := range m.v.Findings {
		e, _ := taxonomy.Of(f.Code)
		if e.Advice == "" || !layer(f) || !class(f) {
			continue
		}
		if places[e.Advice] == nil {
			advice = append(advice, e.Advice)
		}
		if !slices.Contains(places[e.Advice], f.Where) {
			places[e.Advice] = append(places[e.Advice], f.Where)
		}
	}
	for i, a := range advice {
		at := places[a]
		more := ""
		if len(at) > maxPlaces {
			at, more = at[:maxPlaces], fmt.Sprintf(" and %d more", len(at)-maxPlaces)
		}
		advice[i] = strings.Join(at, ", ") + more + ": " + strings.ReplaceAll(a, "<domain>", m.domain)
	}
	return advice
}
