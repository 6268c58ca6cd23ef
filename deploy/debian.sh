# Sourced by the scripts that install Debian packages for a test or a measurement.
# The sourcing script sets: purpose (a word for the SKIP line).
# Nothing is started, now or at boot, and nothing that is there is removed.

# skip says why it cannot be done here: exit 77.
skip() {
	echo "SKIP $purpose: $1"
	exit 77
}

installed() {
	for p in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || return 1
	done
}

# can_install skips where packages cannot be had.
can_install() {
	command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || skip 'no apt-get here; it comes as Debian packages'
	[ "$(id -u)" = 0 ] || skip 'not root: packages cannot be installed and network namespaces not made'
}

# can_unshare skips where network namespaces cannot be had.
can_unshare() {
	[ "$(uname -s)" = Linux ] || skip 'network namespaces are needed, which only Linux has'
	unshare --net --pid --mount --fork true 2>/dev/null || skip 'namespaces cannot be made here'
}

# refresh reads what packages there are.
refresh() { apt-get update -q || skip 'apt-get update fails; no package archive is in reach'; }

# bring installs packages. Services that come with them stay off.
bring() {
	new=
	for p in "$@"; do
		installed "$p" || new="$new $p"
	done
	[ -n "$new" ] || return 0
	export DEBIAN_FRONTEND=noninteractive
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		# 101: "action forbidden by policy", which invoke-rc.d takes as no.
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
		trap 'rm -f "$policy"' EXIT
	fi
	refresh
	echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
	# --no-remove: a machine with another mail server keeps it.
	apt-get install -q -y --no-remove --no-install-recommends "$@" || skip 'the packages cannot be installed beside what is there'
	for p in $new; do
		[ "$p" = nginx-light ] && p=nginx
		if [ -e "/lib/systemd/system/$p.service" ]; then systemctl --quiet disable "$p" || skip "$p cannot be kept from starting at boot"; fi
	done
}
