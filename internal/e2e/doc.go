// Package e2e is a test, behind the build tag e2e, of the built program against
// real servers: Unbound validating over zones that Knot signs, nginx with a
// policy host for each name, Postfix, Exim and OpenSSL with STARTTLS. Truth is
// written by hand, in cases_*_test.go; postfix-mta-sts-resolver and Postfix's
// own TLS client are asked for a second opinion, and a difference of opinion is
// explained where it is expected.
//
// Everything runs on the ports of the standards, on loopback addresses in
// namespaces of its own (network, mounts, processes): nothing leaves the
// machine, nothing of the machine's configuration is read or changed, and the
// kernel ends every daemon with the test. `make e2e` installs what is needed.
//
// It shares no code with what it tests but the reader of snapshots.
package e2e
