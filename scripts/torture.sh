#!/usr/bin/env bash
# Kills a large upload and its download with SIGKILL at random moments, runs the
# same commands until they are done, and audits the server's access log. Then does
# it to the import of a large inventory, and tells the peak memory. Last, asks a
# server for anything in any order, beside a model of it in memory. Takes three
# times the file's size in TMPDIR, or 10 GB for ten million archives.
#
#   TORTURE_MIB       size of the file (16384)
#   TORTURE_KILLS     how often it is killed (10)
#   TORTURE_SEED      repeats the moments of an earlier run
#   TORTURE_ARCHIVES  archives in the inventory (10000000)
#   TORTURE_MOVES     requests to the server (100000)
set -euo pipefail
cd "$(dirname "$0")/.."

make --no-print-directory build
go build -o bin/ ./bench/torture ./bench/reconcile
bin/torture -mib "${TORTURE_MIB:-16384}" -kills "${TORTURE_KILLS:-10}" ${TORTURE_SEED:+-seed "$TORTURE_SEED"}
bin/reconcile -entries "${TORTURE_ARCHIVES:-10000000}"

seed=${TORTURE_SEED:-$RANDOM}
printf 'server beside its model: TORTURE_SEED=%s\n' "$seed"
FIRN_TEST_SEED=$seed FIRN_REFERENCE_MOVES=${TORTURE_MOVES:-100000} \
	go test -count 1 -timeout 60m -v -run '^TestServerDoesWhatTheReferenceDoes$' ./server
