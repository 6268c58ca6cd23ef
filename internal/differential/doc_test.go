// Package differential compares the grammar of MTA-STS and of SMTP TLS
// reporting in internal/mtasts with parsers that others wrote, and with the
// ABNF of the RFCs run by a machine.
//
// It holds tests only, in a module of its own, so that the programs these
// parsers are part of stay out of the graph of the scanner's module
// (docs/adr/006-differential-module.md).
//
// Where an opinion differs from ours, the difference must belong to a settled
// class: a row that names the kind of input, says who is right, and by which
// section. Any other difference fails the test. The same rows, for readers, are
// docs/PARSERS.md.
package differential

import (
	"net/http"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	// go-mtasts fetches what it parses, and has no other seam.
	http.DefaultTransport = policyFromContext{}
	os.Exit(m.Run())
}
