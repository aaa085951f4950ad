#!/usr/bin/env bash
# Runs every fuzz target of the project for FUZZTIME (20s), one after the other. It writes
# new inputs that fail to the package's testdata/fuzz: keep them.
set -euo pipefail
cd "$(dirname "$0")/.."

grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort |
	while IFS=: read -r file match; do
		target=${match#func }
		echo "== $(dirname "$file") $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-20s}" "$(dirname "$file")" </dev/null
	done
