#!/usr/bin/env bash
# Measures firn and compares it with plain programs that do no more, and with the tools
# that people use today: uploads and downloads (boto, boto3, the AWS command line), buckets
# (s5cmd, rclone, the AWS command line), many small files, hashes, the server, finding
# archives in a large catalog, and backups (restic, kopia, and a pipe of tar, zstd and age).
# It prints one report and, after a complete run, writes the figures into
# docs/performance.md. It takes some hours, 40 GiB and two million files in TMPDIR and,
# for the downloads, three times the file's size in BENCH_TARGET. Nothing else should run on
# the machine.
#
#   BENCH_ROUNDS      number of rounds; the figures are medians (5)
#   BENCH_MIB         size of the file (2048)
#   BENCH_LARGE_MIB   size of the sparse file of the memory test (16384)
#   BENCH_ARCHIVES    archives in the catalog that is searched (10000000)
#   BENCH_TARGET      directory for downloads (/dev/shm, in memory; if there is none, TMPDIR)
#   BENCH_SMALL       small archives in the vault that a server lists (1000000: 8 GiB)
#   BENCH_FILES       small files that are uploaded (2000)
#   BENCH_TINY        tiny files that are backed up twice (1000000: 4 GiB)
#   BENCH_ONLY        run only these parts: upload,download,s3,gateway,memory,latency,faults,hash,server,find,server1m,small,backup
#   BENCH_DOC         document for the figures; empty for none (docs/performance.md; not allowed with BENCH_ONLY)
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ -n ${BENCH_ONLY:-} && -n ${BENCH_DOC:-} ]]; then
	echo "bench: a part of the benchmark cannot replace the figures of a whole run: set BENCH_ONLY or BENCH_DOC, not both" >&2
	exit 2
fi
scripts/needs.sh boto boto3 aws rclone age zstd
make --no-print-directory build
go build -trimpath -ldflags '-s -w' -tags nokernels -o bin/firn-nokernels ./cmd/firn
go build -o bin/ ./internal/bench ./internal/bench/sink ./internal/bench/floor ./internal/bench/bare
go build -C scripts/tools/s5cmd -o ../../../bin/s5cmd github.com/peak/s5cmd/v2
go build -C scripts/tools/restic -o ../../../bin/restic github.com/restic/restic/cmd/restic
go build -C scripts/tools/kopia -o ../../../bin/kopia github.com/kopia/kopia
go build -C scripts/tools/versitygw -o ../../../bin/versitygw .
if [[ -z ${BENCH_TARGET:-} && -w /dev/shm ]]; then
	BENCH_TARGET=/dev/shm
fi
if [[ -z ${BENCH_ONLY:-} ]]; then
	BENCH_DOC=${BENCH_DOC-docs/performance.md}
fi
exec bin/bench -only "${BENCH_ONLY:-}" -target "${BENCH_TARGET:-}" -archives "${BENCH_ARCHIVES:-10000000}" \
	-small "${BENCH_SMALL:-1000000}" -files "${BENCH_FILES:-2000}" -tiny "${BENCH_TINY:-1000000}" -doc "${BENCH_DOC:-}" \
	-rounds "${BENCH_ROUNDS:-5}" -mib "${BENCH_MIB:-2048}" -large-mib "${BENCH_LARGE_MIB:-16384}"
