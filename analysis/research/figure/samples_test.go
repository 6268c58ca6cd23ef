package figure

import (
	"math"
	"time"

	"stscan/analysis/research"
)

// samples are results as the metrics give them, with the values of the papers
// where they print them.
func samples() []research.Result {
	return []research.Result{table1(), layers(), causes(), providers(), heat(), series(), intervals(), tiny(), codes()}
}

func column(name, label string, t research.Type) research.Column {
	return research.Column{Name: name, Label: label, Type: t}
}

func sample(id string, chart research.Chart, columns []research.Column, rows [][]any) research.Result {
	return research.Result{Metric: research.Metric{ID: id, Chart: &chart}, Columns: columns, Rows: rows}
}

var counted = []research.Column{
	column("n", "Domains", research.TypeCount), column("total", "Of", research.TypeCount), column("share", "Share of domains with MX", research.TypeShare),
}

func share(n, total int64) []any { return []any{n, total, float64(n) / float64(total)} }

// table1 is IMC 2025, Table 1.
func table1() research.Result {
	var rows [][]any
	for _, r := range []struct {
		tld      string
		n, total int64
	}{{"com", 53800, 73939004}, {"net", 6183, 6248969}, {"org", 7355, 5781423}, {"se", 692, 822449}} {
		rows = append(rows, append([]any{r.tld}, share(r.n, r.total)...))
	}
	return sample("imc25_t1", research.Chart{Mark: "bar", X: "share", Y: "tld"},
		append([]research.Column{column("tld", "TLD", research.TypeText)}, counted...), rows)
}

// layers is IMC 2025, Figure 5, one month, with the class that the paper leaves out.
func layers() research.Result {
	var rows [][]any
	for _, m := range []struct {
		manager string
		counts  [5]int64
		total   int64
	}{{"self", [5]int64{42, 193, 8871, 377, 55}, 25344}, {"third party", [5]int64{0, 34, 1113, 215, 81}, 28591}, {"unclassified", [5]int64{20, 310, 4100, 1500, 273}, 14095}} {
		for i, layer := range []string{"dns", "tcp", "tls", "http", "syntax"} {
			rows = append(rows, append([]any{m.manager, layer}, share(m.counts[i], m.total)...))
		}
	}
	columns := append([]research.Column{column("manager", "Policy host run by", research.TypeText), column("layer", "First failing layer", research.TypeText)}, counted...)
	return sample("imc25_f5", research.Chart{Mark: "stacked", X: "share", Y: "manager", Color: "layer"}, columns, rows)
}

// causes is IMC 2025, Figure 8: months, causes as panels, two managers.
func causes() research.Result {
	var rows [][]any
	for month := range 11 {
		t := time.Date(2023, time.Month(11+month), 7, 0, 0, 0, 0, time.UTC)
		for c, cause := range []string{"tld", "domain", "3ld_plus", "typo"} {
			for m, manager := range []string{"self", "third party"} {
				n := int64(float64([]int{30, 700, 500, 50}[c]*(2-m))*(1+0.04*float64(month)) + 9*math.Sin(float64(month*(c+1))))
				if month == 4 && m == 1 {
					rows = append(rows, []any{t, cause, manager, nil, int64(60000), nil})
					continue
				}
				rows = append(rows, append([]any{t, cause, manager}, share(n, 60000)...))
			}
		}
	}
	columns := append([]research.Column{column("month", "Snapshot", research.TypeTime), column("cause", "Cause", research.TypeText), column("manager", "Manager", research.TypeText)}, counted...)
	return sample("imc25_f8", research.Chart{Mark: "line", X: "month", Y: "share", Color: "manager", Facet: "cause"}, columns, rows)
}

// providers is the distribution of names over policy hosts and MX hosts, of as
// many hosts as a snapshot has.
func providers() research.Result {
	var rows [][]any
	for _, s := range []struct {
		kind  string
		hosts int
		power float64
	}{{"policy hosts", 20000, 14}, {"MX hosts", 9000, 6}} {
		for i := range s.hosts {
			f := float64(i+1) / float64(s.hosts)
			rows = append(rows, []any{s.kind, int64(1 + math.Floor(math.Pow(f, s.power)*40000)), f})
		}
	}
	columns := []research.Column{column("kind", "Hosts", research.TypeText), column("served", "Domains served by a host", research.TypeCount), column("cumulative", "Hosts", research.TypeShare)}
	return sample("sts_cdf_provider", research.Chart{Mark: "cdf", X: "served", Y: "cumulative", Color: "kind", LogX: true}, columns, rows)
}

// heat is adoption by mail and policy provider; one pair was not measured.
func heat() research.Result {
	var rows [][]any
	mail := []string{"google.com", "outlook.com", "mailbox.org", "protonmail.ch", "self", "others"}
	policy := []string{"self", "dmarcinput.com", "mta-sts.tech", "easydmarc.pro", "tutanota.de", "uriports.com"}
	for i, m := range mail {
		for k, p := range policy {
			if i == 2 && k == 3 {
				rows = append(rows, []any{m, p, nil})
				continue
			}
			rows = append(rows, []any{m, p, int64((i*7+k*13)%11) * int64(40*(i+1))})
		}
	}
	columns := []research.Column{column("mail", "Mail provider", research.TypeText), column("policy", "Policy provider", research.TypeText), column("n", "Domains", research.TypeCount)}
	return sample("provider_pairs", research.Chart{Mark: "heatmap", X: "mail", Y: "policy", Color: "n"}, columns, rows)
}

// series is IMC 2025, Figure 2: forty weeks, four TLDs, a week without data.
func series() research.Result {
	var rows [][]any
	for week := range 40 {
		t := time.Date(2024, 1, 3, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*week)
		for i, tld := range []string{"com", "net", "org", "se"} {
			total := []int64{73939004, 6248969, 5781423, 822449}[i]
			n := int64(float64([]int{36000, 4100, 5000, 430}[i]) * (1 + 0.012*float64(week)))
			if week == 17 && tld == "org" {
				rows = append(rows, []any{t, tld, nil, total, nil})
				continue
			}
			rows = append(rows, append([]any{t, tld}, share(n, total)...))
		}
	}
	return sample("imc25_f2", research.Chart{Mark: "line", X: "week", Y: "share", Color: "tld"},
		append([]research.Column{column("week", "Snapshot", research.TypeTime), column("tld", "TLD", research.TypeText)}, counted...), rows)
}

// intervals is a sample of a list, by bins of ranks, with Wilson intervals; a
// bin nobody asked and one without adopters.
func intervals() research.Result {
	var rows [][]any
	for bin := range 12 {
		v := 0.012 - 0.0006*float64(bin)
		row := []any{int64(bin*10000 + 1), int64(v * 2000), int64(2000), v, v * 0.7, v * 1.4}
		if bin == 5 {
			row = []any{int64(bin*10000 + 1), nil, int64(0), nil, nil, nil}
		}
		if bin == 9 {
			row = []any{int64(bin*10000 + 1), int64(0), int64(2000), 0.0, 0.0, 0.0019}
		}
		rows = append(rows, row)
	}
	columns := append(append([]research.Column{column("bin", "Rank (bins of 10,000)", research.TypeCount)}, counted...),
		column("lo", "Lower bound", research.TypeShare), column("hi", "Upper bound", research.TypeShare))
	return sample("imc25_f3", research.Chart{Mark: "bar", X: "bin", Y: "share"}, columns, rows)
}

// tiny is thirty providers, of which the last are "others".
func tiny() research.Result {
	var rows [][]any
	names := []string{"Tutanota", "DMARCReport", "PowerDMARC", "EasyDMARC", "Mailhardener", "URIports", "Sendmarc", "OnDMARC"}
	for i := range 30 {
		name := "policy-host-" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".example"
		if i < len(names) {
			name = names[i]
		}
		rows = append(rows, append([]any{name}, share(int64(7614/(i+1)), 68030)...))
	}
	return sample("imc25_t2", research.Chart{Mark: "bar", X: "n", Y: "provider"},
		append([]research.Column{column("provider", "Policy provider", research.TypeText)}, counted...), rows)
}

// codes is a heat map too dense to write values in: findings by month.
func codes() research.Result {
	var rows [][]any
	for month := range 12 {
		t := time.Date(2024, time.Month(1+month), 1, 0, 0, 0, 0, time.UTC)
		for i, code := range []string{"rec_no_id", "rec_bad_id", "pdns_nxdomain", "ptcp_refused", "ptls_name", "ptls_expired", "phttp_status", "psyn_bad_mx", "mx_name", "inc_typo"} {
			rows = append(rows, []any{t, code, int64((i*i*31 + month*17) % 97 * (i + 1))})
		}
	}
	columns := []research.Column{column("month", "Snapshot", research.TypeTime), column("code", "Finding", research.TypeText), column("n", "Domains", research.TypeCount)}
	return sample("codes_by_month", research.Chart{Mark: "heatmap", X: "month", Y: "code", Color: "n"}, columns, rows)
}
