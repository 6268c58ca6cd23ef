package figure

import (
	"math"
	"time"

	"stscan/analysis/research"
)

// variants are the forms of chart that the papers' figures leave out.
func variants() []research.Result {
	return []research.Result{grouped(), stackedMonths(), band(), panels(), logDots(), manyClasses()}
}

// grouped is table 1 by mode: bars side by side, a zero among them.
func grouped() research.Result {
	var rows [][]any
	for i, tld := range []string{"com", "net", "org", "se"} {
		for m, mode := range []string{"enforce", "testing", "none"} {
			n := int64((i + 1) * []int{3100, 2400, 300}[m])
			if i == 3 && m == 2 {
				n = 0
			}
			rows = append(rows, append([]any{tld, mode}, share(n, 68030)...))
		}
	}
	return sample("modes", research.Chart{Mark: "bar", X: "share", Y: "tld", Color: "mode"},
		append([]research.Column{column("tld", "TLD", research.TypeText), column("mode", "Mode", research.TypeText)}, counted...), rows)
}

// stackedMonths is IMC 2025, Figure 4: months along the horizontal axis.
func stackedMonths() research.Result {
	var rows [][]any
	for month := range 11 {
		t := time.Date(2023, time.Month(11+month), 7, 0, 0, 0, 0, time.UTC)
		for c, category := range []string{"record", "policy retrieval", "MX certificate", "inconsistency"} {
			rows = append(rows, []any{t, category, int64(float64([]int{331, 17184, 1326, 1816}[c]) * (0.7 + 0.03*float64(month)))})
		}
	}
	return sample("imc25_f4", research.Chart{Mark: "stacked", X: "month", Y: "n", Color: "category"}, []research.Column{
		column("month", "Snapshot", research.TypeTime), column("category", "Category", research.TypeText), column("n", "Misconfigured domains", research.TypeCount)}, rows)
}

// band is a series of samples with Wilson intervals, and one snapshot alone between two unknown ones.
func band() research.Result {
	var rows [][]any
	for month := range 30 {
		t := time.Date(2022, time.Month(1+month), 1, 0, 0, 0, 0, time.UTC)
		v := 0.003 + 0.0002*float64(month)
		if month == 11 || month == 13 {
			rows = append(rows, []any{t, nil, nil, nil})
			continue
		}
		rows = append(rows, []any{t, v, v * 0.8, v * 1.25})
	}
	return sample("top1m_trend", research.Chart{Mark: "line", X: "month", Y: "share"}, []research.Column{
		column("month", "Snapshot", research.TypeTime), column("share", "Domains with a record", research.TypeShare),
		column("lo", "Lower", research.TypeShare), column("hi", "Upper", research.TypeShare)}, rows)
}

// panels is IMC 2025, Figure 6: three causes, one below the other.
func panels() research.Result {
	var rows [][]any
	for month := range 11 {
		t := time.Date(2023, time.Month(11+month), 7, 0, 0, 0, 0, time.UTC)
		for c, cause := range []string{"name mismatch", "self-signed", "expired"} {
			for m, manager := range []string{"self", "third party", "unclassified"} {
				rows = append(rows, append([]any{t, cause, manager}, share(int64(float64((3-c)*(4-m)*120)*(1+0.02*float64(month))), 23512)...))
			}
		}
	}
	return sample("imc25_f6", research.Chart{Mark: "line", X: "month", Y: "share", Color: "manager", Facet: "cause"},
		append([]research.Column{column("month", "Snapshot", research.TypeTime), column("cause", "Cause", research.TypeText), column("manager", "MX run by", research.TypeText)}, counted...), rows)
}

// logDots has values over five decades: points, since bars have no beginning on a logarithmic axis.
func logDots() research.Result {
	var rows [][]any
	for i, name := range []string{"google.com", "outlook.com", "mailbox.org", "protonmail.ch", "a-rather-long-name-of-a-mail-provider.example", "例え.jp"} {
		rows = append(rows, []any{name, int64(math.Pow(10, 5.6-float64(i)))})
	}
	return sample("providers", research.Chart{Mark: "bar", X: "n", Y: "provider", LogX: true}, []research.Column{
		column("provider", "Mail provider", research.TypeText), column("n", "Domains", research.TypeCount)}, rows)
}

// manyClasses has more colours than can be told apart, and classes whose labels do not fit side by side.
func manyClasses() research.Result {
	var rows [][]any
	for i, provider := range []string{"google.com", "outlook.com", "self", "protonmail.ch", "mailbox.org"} {
		for k := range 10 {
			rows = append(rows, []any{provider, "code_of_finding_" + string(rune('a'+k)), int64((10 - k) * (5 - i) * 100)})
		}
	}
	return sample("codes", research.Chart{Mark: "stacked", X: "provider", Y: "n", Color: "code"}, []research.Column{
		column("provider", "Mail provider", research.TypeText), column("code", "Finding", research.TypeText), column("n", "Domains", research.TypeCount)}, rows)
}
