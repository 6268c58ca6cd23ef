#!/bin/sh
# Installs the Debian packages whose daemons `make bench-scale` measures against,
# and nothing else: no service is started, now or at boot, and a second run finds
# its work done.
# Exit 0: all is there. Exit 77: it cannot be had here; the reason follows "SKIP bench:".
set -eu

packages='nsd dnsperf nginx-light postfix iproute2'

skip() {
	echo "SKIP bench: $1"
	exit 77
}

installed() {
	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || return 1
	done
}

command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || skip 'no apt-get here; the servers come as Debian packages'
[ "$(uname -s)" = Linux ] || skip 'network namespaces are needed, which only Linux has'
[ "$(id -u)" = 0 ] || skip 'not root: packages cannot be installed and network namespaces not made'
unshare --net --pid --mount --fork true 2>/dev/null || skip 'namespaces cannot be made here'

# shellcheck disable=SC2086 # a list of words
if installed $packages; then
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
# What came just now is for the measurement alone and stays off at the next boot.
for p in $new; do
	[ "$p" = nginx-light ] && p=nginx
	if [ -e "/lib/systemd/system/$p.service" ]; then systemctl --quiet disable "$p" || skip "$p cannot be kept from starting at boot"; fi
done
