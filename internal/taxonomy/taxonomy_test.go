package taxonomy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// group is one line of the list of codes in the specification.
type group struct {
	layer Layer
	class Class
	codes string
}

// specification is the list of codes, copied by hand: layer, class, codes in order.
func specification() []group {
	return []group{
		{LayerDomain, ClassInfo, `dom_nxdomain dom_no_mx dom_implicit_mx dom_null_mx dom_opted_out`},
		{LayerRecord, ClassInfo, `rec_foreign_txt rec_wildcard_suspected rec_delegated`},
		{LayerRecord, ClassLint, `rec_duplicate_field`},
		{LayerRecord, ClassError, `rec_multiple rec_bad_version rec_missing_id rec_empty_id rec_bad_id_chars
			rec_id_too_long rec_bad_separator rec_bad_extension rec_policy_in_txt rec_cname_dangling`},
		{LayerPolicyDNS, ClassError, `phost_nxdomain phost_nodata phost_cname_dangling phost_cname_loop
			phost_special_address phost_dnssec_bogus`},
		{LayerPolicyTCP, ClassError, `ptcp_refused ptcp_timeout ptcp_unreachable ptcp_reset`},
		{LayerPolicyTLS, ClassError, `ptls_cert_name_mismatch ptls_cert_cn_only ptls_cert_expired ptls_cert_not_yet_valid
			ptls_cert_self_signed ptls_cert_untrusted ptls_chain_incomplete ptls_no_cert_for_name
			ptls_version_too_old ptls_handshake_other`},
		{LayerPolicyHTTP, ClassError, `phttp_redirect phttp_404 phttp_403 phttp_4xx_other phttp_5xx phttp_other_status
			phttp_not_http phttp_truncated phttp_too_large phttp_content_type`},
		{LayerPolicySyntax, ClassError, `psyn_empty psyn_html psyn_not_text psyn_bom psyn_malformed_line psyn_missing_version
			psyn_bad_version psyn_missing_mode psyn_bad_mode psyn_missing_max_age psyn_bad_max_age
			psyn_max_age_over_limit psyn_missing_mx psyn_mx_empty psyn_mx_email psyn_mx_trailing_dot
			psyn_mx_url psyn_mx_list_in_line psyn_mx_bad_wildcard psyn_mx_unicode psyn_mx_bad_domain`},
		{LayerPolicySyntax, ClassLint, `plint_charset plint_unknown_field plint_duplicate_field plint_max_age_short
			plint_mx_unused plint_mx_overbroad plint_mx_duplicate plint_mx_ip`},
		{LayerPolicySyntax, ClassInfo, `plint_mode_none`},
		{LayerMXDNS, ClassLint, `mxdns_nxdomain mxdns_nodata mxdns_ip_literal mxdns_special_address mxdns_localhost
			mxdns_dnssec_bogus mxdns_cname mxdns_null_mx_mixed`},
		{LayerMXSMTP, ClassLint, `smtp_tcp_refused smtp_not_smtp`},
		{LayerMXSMTP, ClassError, `smtp_starttls_absent smtp_starttls_stripped smtp_starttls_refused`},
		{LayerMXSMTP, ClassInfo, `smtp_ehlo_unsupported`},
		{LayerMXTLS, ClassError, `mxtls_handshake_failed mxtls_version_too_old mxtls_no_certificate`},
		{LayerMXCert, ClassError, `mxcert_name_mismatch mxcert_cn_only mxcert_expired mxcert_not_yet_valid
			mxcert_self_signed mxcert_untrusted mxcert_chain_incomplete`},
		{LayerMXCert, ClassLint, `mxcert_weak mxcert_addr_inconsistent mxcert_expires_soon`},
		{LayerMatch, ClassError, `match_none match_partial`},
		{LayerMatch, ClassInfo, `cause_tld cause_domain cause_3ld_plus cause_typo cause_multi_label_wildcard
			cause_mta_sts_label cause_stale_mx`},
		{LayerInconclusive, ClassInconclusive, `inc_dns_timeout inc_dns_servfail inc_dns_refused inc_dns_tcp_failed inc_resolver_down
			inc_tcp_timeout inc_local_error inc_port25_blocked inc_ipv6_unavailable
			inc_banner_timeout inc_greylisted inc_rate_limited inc_blocked_reputation
			inc_closed_early inc_starttls_tempfail inc_http_timeout inc_tls_timeout
			inc_budget_exhausted inc_vantage_down inc_cancelled inc_parser_limit inc_not_probed`},
		{LayerTLSRPT, ClassInfo, `rpt_foreign_txt`},
		{LayerTLSRPT, ClassError, `rpt_multiple rpt_bad_version rpt_missing_rua rpt_bad_rua rpt_bad_scheme
			rpt_bad_separator rpt_bad_extension`},
	}
}

// TestTableIsTheSpecification compares code, class, layer and order.
func TestTableIsTheSpecification(t *testing.T) {
	rows := Table()
	for _, g := range specification() {
		for _, code := range strings.Fields(g.codes) {
			if len(rows) == 0 {
				t.Fatalf("the table ends before %s", code)
			}
			if got := rows[0]; string(got.Code) != code || got.Class != g.class || got.Layer != g.layer {
				t.Fatalf("row is %s (%s, %s), want %s (%s, %s)", got.Code, got.Class, got.Layer, code, g.class, g.layer)
			}
			rows = rows[1:]
		}
	}
	for _, e := range rows {
		t.Errorf("%s stands in the table, but not in the specification", e.Code)
	}
}

// TestConstantsAreTheSpecification reads codes.go, so that no constant can be
// declared without a row.
func TestConstantsAreTheSpecification(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, s)
		}
		return true
	})
	for _, g := range specification() {
		want = append(want, strings.Fields(g.codes)...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("constants are %v\nwant %v", got, want)
	}
}

func TestRowsAreComplete(t *testing.T) {
	cite := regexp.MustCompile(`^RFC [1-9]\d{2,3} section [1-9]\d*(\.[1-9]\d*)*$`)
	seen := map[Code]bool{}
	for _, e := range Table() {
		if seen[e.Code] {
			t.Errorf("%s stands in the table twice", e.Code)
		}
		seen[e.Code] = true
		switch e.Trigger {
		case TriggerHost, TriggerRun, TriggerHistory:
		default:
			t.Errorf("%s: trigger %q", e.Code, e.Trigger)
		}
		if !cite.MatchString(e.Cite) && (e.Cite != "" || e.Trigger != TriggerRun) {
			t.Errorf("%s: citation %q", e.Code, e.Cite)
		}
		for _, text := range []string{e.Text, e.Advice} {
			if len(text) < 20 || !strings.HasSuffix(text, ".") || text != strings.TrimSpace(text) || strings.Contains(text, "  ") {
				t.Errorf("%s: %q is no plain sentence", e.Code, text)
			}
		}
		if strings.Contains(e.Text, ". ") {
			t.Errorf("%s: the text is more than one sentence: %q", e.Code, e.Text)
		}
		if strings.Count(e.Advice, ". ") > 1 {
			t.Errorf("%s: the advice is more than two sentences: %q", e.Code, e.Advice)
		}
		if e.Passing && e.Class != ClassInconclusive {
			t.Errorf("%s: only an inconclusive finding can pass", e.Code)
		}
	}
}

// TestResultTypes is the paragraph "RFC 8460 result type of a finding".
func TestResultTypes(t *testing.T) {
	byLayer := map[Layer]Result{
		LayerPolicyDNS:    ResultSTSPolicyFetchError,
		LayerPolicyTCP:    ResultSTSPolicyFetchError,
		LayerPolicyTLS:    ResultSTSWebPKIInvalid,
		LayerPolicyHTTP:   ResultSTSPolicyFetchError,
		LayerPolicySyntax: ResultSTSPolicyInvalid,
		LayerMXSMTP:       ResultStartTLSNotSupported,
		LayerMXTLS:        ResultValidationFailure,
		LayerMXCert:       ResultCertNotTrusted,
		LayerMatch:        ResultValidationFailure,
	}
	byCode := map[Code]Result{
		PhttpContentType:   ResultSTSPolicyInvalid,
		MxcertNameMismatch: ResultHostMismatch,
		MxcertCNOnly:       ResultHostMismatch,
		MxcertExpired:      ResultCertExpired,
	}
	for _, e := range Table() {
		want, ok := byCode[e.Code]
		if !ok {
			want = byLayer[e.Layer]
		}
		if e.Class != ClassError {
			want = ResultNone
		}
		if e.Result != want {
			t.Errorf("%s: result type %q, want %q", e.Code, e.Result, want)
		}
	}
}

// TestTriggers lists what no server or zone can bring about by itself.
func TestTriggers(t *testing.T) {
	ours := []Code{DomOptedOut, IncResolverDown, IncLocalError, IncPort25Blocked, IncIPv6Unavailable, IncBudgetExhausted,
		IncVantageDown, IncCancelled, IncParserLimit, IncNotProbed}
	var got []Code
	for _, e := range Table() {
		if e.Trigger == TriggerRun {
			got = append(got, e.Code)
		}
		if (e.Trigger == TriggerHistory) != (e.Code == CauseStaleMX) {
			t.Errorf("%s: trigger %q", e.Code, e.Trigger)
		}
	}
	if !slices.Equal(got, ours) {
		t.Errorf("codes of trigger run: %v\nwant %v", got, ours)
	}
}

// TestPassing lists the inconclusive codes that a second attempt cannot change.
func TestPassing(t *testing.T) {
	lasting := []Code{IncIPv6Unavailable, IncBlockedReputation, IncCancelled, IncParserLimit, IncNotProbed}
	for _, e := range Table() {
		if want := e.Class == ClassInconclusive && !slices.Contains(lasting, e.Code); e.Passing != want {
			t.Errorf("%s: passing %v, want %v", e.Code, e.Passing, want)
		}
	}
}

func TestOf(t *testing.T) {
	for _, want := range Table() {
		if got, ok := Of(want.Code); !ok || got != want {
			t.Errorf("Of(%q) = %+v, %v", want.Code, got, ok)
		}
	}
	for _, code := range []Code{"", "aaa", "rec_", "rec_multiple ", "zzz", "chg_id_only"} {
		if e, ok := Of(code); ok || e != (Entry{}) {
			t.Errorf("Of(%q) = %+v, %v, want none", code, e, ok)
		}
	}
}

// TestTableIsACopy guards the read-only table against its readers.
func TestTableIsACopy(t *testing.T) {
	Table()[0].Code = "changed"
	if got := Table()[0].Code; got != DomNXDomain {
		t.Errorf("a reader changed the table: first code %q", got)
	}
}

func TestStatusesAndDeliveries(t *testing.T) {
	statuses := Statuses()
	slices.Sort(statuses)
	if got := slices.Compact(statuses); len(got) != 10 {
		t.Errorf("%d statuses, want 10: %v", len(got), got)
	}
	deliveries := Deliveries()
	slices.Sort(deliveries)
	if got := slices.Compact(deliveries); len(got) != 8 {
		t.Errorf("%d deliveries, want 8: %v", len(got), got)
	}
}

func BenchmarkOf(b *testing.B) {
	for b.Loop() {
		Of(MxcertNameMismatch)
	}
}
