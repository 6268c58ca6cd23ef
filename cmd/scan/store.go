package main

import (
	"stscan/internal/evidence"
	"stscan/pipeline"
	"stscan/sinks"
)

// storeOf is a snapshot as the pipeline sees it.
type storeOf struct{ *sinks.Snapshot }

// Begin opens an attempt of a chunk.
func (s storeOf) Begin(id evidence.ChunkID) (pipeline.Part, error) { return s.Snapshot.Begin(id) }
