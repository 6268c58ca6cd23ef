package observe

import (
	"stscan/internal/evidence"
	"stscan/pipeline"
	"stscan/pipeline/admission"
	"stscan/resolver"
)

// State is all that is shown of a run, at one moment.
type State struct {
	Run       pipeline.Stats
	Forecast  Forecast
	Contacts  evidence.Contacts
	Lookups   int64                                      // DNS questions asked, their retries not counted
	Dropped   int64                                      // DNS messages received that answered no open question
	Failed    map[admission.Kind]map[evidence.Kind]int64 // contacts by how they failed
	Gate      admission.Stats
	Resolvers []resolver.ServerStats
}
