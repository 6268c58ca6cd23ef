package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/taxonomy"
	"stscan/sinks"
)

const (
	// barWidth is the length of a bar that stands for all of its denominator.
	barWidth = 40
	// topCodes is how many codes a table of the summary shows; --json and the
	// manifest have all.
	topCodes = 15
)

// summary is the result of a run, as --json prints it.
type summary struct {
	Snapshot     string         `json:"snapshot"`
	State        string         `json:"state"`
	Names        int            `json:"names"`
	Rows         int            `json:"rows"`
	Awaiting     int            `json:"awaiting_second_pass"`
	Seconds      float64        `json:"seconds"`
	Status       map[string]int `json:"status"`
	Delivery     map[string]int `json:"delivery"`
	FirstFailure map[string]int `json:"first_failure"`
	Inconclusive map[string]int `json:"inconclusive"`

	Contacts evidence.Contacts `json:"contacts"`
}

// summaryOf sums up a snapshot; took is what this process spent on it.
func summaryOf(dir string, m sinks.Manifest, took time.Duration) summary {
	return summary{
		Snapshot: dir, State: string(m.State), Names: m.Names, Rows: m.Counts.Rows, Awaiting: m.Counts.Deferred,
		Seconds: took.Seconds(), Status: m.Counts.Status, Delivery: m.Counts.Delivery,
		FirstFailure: m.Counts.FirstFailure, Inconclusive: m.Counts.Inconclusive, Contacts: m.Contacts,
	}
}

// print writes the summary for a person: by status, delivery and first failure,
// with bars, and what could not be told.
func (s summary) print(w io.Writer) {
	silent := s.Status[string(taxonomy.StatusNotDeployed)]
	unknown := s.Status[string(taxonomy.StatusInconclusive)]
	signalling := s.Rows - silent - unknown
	fmt.Fprintf(w, "\n%s of %s names in %s (%s)\n", thousands(s.Rows), thousands(s.Names),
		time.Duration(s.Seconds*float64(time.Second)).Round(100*time.Millisecond), s.State)
	if s.Awaiting > 0 {
		fmt.Fprintf(w, "%s names await the second pass and have no row yet\n", thousands(s.Awaiting))
	}
	fmt.Fprintf(w, "%s signal MTA-STS (%s of the names that could be told), %s inconclusive\n",
		thousands(signalling), percent(signalling, s.Rows-unknown), thousands(unknown))

	var statuses, deliveries []string
	for _, st := range taxonomy.Statuses() {
		if st != taxonomy.StatusNotDeployed {
			statuses = append(statuses, string(st))
		}
	}
	for _, d := range taxonomy.Deliveries() {
		if d != taxonomy.DeliveryUnprotected {
			deliveries = append(deliveries, string(d))
		}
	}
	bars(w, "status", s.Status, statuses)
	bars(w, "delivery by a conforming sender", s.Delivery, deliveries)
	bars(w, "first failure", s.FirstFailure, byCount(s.FirstFailure))
	bars(w, "could not tell", s.Inconclusive, byCount(s.Inconclusive))
	fmt.Fprintf(w, "\ncontacts %s questions to resolvers, %s policy fetches, %s SMTP sessions, %s beyond one a host, address and pass\n",
		thousands(int(s.Contacts.Queries)), thousands(int(s.Contacts.Policies)), thousands(int(s.Contacts.Sessions)), thousands(int(s.Contacts.Repeated)))
	fmt.Fprintf(w, "not_deployed %s, unprotected %s\n", thousands(silent), thousands(s.Delivery[string(taxonomy.DeliveryUnprotected)]))
}

// bars prints one table: the share is of the table's own total.
func bars(w io.Writer, title string, counts map[string]int, keys []string) {
	total := 0
	for _, k := range keys {
		total += counts[k]
	}
	if total == 0 {
		return
	}
	fmt.Fprintf(w, "\n%-34s %9s %7s\n", title, "names", "share")
	for i, k := range keys {
		if i >= topCodes {
			fmt.Fprintf(w, "  and %d codes more\n", len(keys)-i)
			break
		}
		if n := counts[k]; n > 0 {
			bar := strings.Repeat("█", (n*barWidth+total/2)/total)
			fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %-32s %9s %7s  %s", k, thousands(n), percent(n, total), bar), " "))
		}
	}
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}
