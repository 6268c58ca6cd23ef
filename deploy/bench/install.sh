#!/bin/sh
# Installs the Debian packages whose daemons `make bench-scale` measures against. A
# second run finds its work done.
# Exit 0: all is there. Exit 77: it cannot be had here; the reason follows "SKIP bench:".
set -eu

purpose=bench
. "$(dirname "$0")/../debian.sh"
can_install
can_unshare
bring nsd dnsperf nginx-light postfix iproute2
