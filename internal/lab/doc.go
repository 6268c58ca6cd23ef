// Package lab is a test internet: recursive DNS, policy hosts, MX hosts and a
// certificate hierarchy, with the faults that real ones have, and with the
// truth about every name of it.
//
// A world has no zone file. Every name of every list has a scenario, drawn
// from a mixture by a keyed hash of the name, so any real list can be scanned
// at any size, and the same list, preset and seed make the same world
// everywhere. A world lives in memory, for tests and for the demo, or listens
// on addresses of 127/8, for other programs.
//
// The lab never imports the code it is there to test: not the resolver, the
// probers or the grammar, so that it does not share their faults. It may
// import taxonomy, for the words in which truth is told.
package lab
