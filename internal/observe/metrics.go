package observe

import (
	"slices"

	"stscan/resolver"
)

// Metric is one metric that is served.
type Metric struct {
	Name    string   `json:"name"`
	Help    string   `json:"help"`
	Counter bool     `json:"counter"` // else a gauge
	Labels  []string `json:"labels,omitempty"`

	read func(s State, add func(value float64, labels ...string))
}

// Metrics are all metrics of a run, in the order of the page that describes
// them. Those of the Go runtime and of the process come beside.
func Metrics() []Metric {
	return slices.Concat(nameMetrics(), outcomeMetrics(), contactMetrics(), budgetMetrics(), chunkMetrics(), resolverMetrics(), pauseMetrics())
}

func nameMetrics() []Metric {
	return []Metric{
		gauge("stscan_names", "Names in the list.", func(s State) float64 { return float64(s.Run.Names) }),
		gauge("stscan_rows", "Names with a row, those of earlier processes included.", func(s State) float64 { return float64(s.Run.Rows) }),
		gauge("stscan_deferred", "Names that await the second pass and have no row yet.", func(s State) float64 { return float64(s.Run.Deferred) }),
		gauge("stscan_in_flight", "Names being worked on.", func(s State) float64 { return float64(s.Run.InFlight) }),
		counter("stscan_finished_total", "Names that this process finished or deferred; a deferred one counts again in the second pass.",
			func(s State) float64 { return float64(s.Run.Fresh + s.Run.Postponed) }),
		counter("stscan_signalled_total", "Rows of this process that signal MTA-STS.", func(s State) float64 { return float64(s.Run.Signalled) }),
		labelled(Metric{Name: "stscan_stage", Help: "1 for what the run is doing.", Labels: []string{"stage"}}, func(s State, add func(float64, ...string)) {
			add(1, string(s.Run.Stage))
		}),
		labelled(Metric{Name: "stscan_left_seconds", Help: "How long the scan takes yet, second pass included, at the recent rate; absent while that is not known."},
			func(s State, add func(float64, ...string)) {
				if s.Forecast.Known {
					add(s.Forecast.Left.Seconds())
				}
			}),
	}
}

// outcomeMetrics count rows, those of earlier processes of the same scan included.
func outcomeMetrics() []Metric {
	counts := func(name, help, label string, of func(State) map[string]int) Metric {
		return labelled(Metric{Name: name, Help: help, Counter: true, Labels: []string{label}}, func(s State, add func(float64, ...string)) {
			for value, n := range of(s) {
				add(float64(n), value)
			}
		})
	}
	return []Metric{
		counts("stscan_status_total", "Rows by status, those of earlier processes included.", "status", func(s State) map[string]int { return s.Run.Status }),
		counts("stscan_delivery_total", "Rows by delivery, those of earlier processes included.", "delivery", func(s State) map[string]int { return s.Run.Delivery }),
		counts("stscan_first_failure_total", "Rows by first failure, those of earlier processes included.", "code", func(s State) map[string]int { return s.Run.FirstFailure }),
		counts("stscan_inconclusive_total", "Rows by inconclusive code, those of earlier processes included.", "code", func(s State) map[string]int { return s.Run.Inconclusive }),
	}
}

func contactMetrics() []Metric {
	return []Metric{
		counter("stscan_lookups_total", "DNS questions that were asked, their retries not counted.", func(s State) float64 { return float64(s.Lookups) }),
		labelled(Metric{Name: "stscan_contacts_total", Help: "What was sent: DNS queries with their retries (dns), policy fetches (https), SMTP sessions (smtp).", Counter: true, Labels: []string{"contact"}},
			func(s State, add func(float64, ...string)) {
				add(float64(s.Contacts.Queries), "dns")
				add(float64(s.Contacts.Policies), "https")
				add(float64(s.Contacts.Sessions), "smtp")
			}),
		counter("stscan_contacts_repeated_total", "SMTP sessions beyond one a host, address and pass.", func(s State) float64 { return float64(s.Contacts.Repeated) }),
		labelled(Metric{Name: "stscan_failures_total", Help: "Contacts that failed, by kind of failure (list kind of the data dictionary).", Counter: true, Labels: []string{"contact", "kind"}},
			func(s State, add func(float64, ...string)) {
				for contact, kinds := range s.Failed {
					for kind, n := range kinds {
						add(float64(n), string(contact), string(kind))
					}
				}
			}),
		labelled(Metric{Name: "stscan_refused_total", Help: "Contacts that were not made, by reason: special_address, opted_out, budget.", Counter: true, Labels: []string{"reason"}},
			func(s State, add func(float64, ...string)) {
				for reason, n := range s.Gate.Refused {
					add(float64(n), string(reason))
				}
			}),
		counter("stscan_dns_dropped_total", "DNS messages received that answered no open question: late, repeated or forged.", func(s State) float64 { return float64(s.Dropped) }),
	}
}

func budgetMetrics() []Metric {
	return []Metric{
		labelled(Metric{Name: "stscan_waiting", Help: "Contacts that wait for a budget now, by the flag of the budget.", Labels: []string{"budget"}},
			func(s State, add func(float64, ...string)) {
				for budget, n := range s.Gate.Waiting {
					add(float64(n), budget)
				}
			}),
		labelled(Metric{Name: "stscan_waited_seconds_total", Help: "What contacts have waited for a budget, all together, of waits that are over.", Counter: true, Labels: []string{"budget"}},
			func(s State, add func(float64, ...string)) {
				for budget, d := range s.Gate.Waited {
					add(d.Seconds(), budget)
				}
			}),
	}
}

func chunkMetrics() []Metric {
	passes := func(name, help string, first, second func(State) int) Metric {
		return labelled(Metric{Name: name, Help: help, Labels: []string{"pass"}}, func(s State, add func(float64, ...string)) {
			add(float64(first(s)), "first")
			add(float64(second(s)), "second")
		})
	}
	return []Metric{
		passes("stscan_chunks", "Chunks there are; of the second pass 0 until it is planned.",
			func(s State) int { return s.Run.Chunks.Total }, func(s State) int { return s.Run.Chunks.RetryTotal }),
		passes("stscan_chunks_committed", "Chunks that are done.",
			func(s State) int { return s.Run.Chunks.Committed }, func(s State) int { return s.Run.Chunks.RetryCommitted }),
		gauge("stscan_chunks_open", "Chunks being worked on.", func(s State) float64 { return float64(s.Run.Chunks.Open) }),
		counter("stscan_chunks_dropped_total", "Chunks that this process gave up unfinished.", func(s State) float64 { return float64(s.Run.Chunks.Dropped) }),
	}
}

func pauseMetrics() []Metric {
	return []Metric{
		gauge("stscan_paused", "1 while nothing new is begun because the controls fail.", func(s State) float64 {
			if s.Run.Held != "" {
				return 1
			}
			return 0
		}),
		counter("stscan_pauses_total", "Pauses of this process, the present one included.", func(s State) float64 { return float64(s.Run.Holds) }),
		counter("stscan_paused_seconds_total", "How long this process was paused, the present pause included.", func(s State) float64 { return s.Run.HeldFor.Seconds() }),
	}
}

func gauge(name, help string, read func(State) float64) Metric {
	return labelled(Metric{Name: name, Help: help}, func(s State, add func(float64, ...string)) { add(read(s)) })
}

func counter(name, help string, read func(State) float64) Metric {
	return labelled(Metric{Name: name, Help: help, Counter: true}, func(s State, add func(float64, ...string)) { add(read(s)) })
}

// labelled gives m what reads it: a function that adds values with their labels.
func labelled(m Metric, read func(s State, add func(value float64, labels ...string))) Metric {
	m.read = read
	return m
}

func resolverMetrics() []Metric {
	perServer := func(m Metric, of func(resolver.ServerStats) float64) Metric {
		m.Labels = []string{"resolver"}
		return labelled(m, func(s State, add func(float64, ...string)) {
			for _, server := range s.Resolvers {
				add(of(server), server.Server.String())
			}
		})
	}
	return []Metric{
		perServer(Metric{Name: "stscan_resolver_answers_total", Help: "Replies of a resolver over UDP, whatever they say.", Counter: true},
			func(s resolver.ServerStats) float64 { return float64(s.Answers) }),
		perServer(Metric{Name: "stscan_resolver_timeouts_total", Help: "Questions over UDP that a resolver left without a reply.", Counter: true},
			func(s resolver.ServerStats) float64 { return float64(s.Timeouts) }),
		perServer(Metric{Name: "stscan_resolver_refused_total", Help: "Questions over UDP that found a resolver's port closed.", Counter: true},
			func(s resolver.ServerStats) float64 { return float64(s.Refused) }),
		perServer(Metric{Name: "stscan_resolver_open", Help: "Questions under way at a resolver."},
			func(s resolver.ServerStats) float64 { return float64(s.Open) }),
		perServer(Metric{Name: "stscan_resolver_window", Help: "Most questions that may be under way at a resolver; it adapts to loss."},
			func(s resolver.ServerStats) float64 { return float64(s.Window) }),
		perServer(Metric{Name: "stscan_resolver_waiting", Help: "Lookups that wait for a resolver's window."},
			func(s resolver.ServerStats) float64 { return float64(s.Waiting) }),
		perServer(Metric{Name: "stscan_resolver_gone", Help: "1 for a resolver that answers no more and is asked only now and then."},
			func(s resolver.ServerStats) float64 {
				if s.Gone {
					return 1
				}
				return 0
			}),
	}
}
