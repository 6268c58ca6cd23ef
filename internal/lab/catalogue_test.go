package lab

import (
	"slices"
	"strings"
	"testing"

	"stscan/internal/taxonomy"
)

// TestEveryCodeHasAScenarioAndANearMiss walks the finding table: nothing is owed
// but what needs earlier snapshots, or faults of our own side.
func TestEveryCodeHasAScenarioAndANearMiss(t *testing.T) {
	var missing []string
	for _, e := range taxonomy.Table() {
		if e.Trigger != taxonomy.TriggerHost {
			if e.Trigger == taxonomy.TriggerHistory {
				missing = append(missing, string(e.Code))
			}
			continue
		}
		if e.Layer == taxonomy.LayerTLSRPT { // never in the codes of a verdict, but a detail of its adoption
			if !isWayOfTLSRPT(e.Code) {
				t.Errorf("%s: no way of TLSRPT comes to it", e.Code)
			}
			continue
		}
		var produced, nearMiss bool
		for _, s := range Scenarios() {
			if s.For != e.Code {
				continue
			}
			has := slices.Contains(s.Truth.Codes, e.Code)
			if has == s.NearMiss {
				t.Errorf("%s: near miss %v, but the truth is %v", s.Name, s.NearMiss, s.Truth.Codes)
			}
			produced, nearMiss = produced || !s.NearMiss, nearMiss || s.NearMiss
		}
		if produced && nearMiss {
			continue
		}
		t.Errorf("%s: scenario %v, near miss %v", e.Code, produced, nearMiss)
	}
	t.Logf("codes still owed: %s", strings.Join(missing, " "))
}

// isWayOfTLSRPT reports whether names of the lab publish TLSRPT so that code is
// what a reader finds. The ways that are ok beside it are the near misses.
func isWayOfTLSRPT(code taxonomy.Code) bool {
	for _, s := range siblingStandards() {
		if s.check == "tlsrpt" && slices.ContainsFunc(s.ways, func(w sibling) bool { return w.detail == string(code) }) {
			return true
		}
	}
	return false
}

func TestScenariosAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range slices.Concat(Scenarios(), HostileScenarios()) {
		if seen[s.Name] || s.Name == "" || strings.Trim(s.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("%q: the name is empty, odd, or given twice", s.Name)
		}
		seen[s.Name] = true
		if !strings.HasSuffix(s.Doc, ".") {
			t.Errorf("%s: %q is no sentence", s.Name, s.Doc)
		}
		if s.NearMiss && s.For == "" {
			t.Errorf("%s: a near miss of nothing", s.Name)
		}
		codes := s.Truth.Codes
		if !slices.IsSorted(codes) || len(slices.Compact(slices.Clone(codes))) != len(codes) {
			t.Errorf("%s: codes are not sorted, or given twice: %v", s.Name, codes)
		}
		for _, c := range codes {
			if _, ok := taxonomy.Of(c); !ok {
				t.Errorf("%s: no code %q", s.Name, c)
			}
		}
	}
}

// TestTruthsHoldTogether compares status, delivery and codes of each truth by
// the tables "Statuses and delivery" of the specification.
func TestTruthsHoldTogether(t *testing.T) {
	for _, s := range slices.Concat(Scenarios(), HostileScenarios()) {
		rule, ok := statusRules()[s.Truth.Status]
		if !ok {
			t.Errorf("%s: no status %q", s.Name, s.Truth.Status)
			continue
		}
		if !slices.Contains(rule.deliveries, s.Truth.Delivery) {
			t.Errorf("%s: status %s with delivery %s", s.Name, s.Truth.Status, s.Truth.Delivery)
		}
		if rule.because != nil && !hasError(s.Truth.Codes, rule.because) {
			t.Errorf("%s: status %s without an error of %v: %v", s.Name, s.Truth.Status, rule.because, s.Truth.Codes)
		}
		if hasError(s.Truth.Codes, rule.never) {
			t.Errorf("%s: status %s with an error of %v: %v", s.Name, s.Truth.Status, rule.never, s.Truth.Codes)
		}
	}
}

// statusRule says what a status goes with.
type statusRule struct {
	because    []taxonomy.Layer // an error of one of these; nil = none is needed
	never      []taxonomy.Layer // no error of these
	deliveries []taxonomy.Delivery
}

func statusRules() map[taxonomy.Status]statusRule {
	record := []taxonomy.Layer{taxonomy.LayerRecord}
	tcp := []taxonomy.Layer{taxonomy.LayerPolicyTCP} // of a first address, where a second one serves the policy
	retrieval := []taxonomy.Layer{taxonomy.LayerPolicyDNS, taxonomy.LayerPolicyTLS, taxonomy.LayerPolicyHTTP}
	syntax := []taxonomy.Layer{taxonomy.LayerPolicySyntax}
	match := []taxonomy.Layer{taxonomy.LayerMatch}
	mx := []taxonomy.Layer{taxonomy.LayerMXSMTP, taxonomy.LayerMXTLS, taxonomy.LayerMXCert}
	policy := slices.Concat(retrieval, syntax)
	inForce := []taxonomy.Delivery{taxonomy.DeliveryReportsOnly, taxonomy.DeliveryAtRiskSomeMX, taxonomy.DeliveryRefusedAllMX}
	return map[taxonomy.Status]statusRule{
		taxonomy.StatusNotDeployed: {nil, slices.Concat(record, tcp, policy, match, mx),
			[]taxonomy.Delivery{taxonomy.DeliveryUnprotected}},
		taxonomy.StatusBrokenRecord: {record, nil,
			[]taxonomy.Delivery{taxonomy.DeliveryPolicyIgnored, taxonomy.DeliveryUnprotected}},
		taxonomy.StatusBrokenRetrieval: {append(retrieval, tcp...), record,
			[]taxonomy.Delivery{taxonomy.DeliveryPolicyIgnored}},
		taxonomy.StatusBrokenSyntax: {syntax, slices.Concat(record, retrieval),
			[]taxonomy.Delivery{taxonomy.DeliveryPolicyIgnored}},
		taxonomy.StatusValidNone: {nil, slices.Concat(record, policy, match),
			[]taxonomy.Delivery{taxonomy.DeliveryUnprotected}},
		taxonomy.StatusBrokenMatch: {match, slices.Concat(record, policy), inForce},
		taxonomy.StatusBrokenMX:    {mx, slices.Concat(record, policy, match), inForce},
		taxonomy.StatusValidTesting: {nil, slices.Concat(record, policy, match),
			[]taxonomy.Delivery{taxonomy.DeliveryReportsOnly, taxonomy.DeliveryNoMail}},
		taxonomy.StatusValidEnforce: {nil, slices.Concat(record, policy, match),
			[]taxonomy.Delivery{taxonomy.DeliveryProtected, taxonomy.DeliveryNoMail}},
		taxonomy.StatusInconclusive: {nil, slices.Concat(record, policy, match, mx),
			[]taxonomy.Delivery{taxonomy.DeliveryUnknown}},
	}
}

// hasError reports whether one of codes is an error of one of layers.
func hasError(codes []taxonomy.Code, layers []taxonomy.Layer) bool {
	return slices.ContainsFunc(codes, func(c taxonomy.Code) bool {
		e, _ := taxonomy.Of(c)
		return e.Class == taxonomy.ClassError && slices.Contains(layers, e.Layer)
	})
}

// TestSharedHostsAreTheSame: a host outside the scanned domain is one machine
// on the network, whoever names it.
func TestSharedHostsAreTheSame(t *testing.T) {
	hosts := map[string]MX{}
	for _, s := range slices.Concat(Scenarios(), HostileScenarios()) {
		for _, m := range s.MX {
			if strings.Contains(m.Host, "{") {
				continue
			}
			if first, ok := hosts[m.Host]; ok && !sameHost(&first, &m) {
				t.Errorf("%s has another %s than a scenario before", s.Name, m.Host)
			}
			hosts[m.Host] = m
		}
	}
}

// TestPoliciesListNoUnderscore: lists hold names that no mx field may hold;
// such names get deployments whose policy does not list hosts below them.
func TestPoliciesListNoUnderscore(t *testing.T) {
	own, operator := deployedScenario(t, "enforce-own"), deployedScenario(t, "enforce-alpha")
	for domain, listed := range map[string]bool{
		"example.com": true, "x-1.example.com": true, "a_b.example.com": false, "a-.example.com": false, "-a.example.com": false,
	} {
		if got := newDeployment(&own).fits(domain); got != listed {
			t.Errorf("%s: its own hosts in its policy: %v, want %v", domain, got, listed)
		}
		if !newDeployment(&operator).fits(domain) {
			t.Errorf("%s cannot have a policy that lists an operator's hosts", domain)
		}
	}
}

func deployedScenario(t *testing.T, name string) Scenario {
	t.Helper()
	for _, s := range deployedScenarios() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no scenario %s", name)
	return Scenario{}
}
