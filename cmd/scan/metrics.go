package main

import (
	"sync"
	"time"

	"stscan/internal/evidence"
	"stscan/internal/observe"
	"stscan/pipeline"
	"stscan/pipeline/admission"
)

// listen takes the port of --metrics-addr, if there is one: before anything
// else, so that a port that is taken costs no work.
func (j *job) listen() (stop func(), err error) {
	if !j.metricsAt.IsValid() {
		return func() {}, nil
	}
	if j.server, err = observe.Listen(j.metricsAt); err != nil {
		return nil, failf("--metrics-addr: %v; choose another port, or 0 for any that is free", err)
	}
	j.log.Info("metrics are served", "url", "http://"+j.server.Addr().String()+"/metrics")
	return func() {
		if err := j.server.Close(); err != nil {
			j.log.Warn("the metrics server did not end well", "error", err)
		}
	}, nil
}

// state reads the state of a run for whoever scrapes it.
func (s *scanner) state(p *pipeline.Progress, f *observe.Forecaster) func() observe.State {
	var mu sync.Mutex // of the forecaster
	return func() observe.State {
		run := p.Stats()
		mu.Lock()
		forecast := f.Read(time.Now(), run)
		mu.Unlock()
		return observe.State{
			Run: run, Forecast: forecast, Contacts: s.contacts(), Lookups: s.lookups.Made(), Dropped: s.resolver.Dropped(),
			Failed: map[admission.Kind]map[evidence.Kind]int64{
				admission.DNS: s.failedDNS(), admission.HTTPS: s.failedHTTPS(), admission.SMTP: s.failedSMTP(),
			},
			Gate: s.gate.Stats(), Resolvers: s.resolver.Servers(),
		}
	}
}
