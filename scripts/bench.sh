#!/usr/bin/env bash
# Measures uploads by firn beside the least that an upload costs and beside boto
# and boto3. Takes about ten minutes and 7 GiB in TMPDIR; let nothing else run.
#
#   BENCH_ROUNDS      rounds of which the median is taken (5)
#   BENCH_MIB         size of the file (2048)
#   BENCH_LARGE_MIB   size of the sparse file of the memory test (16384)
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/needs.sh boto boto3
make --no-print-directory build
go build -o bin/ ./bench ./bench/sink ./bench/floor
exec bin/bench -rounds "${BENCH_ROUNDS:-5}" -mib "${BENCH_MIB:-2048}" -large-mib "${BENCH_LARGE_MIB:-16384}"
