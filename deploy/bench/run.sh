#!/bin/sh
# Measures what a scan costs, against real servers on the loopback of a network
# namespace of its own: nothing it sends can leave the machine, and when it ends,
# however it ends, the kernel ends the servers. Arguments go to internal/bench.
# Where that is impossible, says why in one line that begins with "SKIP bench:"
# and succeeds.
set -eu
cd "$(dirname "$0")/../.."

deploy/bench/install.sh || {
	[ $? -eq 77 ] && exit 0
	exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # the servers are several users
go build -tags noduckdb -o "$work/scan" ./cmd/scan
go build -tags noduckdb -o "$work/bench" ./internal/bench
go test -tags noduckdb -c -o "$work/sinks.test" ./sinks
unshare --net --pid --mount --fork --kill-child --mount-proc sh -ceu '
	ip link set lo up
	exec "$@"' sh "$work/bench" -work "$work" "$@"
