// Package observe is how a run is watched from outside: the forecast of how long
// it will take (forecast.go), and its state as Prometheus metrics, served with
// the profiles of the process (metrics.go, server.go).
//
// It reads what the other packages count and changes nothing; that a run is
// watched must not be seen in its results. It knows no flags, no terminal and no
// file.
package observe
