#!/bin/sh
# Installs Debian's Chromium, in which the tests open the report's page.
# Exit 0: it is there. Exit 77: it cannot be had here; the reason follows "SKIP browser:".
set -eu

command -v chromium >/dev/null && exit 0
purpose=browser
. "$(dirname "$0")/../debian.sh"
can_install
bring chromium
