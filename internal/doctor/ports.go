package doctor

import (
	"fmt"
	"slices"
	"strings"

	"stscan/analysis"
	"stscan/internal/evidence"
)

// mailPort is the port of the mail servers in words: they all have one, as a rule.
func (c *Config) mailPort() string {
	if len(c.Targets) > 0 {
		return port(c.Targets[0].Port)
	}
	return port(c.SMTPPort)
}

const letOut = "have your provider let port 25 out, scan from another network, or leave the mail servers out with --probe-mx none"

// smtp says what the sessions over one family show of port 25.
func (c *Config) smtp(f family, seen contacts) []Finding {
	t := newTried(seen.mailLost)
	var open []evidence.Session
	for _, s := range seen.sessions {
		if familyOf(s.Endpoint.Addr) != f {
			continue
		}
		before := t.open
		if t.add(s.Failure); t.open > before {
			open = append(open, s)
		}
	}
	says := func(state State, seen, do string) []Finding {
		return []Finding{{CheckSMTP, string(f), state, seen, do}}
	}
	greeted := greetings(open)
	switch n := t.contacted(); {
	case n == 0:
		return says(StateUnknown, t.none(), "mend that first, or name a mail server with --target ADDRESS")
	case t.open == 0 && t.failed[evidence.KindNoRoute] == n:
		return says(StateFailure, fmt.Sprintf("no route to any of %d mail servers", n), "connect this machine to the Internet over "+string(f)+", or leave the mail servers out with --probe-mx none")
	case t.open == 0:
		return says(StateFailure, fmt.Sprintf("none of %d mail servers accepted a connection to %s (%s): it seems to be blocked", n, c.mailPort(), counted(t.failed)), letOut)
	case len(greeted) == 0 && silent(open):
		return says(StateUnknown, fmt.Sprintf("%d of %d mail servers accepted a connection to %s, none greeted in time", t.open, n, c.mailPort()),
			"name others with --target: some delay the greeting against spam")
	case len(greeted) == 0:
		return says(StateFailure, fmt.Sprintf("%d of %d mail servers accepted a connection to %s, and none greeted: something on the way takes it", t.open, n, c.mailPort()), letOut)
	}
	text := fmt.Sprintf("%d of %d mail servers accepted a connection to %s, %d greeted", t.open, t.contacted(), c.mailPort(), len(greeted))
	found := says(StateOK, text, "")
	if sameVoice(greeted) {
		found = says(StateWarning, text+", all as "+firstWord(greeted[0].Greeting), "if they are not one operator's, something on the way answers in their place: "+letOut)
	}
	return append(found, reputation(f, greeted), startTLS(f, greeted))
}

// silent reports whether all of them did nothing but keep us waiting.
func silent(open []evidence.Session) bool {
	return !slices.ContainsFunc(open, func(s evidence.Session) bool { return s.Failure.Kind != evidence.KindTimeout })
}

// greetings are the sessions in which a mail server said something first.
func greetings(open []evidence.Session) []evidence.Session {
	var greeted []evidence.Session
	for _, s := range open {
		if s.Greeting.Code() != 0 {
			greeted = append(greeted, s)
		}
	}
	return greeted
}

// sameVoice reports whether hosts of several operators greet with one host name,
// as a proxy on the way does. (RFC 5321 section 4.2 has it begin the text.)
func sameVoice(greeted []evidence.Session) bool {
	hosts, voices := map[string]bool{}, map[string]bool{}
	for _, s := range greeted {
		if s.Greeting.Code() != 220 { // whose text need not begin with a name
			return false
		}
		hosts[operatorOf(s.Endpoint.Host)] = true
		voices[firstWord(s.Greeting)] = true
	}
	return len(hosts) > 1 && len(voices) == 1
}

// operatorOf is the last two labels of a host: enough to tell that two hosts are not one.
func operatorOf(host string) string {
	labels := strings.Split(host, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

func firstWord(r evidence.Reply) string {
	const code = len("220 ")
	line := r[0]
	word, _, _ := strings.Cut(line[min(code, len(line)):], " ")
	return strings.ToLower(word)
}

// words is a reply in one line, bounded.
func words(r evidence.Reply) string {
	const most = 160
	text := strings.Join(r, " / ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// reputation says whether those who greeted talk to us.
func reputation(f family, greeted []evidence.Session) Finding {
	var refusals []string
	for _, s := range greeted {
		if s.Failure.Kind == evidence.KindStatus && (s.Failure.Op == evidence.OpGreet || s.Failure.Op == evidence.OpEHLO) {
			reply := s.Greeting
			if s.Failure.Op == evidence.OpEHLO {
				reply = s.EHLO
			}
			refusals = append(refusals, s.Endpoint.Host+": "+words(reply))
		}
	}
	const mend = "give the address a reverse name, a name in EHLO that is the same, and ask the block lists that the reply names"
	switch {
	case len(refusals) == 0:
		return ok(CheckReputation, string(f), fmt.Sprintf("none of %d mail servers refuses this machine", len(greeted)))
	case len(refusals) == len(greeted):
		return Finding{CheckReputation, string(f), StateFailure, "every mail server refuses this machine, such as " + refusals[0], mend}
	}
	return Finding{CheckReputation, string(f), StateWarning, fmt.Sprintf("%d of %d mail servers refuse this machine, such as %s", len(refusals), len(greeted), refusals[0]), mend}
}

// startTLS says whether the offers of servers that are known to make one arrive.
func startTLS(f family, greeted []evidence.Session) Finding {
	const mend = "have the firewall on the way leave SMTP alone (it calls that inspection): every mail server would seem to lack STARTTLS"
	answered, offered := 0, 0
	for _, s := range greeted {
		if analysis.MaskedStartTLS(s) {
			return Finding{CheckSTARTTLS, string(f), StateFailure, "the offer of " + s.Endpoint.Host + " is masked: " + words(s.EHLO), mend}
		}
		if len(s.EHLO) == 0 || s.Failure.Op == evidence.OpEHLO {
			continue
		}
		answered++
		if len(s.StartTLS) > 0 {
			offered++
		}
	}
	seen := fmt.Sprintf("%d of %d mail servers that answered EHLO offer STARTTLS", offered, answered)
	switch {
	case answered == 0:
		return Finding{CheckSTARTTLS, string(f), StateUnknown, "no mail server answered EHLO", "see what they say to this machine, above"}
	case offered == 0:
		return Finding{CheckSTARTTLS, string(f), StateFailure, seen, mend}
	case offered < answered:
		return Finding{CheckSTARTTLS, string(f), StateWarning, seen, "look at one with openssl s_client -starttls smtp from another network"}
	}
	return ok(CheckSTARTTLS, string(f), seen)
}
