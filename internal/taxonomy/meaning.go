package taxonomy

// Status returns the status that a finding of e leads to when no earlier layer
// failed, or "" when it never decides. Findings at MX hosts decide only where
// no other address of the host, or no other host, says otherwise.
func (e Entry) Status() Status {
	switch e.Class {
	case ClassError:
		return e.Layer.brokenStatus()
	case ClassInconclusive:
		return StatusInconclusive
	}
	return ""
}

// brokenStatus is the status that an error in layer l leads to.
func (l Layer) brokenStatus() Status {
	switch l {
	case LayerRecord:
		return StatusBrokenRecord
	case LayerPolicyDNS, LayerPolicyTCP, LayerPolicyTLS, LayerPolicyHTTP:
		return StatusBrokenRetrieval
	case LayerPolicySyntax:
		return StatusBrokenSyntax
	case LayerMatch:
		return StatusBrokenMatch
	case LayerMXSMTP, LayerMXTLS, LayerMXCert:
		return StatusBrokenMX
	}
	return "" // the others have no errors, or none that a sender meets
}

// Meaning says in one sentence when a domain has status s; "" for no status.
func (s Status) Meaning() string {
	switch s {
	case StatusNotDeployed:
		return "There is no TXT record that claims to be an MTA-STS record, and none that was meant as one."
	case StatusBrokenRecord:
		return "A TXT record claims to be an MTA-STS record, or was meant as one, and cannot be used."
	case StatusBrokenRetrieval:
		return "The record is valid; the policy cannot be fetched (DNS, TCP, TLS or HTTP of the policy host)."
	case StatusBrokenSyntax:
		return "A policy was fetched, and it does not hold to the grammar of RFC 8461 section 3.2."
	case StatusValidNone:
		return "A valid policy with mode none; nothing behind it is judged as an error."
	case StatusBrokenMatch:
		return "A valid policy in force, and an MX host that no mx pattern of it matches."
	case StatusBrokenMX:
		return "A valid policy in force that lists every MX host, one of which was reached and has no STARTTLS or no valid certificate."
	case StatusValidTesting:
		return "A valid policy with mode testing; every MX host that could be judged is good, or the domain takes no mail."
	case StatusValidEnforce:
		return "A valid policy with mode enforce; every MX host that could be judged is good, or the domain takes no mail."
	case StatusInconclusive:
		return "Something that decides could not be told, and no earlier layer had failed."
	}
	return ""
}

// Meaning says in one sentence what a sender does; "" for no delivery.
func (d Delivery) Meaning() string {
	switch d {
	case DeliveryUnprotected:
		return "It delivers as if there were no MTA-STS: there is no record for it, or a valid policy says mode none."
	case DeliveryPolicyIgnored:
		return "It delivers as if there were no MTA-STS, although a record is claimed: the record or the policy cannot be used."
	case DeliveryReportsOnly:
		return "It delivers whatever it finds, and reports failures: mode testing."
	case DeliveryProtected:
		return "It delivers over verified TLS only, and every judged MX host allows it."
	case DeliveryAtRiskSomeMX:
		return "It delivers over verified TLS only; some of the judged MX hosts allow it, some do not."
	case DeliveryRefusedAllMX:
		return "It does not deliver: mode enforce, and no judged MX host can be used."
	case DeliveryNoMail:
		return "It has nowhere to deliver to: null MX, neither MX nor address, or every listed MX host dead in the DNS."
	case DeliveryUnknown:
		return "Too little was seen to say."
	}
	return ""
}

// Classes, Layers and Triggers list the values in the order in which tables
// show them.
func Classes() []Class { return []Class{ClassError, ClassLint, ClassInfo, ClassInconclusive} }

func Layers() []Layer {
	return []Layer{LayerDomain, LayerRecord, LayerPolicyDNS, LayerPolicyTCP, LayerPolicyTLS, LayerPolicyHTTP, LayerPolicySyntax,
		LayerMXDNS, LayerMXSMTP, LayerMXTLS, LayerMXCert, LayerMatch, LayerInconclusive, LayerTLSRPT}
}

func Triggers() []Trigger { return []Trigger{TriggerHost, TriggerRun, TriggerHistory} }

// Meaning says in one sentence how much a finding of class c weighs.
func (c Class) Meaning() string {
	switch c {
	case ClassError:
		return "A conforming sender is affected. Always rests on positive evidence."
	case ClassLint:
		return "Works, or harms only one of several ways to deliver, but should be mended."
	case ClassInfo:
		return "A fact, neither good nor bad."
	case ClassInconclusive:
		return "Could not be told. Never counts as an error, and never as an absence."
	}
	return ""
}

// Meaning says in one sentence what makes a code with trigger t appear.
func (t Trigger) Meaning() string {
	switch t {
	case TriggerHost:
		return "Something that a server or a zone does."
	case TriggerRun:
		return "Something on the side of the scan: a fault or a limit of it, its opt-out list, its settings."
	case TriggerHistory:
		return "A comparison with earlier snapshots."
	}
	return ""
}

// Meaning says in one sentence what layer l is about.
func (l Layer) Meaning() string {
	switch l {
	case LayerDomain:
		return "The name itself, and where its mail goes."
	case LayerRecord:
		return "The TXT record at _mta-sts (RFC 8461 section 3.1)."
	case LayerPolicyDNS:
		return "The name and the addresses of the policy host, mta-sts.<domain>."
	case LayerPolicyTCP:
		return "The connection to the policy host."
	case LayerPolicyTLS:
		return "TLS with the policy host, and its certificate (RFC 8461 section 3.3)."
	case LayerPolicyHTTP:
		return "The HTTP response of the policy host (RFC 8461 section 3.3)."
	case LayerPolicySyntax:
		return "The text of the policy (RFC 8461 section 3.2)."
	case LayerMXDNS:
		return "The names and the addresses of the MX hosts."
	case LayerMXSMTP:
		return "The SMTP dialogue with the MX hosts, up to STARTTLS."
	case LayerMXTLS:
		return "The TLS handshake with the MX hosts."
	case LayerMXCert:
		return "The certificates of the MX hosts (RFC 8461 section 4.2)."
	case LayerMatch:
		return "Whether the policy lists the MX hosts (RFC 8461 section 4.1), and why not. Asked before a host is contacted."
	case LayerInconclusive:
		return "What could not be told, and why."
	case LayerTLSRPT:
		return "The TLSRPT record at _smtp._tls (RFC 8460 section 3)."
	}
	return ""
}
