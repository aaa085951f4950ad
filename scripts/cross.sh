#!/usr/bin/env bash
# Builds firn for other systems and processors, without cgo.
#
#   scripts/cross.sh      what a change can break: vets every package, with its tests, on
#                         Windows and on macOS, and links firn there; builds the packages
#                         with code for a processor on each system and processor
#   scripts/cross.sh all  also links every program on every system and processor, which
#                         takes several times as long: before a release
set -euo pipefail
cd "$(dirname "$0")/.."

systems=(linux darwin windows)
[[ ${1:-} != all ]] || systems+=(freebsd) # which has no code of its own

export CGO_ENABLED=0
for GOOS in "${systems[@]}"; do
	for GOARCH in amd64 arm64; do
		export GOOS GOARCH
		case ${1:-}/$GOOS/$GOARCH in
		all/*)
			echo "$GOOS/$GOARCH ./..."
			go build ./...
			;;&
		*/darwin/arm64 | */windows/amd64)
			echo "$GOOS/$GOARCH vet, ./cmd/firn"
			go vet ./...
			go build -o /dev/null ./cmd/firn
			;;
		/*)
			echo "$GOOS/$GOARCH ./treehash/..."
			go build ./treehash/...
			;;
		esac
	done
done
