#!/usr/bin/env bash
# Builds every package for other systems and processors, without cgo, and vets the code that
# only Windows and macOS compile.
#
#   scripts/cross.sh      every system on one processor, and on the other one the packages
#                         that have code for a processor: what a change can break
#   scripts/cross.sh all  every package on every system and processor: before a release
set -euo pipefail
cd "$(dirname "$0")/.."

packages() { # of a processor: the second one of a system differs only in its kernels
	if [[ ${1:-} == all || $GOOS/$GOARCH =~ ^(linux/arm64|darwin/arm64|windows/amd64)$ ]]; then
		echo ./...
	else
		echo ./treehash/...
	fi
}

export CGO_ENABLED=0
for GOOS in linux darwin windows; do
	for GOARCH in amd64 arm64; do
		export GOOS GOARCH
		echo "$GOOS/$GOARCH $(packages "$@")"
		go build "$(packages "$@")"
		if [[ $GOOS != linux && $(packages) == ./... ]]; then
			go vet ./...
		fi
	done
done
