package main

import (
	"log/slog"
	"net/netip"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"stscan/analysis"
	"stscan/pipeline/admission"
	"stscan/resolver"
)

// networkFlags say who is asked, who asks, and by which roots is judged: the
// flags that run, check and doctor share.
type networkFlags struct {
	resolvers            []string
	contact, ehloName    string
	optOut               string
	roots, intermediates string
	smtpPort, httpsPort  uint16
	allowSpecial         bool
}

func (f *networkFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringArrayVar(&f.resolvers, "resolver", nil, "recursive resolver to ask, ADDRESS[:PORT]; repeatable (default: those of this system)")
	fs.StringVar(&f.contact, "contact", "", "who scans: a mailto: or https: URI, sent to the servers that are contacted (required)")
	fs.StringVar(&f.ehloName, "ehlo-name", "", "name in EHLO (default: the host name if fully qualified, else the address literal)")
	fs.StringVar(&f.optOut, "opt-out", "", "file of names, MX hosts, addresses and CIDRs never to contact; re-read while running")
	fs.StringVar(&f.roots, "roots", "", "PEM file of trusted roots (default: the embedded Mozilla roots)")
	fs.StringVar(&f.intermediates, "intermediates", "", "PEM file of intermediates, only to tell an incomplete chain from an untrusted one")
	fs.Uint16Var(&f.smtpPort, "smtp-port", 25, "port of MX hosts")
	fs.Uint16Var(&f.httpsPort, "https-port", 443, "port of policy hosts")
	fs.BoolVar(&f.allowSpecial, "allow-special-addresses", false, "contact loopback, private and other special-purpose addresses too (tests only); to these only budgets given by flag apply")
}

// validate checks the flags that need nothing but themselves.
func (f *networkFlags) validate() error {
	if f.contact == "" {
		return usagef("--contact is required: a mailto: or https: URI by which those who are contacted can reach you")
	}
	return f.validateGiven()
}

// validateGiven checks those that were given.
func (f *networkFlags) validateGiven() error {
	if f.contact != "" && !isContact(f.contact) {
		return usagef("--contact %q: want a mailto: or https: URI, such as mailto:me@example.org", f.contact)
	}
	if !visible(f.ehloName) {
		return usagef("--ehlo-name %q: want a host name or an address literal such as [192.0.2.1] (RFC 5321 section 4.1.3)", f.ehloName)
	}
	return nil
}

func isContact(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "mailto" || u.Scheme == "https") && (u.Opaque != "" || u.Host != "") && visible(s)
}

// visible reports whether s is of visible ASCII characters alone.
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// equipment is what it takes to observe and to judge.
type equipment struct {
	network network
	conduct conduct
	rules   *analysis.Rules
	sources []string // addresses we contact others from
}

// equipment resolves the flags, but for the budgets, or says which is wrong.
func (f *networkFlags) equipment(log *slog.Logger) (equipment, error) {
	servers, err := f.servers()
	if err != nil {
		return equipment{}, err
	}
	return f.equipmentWith(servers, log)
}

// equipmentWith is equipment that asks these resolvers.
func (f *networkFlags) equipmentWith(servers []netip.AddrPort, log *slog.Logger) (equipment, error) {
	rules, err := loadRules(analysis.RulesetRFC, f.roots, f.intermediates)
	if err != nil {
		return equipment{}, err
	}
	var optOut *admission.OptOut
	if f.optOut != "" {
		if optOut, err = admission.LoadOptOut(f.optOut); err != nil {
			return equipment{}, usagef("--opt-out: %v", err)
		}
		optOut.Report = reportOptOut(log)
	}
	v4, v6 := sourceAddresses()
	return equipment{
		network: network{servers: servers, ipv6: v6.IsValid(), httpsPort: f.httpsPort, smtpPort: f.smtpPort},
		conduct: conduct{contact: f.contact, ehloName: ehloName(f.ehloName, v4, v6), optOut: optOut, allowSpecial: f.allowSpecial},
		rules:   rules,
		sources: validAddresses(v4, v6),
	}, nil
}

// reportOptOut tells what a re-reading of the opt-out list came to.
func reportOptOut(log *slog.Logger) func(sha256 string, err error) {
	return func(sha256 string, err error) {
		if err != nil {
			log.Warn("the opt-out list cannot be read again; the old one stays in force", "error", err)
			return
		}
		log.Info("opt-out list read again", "sha256", sha256)
	}
}

func (f *networkFlags) servers() ([]netip.AddrPort, error) {
	if len(f.resolvers) > 0 {
		return parseResolvers(f.resolvers)
	}
	servers, err := resolver.System()
	if err != nil {
		return nil, failf("%v; name one with --resolver ADDRESS:PORT", err)
	}
	return servers, nil
}
