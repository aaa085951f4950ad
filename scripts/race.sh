#!/usr/bin/env bash
# All tests with the race detector, with further arguments for go test. SQLite is C
# that was put into Go, in which no two goroutines meet; watched like ours, it takes
# five times as long and the tests with it. So the compiler leaves it out.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=1
exec go test -race -gcflags='modernc.org/...=-race=false' "$@" ./...
