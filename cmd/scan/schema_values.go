package main

import (
	"stscan/analysis"
	"stscan/internal/evidence"
)

// vocabulary is a closed list of words, and where they stand.
type vocabulary struct {
	Name  string `json:"name"`
	Where string `json:"where"`
	Words []word `json:"words"`
}

type word struct {
	Value   string `json:"value"`
	Meaning string `json:"meaning"`
}

// vocabularies are the closed lists that the tables use, those of verdicts
// left out: docs/FINDINGS.md has them.
func vocabularies() []vocabulary {
	return []vocabulary{
		{"op", "step that failed: op in domains and mx", opWords()},
		{"kind", "how it failed: kind in domains and mx", kindWords()},
		{"step", "domains.earlier.step, domains.skipped.step", []word{
			{evidence.StepDomain, "The whole name."},
			{evidence.StepRecord, "The TXT records at _mta-sts."},
			{evidence.StepPolicy, "The policy host: its addresses, and the policy."},
			{evidence.StepMX, "The MX records, the addresses of their hosts, and the SMTP sessions."},
			{evidence.StepChecks, "The sibling standards."},
		}},
		{"why", "domains.skipped.why; special_address, opted_out, budget and cancelled as in kind", []word{
			{evidence.WhyCap, "Beyond a cap on hosts or addresses."},
			{evidence.WhyNotAsked, "The settings leave it out (--probe-mx, --fetch-policy)."},
			{evidence.WhyNoIPv6, "The scanning machine has no IPv6."},
			{evidence.WhyAnswered, "An earlier address of the policy host had given an HTTP response."},
		}},
		{"controls", "domains.controls, manifest.json controls.state", []word{
			{evidence.ControlsOK, "The control names answered as ever: the scanning network was sound."},
			{evidence.ControlsFailed, "They did not, so that failures of that time may be ours."},
			{evidence.ControlsOff, "None were asked."},
		}},
		{"event", "events.jsonl kind", eventWords()},
		{"mx_status", "verdicts.mx_status", []word{
			{string(analysis.MXExplicit), "MX records."},
			{string(analysis.MXImplicit), "No MX record, but an address: the name is its own MX (RFC 5321 section 5.1)."},
			{string(analysis.MXNull), "A null MX: no mail (RFC 7505)."},
			{string(analysis.MXNone), "Neither MX nor address records."},
			{string(analysis.MXInconclusive), "Could not be told."},
		}},
		{"state", "verdicts.adopts.state", []word{
			{string(analysis.AdoptsYes), "Deployed, and in order."},
			{string(analysis.AdoptsNo), "Not deployed."},
			{string(analysis.AdoptsBroken), "Deployed, but not usable."},
			{string(analysis.AdoptsUnknown), "Could not be told."},
		}},
	}
}

func opWords() []word {
	return []word{
		{string(evidence.OpResolve), "The DNS question."},
		{string(evidence.OpDial), "Opening the connection."},
		{string(evidence.OpGreet), "Waiting for the SMTP greeting."},
		{string(evidence.OpEHLO), "EHLO, or HELO after it."},
		{string(evidence.OpStartTLS), "STARTTLS."},
		{string(evidence.OpHandshake), "The TLS handshake."},
		{string(evidence.OpRequest), "The HTTP request, up to the end of the response's header."},
		{string(evidence.OpBody), "The HTTP response's body."},
	}
}

func kindWords() []word {
	return []word{
		{string(evidence.KindTimeout), "No answer in time."},
		{string(evidence.KindRefused), "The connection was refused."},
		{string(evidence.KindReset), "The connection was reset."},
		{string(evidence.KindUnreachable), "The far side, or a router on the way, says that the host cannot be reached."},
		{string(evidence.KindEOF), "The connection was closed too early."},
		{string(evidence.KindAlert), "A TLS alert was received; column alert has its name."},
		{string(evidence.KindMalformed), "What was received is not of the protocol."},
		{string(evidence.KindOversize), "More was received than is kept."},
		{string(evidence.KindStatus), "The peer answered with a refusal: an SMTP code, an HTTP status, a DNS response code."},
		{string(evidence.KindRedirect), "The HTTP response is a redirect, which is not followed."},
		{string(evidence.KindLocal), "A fault of the scanning machine: descriptors, memory, permission."},
		{string(evidence.KindNoRoute), "The scanning machine has no route to the address."},
		{string(evidence.KindOther), "Something else; column detail may say what."},
		{string(evidence.KindSpecialAddress), "Not contacted: an address that cannot be reached over the Internet."},
		{string(evidence.KindOptedOut), "Not contacted: on the opt-out list."},
		{string(evidence.KindBudget), "Not contacted: a budget could not serve it in time."},
		{string(evidence.KindCancelled), "Not contacted: the scan was told to stop."},
	}
}

func eventWords() []word {
	return []word{
		{string(evidence.EventRunStarted), "The scan began."},
		{string(evidence.EventRunResumed), "Another process of the same scan went on."},
		{string(evidence.EventRunEnded), "This process ended in good order: the snapshot is complete, or the rest is left to a resume."},
		{string(evidence.EventSetting), "A resume gave a setting another value."},
		{string(evidence.EventPaused), "The controls failed: nothing new is begun."},
		{string(evidence.EventWentOn), "The controls answer again: the scan went on."},
		{string(evidence.EventResolverGone), "A resolver answers no more, and is asked again only now and then."},
		{string(evidence.EventResolverBack), "That resolver answered again."},
		{string(evidence.EventRetryPlanned), "The first pass is over: so many names wait for the second."},
		{string(evidence.EventRetryBegun), "The second pass began."},
		{string(evidence.EventChunkDropped), "A chunk was given up unfinished: its names are done again."},
		{string(evidence.EventOptOutRead), "The opt-out list had changed and was read again."},
		{string(evidence.EventOptOutWrong), "The opt-out list cannot be read again; the one read before stays in force."},
		{string(evidence.EventLogFull), "The log has reached its bound: from here on only starts and ends are written."},
	}
}
