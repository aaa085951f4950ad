#!/usr/bin/env bash
# Shows the main jobs in two minutes. A large file goes into a vault and comes back: the upload
# and the download are both killed in the middle, the same command finishes each, and the
# result is verified. Then a directory is backed up, encrypted: the backup is killed and
# continued, files change and are backed up again, and one file of the first snapshot is
# restored. Everything happens in a temporary directory and on the loopback
# interface; your own files and settings are not used.
#
# Usage: scripts/demo.sh [FILE]      (make demo, make demo FILE=...)
# Without FILE it creates 256 MiB of random bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
firn=$PWD/bin/firn
vault= # its URL
papers= # that of the vault for backups
server=
follower=

finish() {
	local status=$?
	trap - EXIT
	if [[ -n $follower ]]; then kill "$follower" 2>/dev/null || true; fi
	if [[ -n $server ]]; then
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$work"
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

tell() { printf '\n# %s\n' "$*"; }

# typed COMMAND... prints a command as a user would type it.
typed() {
	local word line='$'
	for word in "$@"; do
		case $word in
		"$firn") word=firn ;;
		"$vault") word='"$VAULT"' ;;
		"$papers") word='"$PAPERS"' ;;
		*) if [[ ! $word =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]]; then word="'$word'"; fi ;;
		esac
		line+=" ${word//$work/\$WORK}"
	done
	echo "$line"
}

# show COMMAND... prints a command and runs it.
show() {
	typed "$@"
	"$@"
}

fail() {
	echo "demo: $*" >&2
	exit 1
}

# Patterns for the access log: an accepted part, and a range of an archive that was sent.
part_taken='"method":"PUT".*"status":204'
range_given='/output".*"status":206.*"bytes_out":([0-9]+).*"range":"bytes=([0-9]+)-([0-9]+)"'

# follow N PATTERN returns once N lines of the access log match.
follow() {
	local left=$1 line
	tail -n +1 -f "$work/access.log" >"$work/followed" &
	follower=$!
	exec 3<"$work/followed"
	while ((left > 0)) && read -r line <&3; do
		[[ $line =~ $2 ]] && left=$((left - 1))
	done
	exec 3<&-
	kill "$follower" 2>/dev/null || true
	wait "$follower" 2>/dev/null || true
	follower=
}

# accepted prints the number of parts that the server has accepted so far.
accepted() { grep -c "$part_taken" "$work/access.log" || true; }

# given prints the ranges that the server has sent completely.
given() {
	local line
	while read -r line; do
		if [[ $line =~ $range_given ]] && ((BASH_REMATCH[1] == BASH_REMATCH[3] - BASH_REMATCH[2] + 1)); then
			echo "${BASH_REMATCH[2]}-${BASH_REMATCH[3]}"
		fi
	done <"$work/access.log"
}

tell "Build firn."
show make --no-print-directory build

# The demo has its own catalog, configuration and keys.
unset "${!AWS_@}" "${!FIRN_@}"
export FIRN_CATALOG=$work/catalog.db FIRN_CONFIG=$work/config.toml
touch "$FIRN_CONFIG"
export AWS_ACCESS_KEY_ID=DEMOKEY00000000000A AWS_SECRET_ACCESS_KEY=demo-secret-for-this-run-only-0000000000
export AWS_CONFIG_FILE=$work/none AWS_SHARED_CREDENTIALS_FILE=$work/none

file=${1:-}
if [[ -z $file ]]; then
	file=$work/backup.tar
	tell "Create 256 MiB of random bytes, which stand for your backup."
	show dd if=/dev/urandom of="$file" bs=1048576 count=256 status=none
fi
[[ -f $file && -r $file ]] || fail "$file is not a file that can be read"
size=$(wc -c <"$file" | tr -d ' ')
((size > 0)) || fail "$file is empty, and a vault takes no empty archive"
part=$((size > 64 << 20 ? 4 : 1))
parts=$(((size - 1) / (part << 20) + 1))

tell "Start the server, which serves a directory through the API of Amazon Glacier.
# Making an archive readable takes it four seconds instead of the service's hours."
mkdir "$work/store"
touch "$work/access.log"
mkfifo "$work/said" "$work/followed"
serve=("$firn" serve --dir "$work/store" --listen 127.0.0.1:0 --access-log "$work/access.log" --retrieval-delay 4s)
echo "$(typed "${serve[@]}") &"
"${serve[@]}" >"$work/said" 2>&1 &
server=$!
endpoint=
exec 4<"$work/said"
while [[ -z $endpoint ]] && read -r line <&4; do
	echo "$line"
	[[ $line =~ http://127\.0\.0\.1:[0-9]+ ]] && endpoint=${BASH_REMATCH[0]}
done
[[ -n $endpoint ]] || fail "the server did not start"
cat <&4 >"$work/server.log" &
vault="glacier://demo?endpoint=$endpoint&region=us-east-1"

tell "Create a vault."
echo "\$ VAULT='$vault'"
show "$firn" vault create "$vault"

upload=("$firn" upload "$vault" "$file" --description "firn demo" --part-size "${part}MiB" --concurrency 2)
tell "Upload the file in $parts parts of $part MiB, and kill the upload on the way."
if ((parts >= 4)); then
	echo "$(typed "${upload[@]}") &"
	"${upload[@]}" 2>"$work/first.log" &
	first=$!
	follow $((parts / 4)) "$part_taken"
	echo "\$ kill -9 $first"
	kill -9 "$first" 2>/dev/null || echo "(too late: the upload was faster than the kill)"
	wait "$first" 2>/dev/null || true
	before=$(accepted)
	echo "the server holds $before of $parts parts and no archive"
else
	echo "(the file has too few parts, $parts, to kill the upload in between)"
	before=0
fi

tell "Run the same command again. It finds its upload and sends only the missing parts."
show "${upload[@]}"
after=$(accepted)
echo "parts sent: $before before the kill and $((after - before)) after it, for an archive of $parts parts"

tell "Run it once more. Nothing is left to do."
show "${upload[@]}"
(($(accepted) == after)) || fail "parts were sent again"

tell "Compare the tree hash in the catalog with the tree hash of the file."
show "$firn" list "$vault" --json | tee "$work/list"
show "$firn" hash "$file" | tee "$work/hash"
tree=$(grep -oE '"tree_hash": *"[0-9a-f]{64}"' "$work/list" | grep -oE '[0-9a-f]{64}')
grep -q "$tree" "$work/hash" || fail "the tree hashes differ"
echo "the tree hashes are equal: $tree"

tell "Compare the archive, a plain file in the directory of the server, with your file."
archive=$(find "$work/store" -type f -size "${size}c" | head -n 1)
[[ -n $archive ]] || fail "no archive of $size bytes in the store"
show cmp "$file" "$archive" || fail "the archive differs from the file"
echo "identical"

download=("$firn" download "$vault" "firn demo" -o "$work/back.tar" --concurrency 2)
ranges=$(((size - 1) / (16 << 20) + 1))
rate=$((size / (6 << 20) + 1)) # so that it takes six seconds, in which it can be killed
tell "Download the archive: start a job, wait for it, and fetch $ranges ranges of 16 MiB.
# Kill the download on the way, too."
if ((ranges >= 8)); then
	echo "$(typed "${download[@]}" --limit-rate "${rate}MiB/s") &"
	"${download[@]}" --limit-rate "${rate}MiB/s" 2>"$work/second.log" &
	second=$!
	follow $((ranges / 2)) "$range_given"
	cat "$work/second.log"
	echo "\$ kill -9 $second"
	kill -9 "$second" 2>/dev/null || echo "(too late: the download was faster than the kill)"
	wait "$second" 2>/dev/null || true
	ls "$work"/back.tar* | sed "s|$work|unfinished file: \$WORK|"
else
	echo "(the archive has too few ranges, $ranges, to kill the download in between)"
fi
before=$(given | wc -l)

tell "Run the same command again. It finds its job and fetches only the missing ranges."
show "${download[@]}"
after=$(given | wc -l)
echo "ranges fetched: $((before)) before the kill and $((after - before)) after it, for an archive of $ranges ranges"
if ((after > ranges)); then echo "(ranges that were in flight at the kill were fetched again)"; fi
((before == 0 || after - before < ranges)) || fail "all ranges were fetched again"
(($(grep -c '"method":"POST".*/jobs"' "$work/access.log") == 1)) || fail "the archive was retrieved twice"

tell "Compare the downloaded file with the uploaded one."
show cmp "$file" "$work/back.tar" || fail "the downloaded file differs from the uploaded one"
echo "identical"

# The second job: directories.
papers="glacier://papers?endpoint=$endpoint&region=us-east-1"
tell "Now a directory: 2,000 texts in 20 directories, and 64 MiB that cannot be compressed.
# A vault and a key for its backups."
for dir in {01..20}; do
	mkdir -p "$work/home/letters/$dir"
	for letter in {001..100}; do
		printf 'Letter %s of %s: %s\n' "$letter" "$dir" "$RANDOM" >"$work/home/letters/$dir/$letter.txt"
	done
done
dd if=/dev/urandom of="$work/home/film.mov" bs=1048576 count=64 status=none
cp "$work/home/letters/07/042.txt" "$work/letter"
echo "\$ PAPERS='$papers'"
show "$firn" vault create "$papers"
show "$firn" key new "$work/key.txt"

backup=("$firn" backup "$papers" "$work/home" --recipient "$work/key.txt.pub" --key-elsewhere --part-size 1MiB --concurrency 2 --spool-dir "$work/spool")
tell "Back it up. Everything is encrypted before it leaves, and the server sees one archive.
# Kill the backup on the way."
before=$(accepted)
echo "$(typed "${backup[@]}") &"
"${backup[@]}" 2>"$work/third.log" &
third=$!
follow $((before + 16)) "$part_taken"
echo "\$ kill -9 $third"
kill -9 "$third" 2>/dev/null || echo "(too late: the backup was faster than the kill)"
wait "$third" 2>/dev/null || true
killed=$(($(accepted) - before))

tell "Run the same command again. It continues, and sends only the missing parts."
show "${backup[@]}" | tee "$work/first-snapshot"
first_snapshot=$(tail -n 1 "$work/first-snapshot")
echo "parts sent: $killed before the kill and $(($(accepted) - before - killed)) after it"

tell "Change a letter, remove one, add one, and back up again: only the change is sent."
echo 'It never happened.' >"$work/home/letters/07/042.txt"
rm "$work/home/letters/20/001.txt"
echo 'A new letter.' >"$work/home/letters/01/101.txt"
before=$(accepted)
show "${backup[@]}" | tee "$work/second-snapshot"
second_snapshot=$(tail -n 1 "$work/second-snapshot")
(($(accepted) - before <= 2)) || fail "more was sent than the change"
show "$firn" snapshot list "$papers"
show "$firn" snapshot diff "$papers" "$first_snapshot" "$second_snapshot"

tell "Where is the letter? All its versions are on record; this asks nobody."
show "$firn" find '**/07/042.txt'

restore=("$firn" restore "$papers" "$work/home/letters/07/042.txt" --at "$first_snapshot" --to "$work/back" --identity "$work/key.txt")
tell "Restore the letter of the first snapshot. Only its range of the archive is retrieved and sent."
before=$(given | wc -l)
show "${restore[@]}" --dry-run
show "${restore[@]}"
echo "ranges fetched:"
given | tail -n +$((before + 1)) | sed 's/^/  bytes /'
show cmp "$work/letter" "$work/back$work/home/letters/07/042.txt" || fail "the letter differs"
echo "identical"

tell "Done. The temporary directory is removed."
