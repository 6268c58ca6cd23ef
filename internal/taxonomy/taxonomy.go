// Package taxonomy is the vocabulary of verdicts: codes, classes, layers,
// statuses and deliveries, and the one table that says what each code means.
// It imports nothing of this module and knows nothing of evidence.
package taxonomy

// Class says how much a finding weighs.
type Class string

const (
	ClassInfo         Class = "info"         // a fact
	ClassLint         Class = "lint"         // works, but should be mended
	ClassError        Class = "error"        // a conforming sender is affected
	ClassInconclusive Class = "inconclusive" // we could not tell
)

// Layer is the stage of a sender's work to which a finding belongs.
type Layer string

const (
	LayerDomain       Layer = "domain"
	LayerRecord       Layer = "record"
	LayerPolicyDNS    Layer = "policy dns"
	LayerPolicyTCP    Layer = "policy tcp"
	LayerPolicyTLS    Layer = "policy tls"
	LayerPolicyHTTP   Layer = "policy http"
	LayerPolicySyntax Layer = "policy syntax"
	LayerMXDNS        Layer = "mx dns"
	LayerMXSMTP       Layer = "mx smtp"
	LayerMXTLS        Layer = "mx tls"
	LayerMXCert       Layer = "mx cert"
	LayerMatch        Layer = "match"
	LayerInconclusive Layer = "inconclusive"
	LayerTLSRPT       Layer = "tlsrpt"
)

// Trigger says what makes a code appear.
type Trigger string

const (
	TriggerHost    Trigger = "host"    // something a server or zone does: the lab has a scenario and a near miss
	TriggerRun     Trigger = "run"     // our side: faults of ours, opt-out, cancel
	TriggerHistory Trigger = "history" // needs earlier snapshots
)

// Result is a result type of RFC 8460 section 4.3.
type Result string

const (
	ResultNone                 Result = ""
	ResultSTSWebPKIInvalid     Result = "sts-webpki-invalid"
	ResultSTSPolicyFetchError  Result = "sts-policy-fetch-error"
	ResultSTSPolicyInvalid     Result = "sts-policy-invalid"
	ResultStartTLSNotSupported Result = "starttls-not-supported"
	ResultHostMismatch         Result = "certificate-host-mismatch"
	ResultCertExpired          Result = "certificate-expired"
	ResultCertNotTrusted       Result = "certificate-not-trusted"
	ResultValidationFailure    Result = "validation-failure"
)

// Status names the first layer that decided about a domain.
type Status string

const (
	StatusNotDeployed     Status = "not_deployed"
	StatusBrokenRecord    Status = "broken_record"
	StatusBrokenRetrieval Status = "broken_retrieval"
	StatusBrokenSyntax    Status = "broken_syntax"
	StatusValidNone       Status = "valid_none"
	StatusBrokenMatch     Status = "broken_match"
	StatusBrokenMX        Status = "broken_mx"
	StatusValidTesting    Status = "valid_testing"
	StatusValidEnforce    Status = "valid_enforce"
	StatusInconclusive    Status = "inconclusive"
)

// Delivery is what a sender that conforms to RFC 8461, with an empty cache, does.
type Delivery string

const (
	DeliveryUnprotected   Delivery = "unprotected"
	DeliveryPolicyIgnored Delivery = "policy_ignored"
	DeliveryReportsOnly   Delivery = "reports_only"
	DeliveryProtected     Delivery = "protected"
	DeliveryAtRiskSomeMX  Delivery = "at_risk_some_mx"
	DeliveryRefusedAllMX  Delivery = "refused_all_mx"
	DeliveryNoMail        Delivery = "no_mail"
	DeliveryUnknown       Delivery = "unknown"
)

// Statuses and Deliveries list the values in the order in which tables show them.
func Statuses() []Status {
	return []Status{StatusValidEnforce, StatusValidTesting, StatusValidNone, StatusBrokenRecord, StatusBrokenRetrieval,
		StatusBrokenSyntax, StatusBrokenMatch, StatusBrokenMX, StatusInconclusive, StatusNotDeployed}
}

func Deliveries() []Delivery {
	return []Delivery{DeliveryProtected, DeliveryAtRiskSomeMX, DeliveryRefusedAllMX, DeliveryReportsOnly,
		DeliveryPolicyIgnored, DeliveryUnprotected, DeliveryNoMail, DeliveryUnknown}
}

// Entry is one row of the finding table.
type Entry struct {
	Code    Code
	Class   Class
	Layer   Layer
	Trigger Trigger
	Passing bool   // inconclusive for a cause that may pass: asked again in the second pass
	Cite    string // "RFC 8461 section 3.1"; "" only for what this scan itself does (trigger run)
	Result  Result // RFC 8460 result type, ResultNone if it has none
	Text    string // one sentence: what was found
	Advice  string // one or two sentences: what the administrator should change
}
