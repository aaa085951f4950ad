#!/usr/bin/env bash
# Tries the README as a newcomer would: runs the commands of its trials (a directory, a bucket, a
# vault) exactly as they are printed, with an empty home directory, and compares each file that
# comes back. Only /mnt/disk is replaced, by a temporary directory. The bucket needs Go and, the
# first time, its module proxy. The servers use the ports that the README names.
#
# Usage: scripts/readme-test.sh [FIRN]      (bin/firn, which it builds)
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -z ${1:-} ]]; then
	make --no-print-directory build >/dev/null
fi
firn=$(realpath "${1:-bin/firn}")
readme=$PWD/README.md
work=$(mktemp -d "${TMPDIR:-/tmp}/firn-readme-test.XXXXXX")
server=
finish() {
	if [[ -n $server ]]; then
		kill -- "-$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

unset "${!AWS_@}" "${!FIRN_@}"
# What Go has downloaded and built already is used again. The home directory is new.
GOMODCACHE=$(go env GOMODCACHE) GOCACHE=$(go env GOCACHE)
mkdir "$work/bin" "$work/home" "$work/disk"
ln -s "$firn" "$work/bin/firn"
export GOMODCACHE GOCACHE HOME=$work/home PATH=$work/bin:$PATH

fail() {
	echo "readme-test: $*" >&2
	exit 1
}

# block HEADING N prints the nth block of code below a heading.
block() {
	local text
	text=$(awk -v heading="$1" -v n="$2" '
		/^```/ { code = !code; if (code && here) seen++; next }
		!code && /^#/ { here = ($0 == heading) }
		code && here && seen == n' "$readme" | sed "s|/mnt/disk|$work/disk|g")
	[[ -n $text ]] || fail "README.md has no block $2 below \"$1\""
	echo "$text"
}

# try HEADING N runs the commands of a block.
try() {
	local commands
	commands=$(block "$1" "$2")
	printf '\n%s\n' "$commands"
	bash -euo pipefail -c "$commands"
}

# trial DIR begins a trial in a directory of its own, with two films.
trial() {
	mkdir "$work/$1"
	cd "$work/$1"
	head -c 20000000 /dev/urandom >june.mov
	head -c 3000000 /dev/urandom >holiday.mov
}

# serve PATTERN COMMANDS starts a server, and returns when its output shows the pattern.
serve() {
	local tries
	printf '\n%s\n' "$2"
	set -m
	bash -euo pipefail -c "$2" >"$work/server.log" 2>&1 &
	server=$!
	set +m
	for ((tries = 0; tries < 6000; tries++)); do
		if grep -q "$1" "$work/server.log"; then return; fi
		kill -0 "$server" 2>/dev/null || break
		sleep 0.1
	done
	cat "$work/server.log" >&2
	fail "the server does not run"
}

stop() {
	kill -- "-$server"
	wait "$server" || true
	server=
}

heading='## Quick start: a directory'
trial directory
try "$heading" 1
try "$heading" 2
cmp june.mov back.mov

heading='### Without an account: a bucket on your disk'
trial bucket
serve 'listening on' "$(block "$heading" 1)"
try "$heading" 2
cmp june.mov back.mov
stop

heading='### Without an account: the embedded server'
trial vault
serve '^export AWS_REGION' "$(block "$heading" 1 | sed -n 's/^\$ //p')"
eval "$(grep '^export' "$work/server.log")" # as a user pastes them
try "$heading" 2
cmp holiday.mov back.mov
stop

printf '\na directory, a bucket and a vault: every file came back\n'
