#!/bin/sh
# Installs the Debian packages whose daemons `make e2e` runs. A second run finds
# its work done.
# Exit 0: all is there. Exit 77: it cannot be had here; the reason follows "SKIP e2e:".
set -eu

purpose=e2e
. "$(dirname "$0")/../debian.sh"
can_install
can_unshare
[ -e /proc/sys/net/ipv6 ] || skip 'this kernel has no IPv6'
bring unbound unbound-anchor knot knot-dnsutils nginx-light postfix postfix-mta-sts-resolver openssl iproute2

# Exim and Postfix remove each other: Exim is unpacked, its libraries are installed.
unpacked=exim4-daemon-light
folder=/usr/local/lib/stscan-e2e/exim # the test looks there
[ -x "$folder/usr/sbin/exim4" ] && exit 0
refresh
libraries=$(apt-cache depends --no-suggests --no-recommends --no-conflicts --no-breaks --no-replaces "$unpacked" |
	sed -n 's/^ *Depends: \(lib[a-z0-9.+-]*\)$/\1/p')
# shellcheck disable=SC2086 # a list of words
bring $libraries
download=$(mktemp -d)
(cd "$download" && apt-get download -q -o APT::Sandbox::User=root "$unpacked") || skip "$unpacked cannot be fetched"
mkdir -p "$folder"
dpkg -x "$download"/*.deb "$folder"
rm -rf "$download"
[ -x "$folder/usr/sbin/exim4" ] || skip "$unpacked holds no usr/sbin/exim4"
