#!/usr/bin/env bash
# Kills a large upload with SIGKILL at random moments, runs the same command until
# it is done, and audits the server's access log. Takes twice the file's size in
# TMPDIR.
#
#   TORTURE_MIB     size of the file (16384)
#   TORTURE_KILLS   how often it is killed (10)
#   TORTURE_SEED    repeats the moments of an earlier run
set -euo pipefail
cd "$(dirname "$0")/.."

make --no-print-directory build
go build -o bin/ ./bench/torture
exec bin/torture -mib "${TORTURE_MIB:-16384}" -kills "${TORTURE_KILLS:-10}" ${TORTURE_SEED:+-seed "$TORTURE_SEED"}
