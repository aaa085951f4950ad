#!/usr/bin/env bash
# Builds every package for every supported system and processor, without cgo, and vets the
# code that only Windows and macOS compile.
set -euo pipefail
cd "$(dirname "$0")/.."

export CGO_ENABLED=0
for GOOS in linux darwin windows; do
	for GOARCH in amd64 arm64; do
		export GOOS GOARCH
		echo "$GOOS/$GOARCH"
		go build ./...
	done
	if [[ $GOOS != linux ]]; then
		go vet ./...
	fi
done
