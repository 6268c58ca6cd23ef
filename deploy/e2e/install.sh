#!/bin/sh
# Installs the Debian packages whose daemons `make e2e` runs, and nothing else:
# no service is started, now or at boot, and a second run finds its work done.
# Exit 0: all is there. Exit 77: it cannot be had here; the reason follows "SKIP e2e:".
set -eu

packages='unbound unbound-anchor knot knot-dnsutils nginx-light postfix postfix-mta-sts-resolver openssl iproute2'
# Exim and Postfix remove each other: Exim is unpacked, its libraries are installed.
unpacked=exim4-daemon-light
folder=/usr/local/lib/stscan-e2e/exim # the test looks there

skip() {
	echo "SKIP e2e: $1"
	exit 77
}

installed() {
	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || return 1
	done
}

command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || skip 'no apt-get here; the daemons come as Debian packages'
[ "$(uname -s)" = Linux ] || skip 'network namespaces are needed, which only Linux has'
[ "$(id -u)" = 0 ] || skip 'not root: packages cannot be installed and network namespaces not made'
[ -e /proc/sys/net/ipv6 ] || skip 'this kernel has no IPv6'
unshare --net --pid --mount --fork true 2>/dev/null || skip 'namespaces cannot be made here'

# shellcheck disable=SC2086 # a list of words
if installed $packages && [ -x "$folder/usr/sbin/exim4" ]; then
	exit 0
fi

new=
for p in $packages; do
	installed "$p" || new="$new $p"
done

export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	# 101: "action forbidden by policy", which invoke-rc.d takes as no.
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
	trap 'rm -f "$policy"' EXIT
fi

apt-get update -q || skip 'apt-get update fails; no package archive is in reach'
echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
# --no-remove: a machine with another mail server keeps it.
# shellcheck disable=SC2086
apt-get install -q -y --no-remove --no-install-recommends $packages || skip 'the packages cannot be installed beside what is there'
# What came just now is for the test alone and stays off at the next boot.
for p in $new; do
	[ "$p" = nginx-light ] && p=nginx
	if [ -e "/lib/systemd/system/$p.service" ]; then systemctl --quiet disable "$p" || skip "$p cannot be kept from starting at boot"; fi
done

libraries=$(apt-cache depends --no-suggests --no-recommends --no-conflicts --no-breaks --no-replaces "$unpacked" |
	sed -n 's/^ *Depends: \(lib[a-z0-9.+-]*\)$/\1/p')
# shellcheck disable=SC2086
apt-get install -q -y --no-remove --no-install-recommends $libraries || skip "the libraries of $unpacked cannot be installed"
download=$(mktemp -d)
(cd "$download" && apt-get download -q -o APT::Sandbox::User=root "$unpacked") || skip "$unpacked cannot be fetched"
mkdir -p "$folder"
dpkg -x "$download"/*.deb "$folder"
rm -rf "$download"
[ -x "$folder/usr/sbin/exim4" ] || skip "$unpacked holds no usr/sbin/exim4"
