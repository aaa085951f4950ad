#!/usr/bin/env bash
# Runs every check that a change must pass, on one machine, in one run. `make test` and
# .ci/run call it. Every step runs even if an earlier one failed, so that one run shows all
# failures. The tests are last, so that the output ends with their summary.
#
# The checks that take longest run in part here, and as a whole in scripts/torture.sh:
#
#   - Files with the build tag "!race || torture" run here without the race detector.
#   - Of the scripts of cmd/firn, those with most concurrency run with the race detector.
#   - The suite of package vault runs at one S3 service with its lacks, not at each.
#   - In internal/durability every flush fails in turn, but only every third write and rename.
#   - Programs other than firn are not linked for other systems.
set -uo pipefail
cd "$(dirname "$0")/.."

# Ignore the machine's own settings. Only the race detector needs cgo; all other steps
# share the packages compiled without it.
export GOFLAGS=-buildvcs=false GOWORK=off CGO_ENABLED=0
export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost
unset "${!AWS_@}" "${!FIRN_@}"

failed=()

# On a disk, flushing files takes more than half of the tests' time. If there is enough
# memory, the files are kept in memory; the same system calls are made.
files_in_memory() {
	local dir need=$((8 << 20)) # KiB; twice the measured need of the tests
	dir=$(mktemp -d /dev/shm/firn-test.XXXXXX 2>/dev/null) || return
	printf '#!/bin/sh\n' >"$dir/try" && chmod +x "$dir/try"
	if "$dir/try" 2>/dev/null && (($(df -k --output=avail "$dir" | tail -1) > need)) &&
		(($(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo) > need)); then
		export TMPDIR=$dir
		trap 'chmod -R u+rwX "$TMPDIR"; rm -rf "$TMPDIR"' EXIT
	else
		rm -rf "$dir"
	fi
}

# The number of the steps below.
steps=$(grep -c "^step '" "$0") number=0

# step NAME COMMAND... runs one step under a header and prints its duration.
step() {
	local name=$1 start=$SECONDS
	shift
	number=$((number + 1))
	printf '\n== step %d of %d, after %d min %d s: %s\n' \
		"$number" "$steps" $((SECONDS / 60)) $((SECONDS % 60)) "$name"
	if "$@"; then
		printf -- '-- %s: ok, %d s\n' "$name" $((SECONDS - start))
	else
		printf -- '-- %s: FAILED, %d s\n' "$name" $((SECONDS - start))
		failed+=("$name")
	fi
}

lint() {
	local linter
	linter=bin/golangci-lint-$(awk '$1 == "github.com/golangci/golangci-lint/v2" { print $2 }' scripts/tools/go.mod)
	make --no-print-directory "$linter" && "$linter" fmt --diff && "$linter" run ./...
}

# Tests the kernels of arm64 in an emulator, and checks that they are in use.
emulated() {
	local hashes=(env GOARCH=arm64 go test -timeout 3h -exec qemu-aarch64-static ./treehash)
	"${hashes[@]}" -run 'Kernel|Batches|^Fuzz|^Test(Sum|HasherSumsOnTheWay|ShortInputs.*)$' &&
		"${hashes[@]}" -v -run KernelsAreProven | grep 'in use: sha2$'
}

# Tests of volume: they run without the race detector.
volume() {
	local packages
	mapfile -t packages < <(git grep -l '^//go:build !race || torture$' -- '*_test.go' | grep -v '^cmd/firn/' | xargs -n 1 dirname | sort -u)
	go test -timeout 3h -run '^TestLong' "${packages[@]/#/./}"
}

printf '%d steps. On two cores they take about 10 minutes; the first run compiles everything\n' "$steps"
printf 'and takes twice as long. The longest steps are the last three.\n\n'
printf '== what the tests need\n'
scripts/needs.sh age git cc aws rclone boto boto3 qemu shells strace zstd || exit 1

step 'modules are as recorded' go mod verify
step 'go.mod is tidy' go mod tidy -diff
step 'vet' go vet ./...
step 'builds everywhere' scripts/cross.sh
step 'format and lint' lint
# Build the server here. Otherwise its build time would count against a test's time limit.
step 'the S3 server of the tests' go test -count 1 -timeout 3h -run '^TestServerIsBuilt$' ./internal/coldfront
step 'the kernels are as generated' go -C treehash/kernels test -count 1 -timeout 3h ./...
step 'the module can be renamed' scripts/module-path-test.sh
step 'hashes without kernels' go test -timeout 3h -tags nokernels ./treehash
step 'hashes without assembly' go test -timeout 3h -tags purego -run 'Kernel|Batches|^Test(Sum|Read|TreeAt|ShortInputs.*)$' ./treehash
step 'hashes on arm64' emulated
files_in_memory
step 'tests of volume' volume
# Both start many processes and wait for them. A script of the command waits for more than
# half of its time, so many run at a time, to use all cores. -count 1 is necessary because
# Go does not know that the tests of ./internal/durability depend on the program that they
# build, and would use cached results of another one.
step 'the command, and what is durable' go test -count 1 -timeout 3h -parallel 5 ./cmd/firn ./internal/durability
step 'tests, with the race detector' scripts/race.sh

if ((${#failed[@]} > 0)); then
	printf '\nfailed:' >&2
	printf ' [%s]' "${failed[@]}" >&2
	printf '\n' >&2
	exit 1
fi
