#!/usr/bin/env bash
# Kills a large upload and its download with SIGKILL at random moments, runs the same
# commands until they succeed, and audits the server's access log. Then it does the same to
# the import of a large inventory, and prints the peak memory. Then it sends random
# requests to a server and compares the answers with those of a model in memory. Last, it
# runs what scripts/test.sh runs only in part: all tests with the race detector, those of
# volume and all scripts of cmd/firn too; the suite of package vault at each S3 service;
# every fault in internal/durability; a build of every program for every system and
# processor. Then it tests a release. It takes three times the file's size in TMPDIR, or
# 10 GB for ten million archives.
#
#   TORTURE_MIB       size of the file (16384)
#   TORTURE_KILLS     number of kills (10)
#   TORTURE_SEED      seed of an earlier run, to repeat it
#   TORTURE_ARCHIVES  archives in the inventory (10000000)
#   TORTURE_MOVES     requests to the server (100000)
set -euo pipefail
cd "$(dirname "$0")/.."

make --no-print-directory build
go build -o bin/ ./internal/bench/torture ./internal/bench/reconcile
bin/torture -mib "${TORTURE_MIB:-16384}" -kills "${TORTURE_KILLS:-10}" ${TORTURE_SEED:+-seed "$TORTURE_SEED"}
bin/reconcile -entries "${TORTURE_ARCHIVES:-10000000}"

seed=${TORTURE_SEED:-$RANDOM}
printf 'server beside its model: TORTURE_SEED=%s\n' "$seed"
FIRN_TEST_SEED=$seed FIRN_REFERENCE_MOVES=${TORTURE_MOVES:-100000} \
	go test -count 1 -timeout 60m -v -run '^TestServerDoesWhatTheReferenceDoes$' ./server

go test -count 1 -timeout 6h -tags torture ./internal/durability
scripts/race.sh -tags torture -count 1
scripts/cross.sh all
scripts/dist-test.sh
