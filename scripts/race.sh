#!/usr/bin/env bash
# All tests with the race detector, with further arguments for go test. It leaves out
# the part of SQLite that is C put into Go, in which no two goroutines meet: watched
# like ours it takes most of the tests' time. No more than that part: what a package
# makes of the generic types of others is shared with those that are watched, which
# then would miss that they had waited for each other.
#
# What is durable is seen from outside, by processes that are stopped at each call: package
# durability runs without it, as a step of its own.
#
# The time limit is for what hangs for ever, and no healthy run comes near it, however
# slow the machine is. A script of cmd/firn that hangs is found in minutes, and named.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=1
go list ./... | grep -v '/durability$' |
	xargs go test -timeout 3h -race -gcflags='modernc.org/sqlite/lib=-race=false' "$@"
