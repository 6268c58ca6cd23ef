#!/bin/sh
# Installs Debian's Chromium, in which the tests open the report's page.
# Exit 0: it is there. Exit 77: it cannot be had here; the reason follows "SKIP browser:".
set -eu

skip() {
	echo "SKIP browser: $1"
	exit 77
}

command -v chromium >/dev/null && exit 0
command -v apt-get >/dev/null || skip 'no apt-get here; Chromium comes as a Debian package'
[ "$(id -u)" = 0 ] || skip 'not root: packages cannot be installed'
export DEBIAN_FRONTEND=noninteractive
apt-get update -q || skip 'apt-get update fails; no package archive is in reach'
apt-get install -q -y --no-remove --no-install-recommends chromium || skip 'the package chromium cannot be installed'
