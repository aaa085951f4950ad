#!/usr/bin/env bash
# All tests with the race detector, with further arguments for go test. It leaves out
# the part of SQLite that is C put into Go, in which no two goroutines meet: watched
# like ours it takes most of the tests' time. No more than that part: what a package
# makes of the generic types of others is shared with those that are watched, which
# then would miss that they had waited for each other.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=1
exec go test -race -gcflags='modernc.org/sqlite/lib=-race=false' "$@" ./...
