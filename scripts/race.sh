#!/usr/bin/env bash
# Runs all tests with the race detector, with further arguments for go test. The part of
# SQLite that is C translated to Go is not watched: goroutines do not interact in it, and
# watching it takes most of the tests' time. No other package may be left out. A package
# shares its instances of generic types with the watched packages, and the detector would
# miss that goroutines of those had waited for each other.
#
# Package durability is left out and is a test step of its own: it observes processes that
# are stopped at each system call.
#
# Twice as many packages as there are cores run at a time: most tests use one core, some
# wait, and a program with the detector waits for a second at its end.
#
# The time limit is only for tests that hang for ever; no healthy run takes that long,
# however slow the machine is. A script of cmd/firn that hangs is reported by name within
# minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=1
go list ./... | grep -v '/durability$' |
	xargs go test -timeout 3h -p "$(($(getconf _NPROCESSORS_ONLN) * 2))" -race -gcflags='modernc.org/sqlite/lib=-race=false' "$@"
