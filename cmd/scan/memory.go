package main

import (
	"os"
	"runtime/debug"
)

// What a scan needs at its peak, by its settings: the parts of the chunks that
// are open, the caches, and what a name in flight holds.
const (
	memoryFixed   = 240 << 20
	memoryPerName = 100 << 10
)

// boundMemory tells the collector of garbage what a scan of so many names in flight
// needs. Without, it lets the heap grow to twice what lived at the moment at
// which most lived, in a part's last seconds: a third of the peak was garbage. The
// limit is soft: where more is alive the collector works harder, nothing
// fails. A GOMEMLIMIT of the user's stands.
func boundMemory(inFlight int) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryFixed + int64(inFlight)*memoryPerName)
	}
}
