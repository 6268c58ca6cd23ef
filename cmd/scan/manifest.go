package main

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"stscan/analysis"
	"stscan/inputs"
	"stscan/pipeline"
	"stscan/probe"
	"stscan/sinks"
)

// manifest begins the manifest, or carries on the one of an earlier process.
func (j *job) manifest(t target, spool *inputs.Spool) sinks.Manifest {
	now := time.Now().UTC()
	m := sinks.Manifest{StartedAt: now, Format: j.format}
	if t.manifest != nil {
		m = *t.manifest
		m.Interruptions = append(m.Interruptions, interruption(t.manifest, now))
		m.Changes = append(m.Changes, changes(t.manifest.Settings, j.settings, now)...)
	}
	v, commit := version()
	m.State, m.Identity, m.EndedAt = sinks.StateRunning, t.identity, nil
	m.Tool = sinks.Tool{Version: v, Commit: commit, Go: runtime.Version()}
	m.SchemaVersion, m.RulesVersion = sinks.SchemaVersion, j.rules.Version
	m.Settings = j.settings
	describeInput(&m, spool.Summary())
	m.Resolvers = nil
	for _, s := range j.network.servers {
		m.Resolvers = append(m.Resolvers, s.String())
	}
	m.Roots = bundleOf(j.rules.Roots())
	if i := j.rules.Intermediates(); i.Count > 0 {
		b := bundleOf(i)
		m.Intermediates = &b
	}
	m.PSL, m.Operators = inputs.SuffixList(), j.rules.OperatorsVersion()
	m.SourceAddresses, m.EHLOName, m.Contact = j.sources, j.conduct.ehloName, j.conduct.contact
	m.OptOutSHA256 = ""
	if j.conduct.optOut != nil {
		m.OptOutSHA256 = j.conduct.optOut.SHA256()
	}
	m.Limits = limitsInForce()
	return m
}

func describeInput(m *sinks.Manifest, s inputs.Summary) {
	m.Names, m.Digest, m.ChunkSize, m.Chunks = s.Names, s.Digest, s.ChunkSize, s.Chunks
	m.Inputs, m.Rejects = nil, nil
	for _, l := range s.Lists {
		rejected := map[string]int{}
		for reason, n := range l.Rejected {
			rejected[string(reason)] = int(n)
		}
		m.Inputs = append(m.Inputs, sinks.Input{Name: l.Name, SHA256: l.SHA256, Lines: int(l.Lines), Names: int(l.Names), Rejected: rejected})
	}
	for _, r := range s.FirstRejects {
		m.Rejects = append(m.Rejects, sinks.Reject{List: r.List, Line: r.Line, Text: r.Text, Reason: string(r.Reason)})
	}
}

func interruption(m *sinks.Manifest, now time.Time) sinks.Interruption {
	cause := "killed"
	if m.EndedAt != nil {
		cause = "stopped"
	}
	return sinks.Interruption{StoppedAt: m.EndedAt, ResumedAt: now, Cause: cause}
}

// changes are the settings that this process gives another value.
func changes(before, after map[string]string, now time.Time) []sinks.Change {
	var out []sinks.Change
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] != after[name] {
			out = append(out, sinks.Change{At: now, Setting: name, From: before[name], To: after[name]})
		}
	}
	return out
}

func bundleOf(p analysis.PoolInfo) sinks.Bundle {
	b := sinks.Bundle{Name: p.Name, SHA256: p.SHA256, Count: p.Count}
	if p.Name == "mozilla" {
		b.Version = dependency("golang.org/x/crypto/x509roots/fallback")
	}
	return b
}

// limitsInForce are all time and byte bounds, by name.
func limitsInForce() map[string]string {
	l := probe.DefaultLimits()
	return map[string]string{
		"dial":               l.Dial.String(),
		"tls_handshake":      l.TLS.String(),
		"smtp_greeting":      l.Greeting.String(),
		"smtp_command":       l.Command.String(),
		"smtp_quit":          l.Quit.String(),
		"smtp_session":       l.Session.String(),
		"smtp_line_bytes":    fmt.Sprint(l.ReplyLineBytes),
		"smtp_reply_lines":   fmt.Sprint(l.ReplyLines),
		"smtp_reply_bytes":   fmt.Sprint(l.ReplyBytes),
		"chain_certificates": fmt.Sprint(l.ChainCertificates),
		"policy_fetch":       l.Fetch.String(),
		"policy_response":    l.Response.String(),
		"policy_body":        l.Body.String(),
		"policy_bytes":       fmt.Sprint(l.PolicyBytes),
		"policy_header":      fmt.Sprint(l.HeaderBytes),
		"policy_host":        pipeline.PolicyTime.String(),
		"mx_of_one_name":     pipeline.MXTime.String(),
		"mx_hosts":           fmt.Sprint(pipeline.MaxMXHosts),
		"addresses_a_family": fmt.Sprint(pipeline.MaxAddrs),
		"chunk_patience":     pipeline.SoftDeadline.String(),
	}
}
