#!/bin/sh
# Measures what a scan costs as its list grows: CPU a thousand names, peak memory, and
# bytes a name by table. The test internet runs in a process of its own on loopback, and
# its figures are no part of ours. Usage: growth.sh PRESET NAMES [flags of scan run].
# Presets: onepercent (99 names of 100 signal nothing and publish no TXT), onepercent-txt
# (the same with the TXT records of real lists), imc25 (signals at real prevalence).
set -eu
[ $# -ge 2 ] || { echo "usage: growth.sh PRESET NAMES [flags of scan run]" >&2; exit 2; }
preset=$1 names=$2
shift 2
cd "$(dirname "$0")/../.."
for tool in /usr/bin/time jq awk; do
	command -v "$tool" >/dev/null || { echo "SKIP growth: $tool is missing"; exit 0; }
done
work=$(mktemp -d)
lab=
trap '[ -z "$lab" ] || kill "$lab" 2>/dev/null || :; rm -rf "$work"' EXIT
go build -tags noduckdb -o "$work/scan" ./cmd/scan

# The population has 86,791,845 names: a list to scale has about as many as wanted.
"$work/scan" lab names --preset imc25 --scale $((86791845 / names)) >"$work/names"
"$work/scan" lab --preset "$preset" >"$work/lab.json" &
lab=$!
until [ -s "$work/lab.json" ]; do
	kill -0 "$lab" || exit 1
	sleep 0.1
done
at() { jq -r ".$1" "$work/lab.json"; }

/usr/bin/time -v -o "$work/time" "$work/scan" run \
	--resolver "$(at resolver)" --https-port "$(at https_port)" --smtp-port "$(at smtp_port)" --roots "$(at roots)" \
	--allow-special-addresses --contact mailto:bench@example.org --ehlo-name bench.example.org \
	--dns-rate 0 --https-rate 0 --smtp-rate 0 --retry-after 0 --progress off --out "$work/data" "$@" "$work/names" >"$work/summary"

n=$(wc -l <"$work/names")
awk -v n="$n" -v preset="$preset" -F': ' '
	/User time|System time/ { cpu += $2 }
	/Maximum resident/ { peak = $2 / 1024 }
	END { printf "%s, %d names: %.3f CPU-s per 1,000, %.0f MiB at the peak\n", preset, n, cpu * 1000 / n, peak }' "$work/time"
total=0
for table in domains mx certs verdicts chunks; do
	bytes=$(find "$work"/data/*/"$table" -type f -printf '%s\n' | awk '{ s += $1 } END { print s + 0 }')
	total=$((total + bytes))
	awk -v t="$table" -v b="$bytes" -v n="$n" 'BEGIN { printf "  %-9s %6.1f bytes a name\n", t, b / n }'
done
awk -v b="$total" -v n="$n" 'BEGIN { printf "  %-9s %6.1f bytes a name\n", "all", b / n }'
