// Package archtest holds tests of the whole module: who may import whom, and
// the house rules that a parser of Go can check. It has no code of its own.
package archtest
