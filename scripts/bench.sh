#!/usr/bin/env bash
# Measures uploads and downloads by firn beside the least that they cost and beside
# boto and boto3, into a bucket and out of it beside s5cmd and rclone, finding
# archives in a large catalog beside a bare query, and a server over a vault of very
# many archives. Takes about 40 minutes, 13 GiB and two million files in TMPDIR and,
# while it downloads, the file's size in BENCH_TARGET; let nothing else run.
#
#   BENCH_ROUNDS      rounds of which the median is taken (5)
#   BENCH_MIB         size of the file (2048)
#   BENCH_LARGE_MIB   size of the sparse file of the memory test (16384)
#   BENCH_ARCHIVES    archives in the catalog in which some are found (10000000)
#   BENCH_TARGET      where downloads go (/dev/shm, in memory; without it TMPDIR)
#   BENCH_SMALL       small archives in the vault that a server lists (1000000: 8 GiB)
#   BENCH_ONLY        only these parts: upload,memory,latency,faults,download,s3,find,server1m
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/needs.sh boto boto3 rclone
make --no-print-directory build
go build -o bin/ ./bench ./bench/sink ./bench/floor ./bench/bare
go build -C tools/s5cmd -o ../../bin/s5cmd github.com/peak/s5cmd/v2
if [[ -z ${BENCH_TARGET:-} && -w /dev/shm ]]; then
	BENCH_TARGET=/dev/shm
fi
exec bin/bench -only "${BENCH_ONLY:-}" -target "${BENCH_TARGET:-}" -archives "${BENCH_ARCHIVES:-10000000}" \
	-small "${BENCH_SMALL:-1000000}" \
	-rounds "${BENCH_ROUNDS:-5}" -mib "${BENCH_MIB:-2048}" -large-mib "${BENCH_LARGE_MIB:-16384}"
