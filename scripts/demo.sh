#!/usr/bin/env bash
# The main job before your eyes, in a minute: a large file goes into a vault, the
# upload is killed on the way, the same command finishes it, and the result is
# proved from three sides. Everything happens in a temporary directory and on the
# loopback interface; nothing of yours is touched.
#
# Usage: scripts/demo.sh [FILE]      (make demo, make demo FILE=...)
# Without FILE, 256 MiB of random bytes are made.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
firn=$PWD/bin/firn
vault= # its URL
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

# typed COMMAND... prints a command as one would type it.
typed() {
	local word line='$'
	for word in "$@"; do
		case $word in
		"$firn") word=firn ;;
		"$vault") word='"$VAULT"' ;;
		*) if [[ ! $word =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]]; then word="'$word'"; fi ;;
		esac
		line+=" ${word//$work/\$WORK}"
	done
	echo "$line"
}

# show COMMAND... prints a command, then runs it.
show() {
	typed "$@"
	"$@"
}

fail() {
	echo "demo: $*" >&2
	exit 1
}

# follow N returns once the access log tells of N parts that the server accepted.
follow() {
	local left=$1 line
	tail -n +1 -f "$work/access.log" >"$work/followed" &
	follower=$!
	exec 3<"$work/followed"
	while ((left > 0)) && read -r line <&3; do
		[[ $line == *'"method":"PUT"'*'"status":204'* ]] && left=$((left - 1))
	done
	exec 3<&-
	kill "$follower" 2>/dev/null || true
	wait "$follower" 2>/dev/null || true
	follower=
}

# accepted counts the parts that the server accepted so far.
accepted() { grep -c '"method":"PUT".*"status":204' "$work/access.log" || true; }

tell "firn is built."
show make --no-print-directory build

# The catalog, the configuration and the keys of this demo are its own.
unset "${!AWS_@}" "${!FIRN_@}"
export FIRN_CATALOG=$work/catalog.db FIRN_CONFIG=$work/config.toml
export AWS_ACCESS_KEY_ID=DEMOKEY00000000000A AWS_SECRET_ACCESS_KEY=demo-secret-for-this-run-only-0000000000
export AWS_CONFIG_FILE=$work/none AWS_SHARED_CREDENTIALS_FILE=$work/none

file=${1:-}
if [[ -z $file ]]; then
	file=$work/backup.tar
	tell "256 MiB of random bytes stand for your backup."
	show dd if=/dev/urandom of="$file" bs=1048576 count=256 status=none
fi
[[ -f $file && -r $file ]] || fail "$file is not a file that can be read"
size=$(wc -c <"$file" | tr -d ' ')
((size > 0)) || fail "$file is empty, and a vault takes no empty archive"
part=$((size > 64 << 20 ? 4 : 1))
parts=$(((size - 1) / (part << 20) + 1))

tell "The server: it speaks Amazon Glacier's language and keeps its vaults in a directory."
mkdir "$work/store"
touch "$work/access.log"
mkfifo "$work/said" "$work/followed"
serve=("$firn" serve --dir "$work/store" --listen 127.0.0.1:0 --access-log "$work/access.log")
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

tell "A vault."
echo "\$ VAULT='$vault'"
show "$firn" vault create "$vault"

upload=("$firn" upload "$vault" "$file" --description "firn demo" --part-size "${part}MiB" --concurrency 2)
tell "The upload, in $parts parts of $part MiB. It is killed without warning on the way."
if ((parts >= 4)); then
	echo "$(typed "${upload[@]}") &"
	"${upload[@]}" 2>"$work/first.log" &
	first=$!
	follow $((parts / 4))
	echo "\$ kill -9 $first"
	kill -9 "$first" 2>/dev/null || echo "(too late: this file was uploaded faster than it could be killed)"
	wait "$first" 2>/dev/null || true
	before=$(accepted)
	echo "the server holds $before of $parts parts, and no archive"
else
	echo "(the file has only $parts: too few to kill the upload in between)"
	before=0
fi

tell "The same command again. It finds its upload and sends only what is missing."
show "${upload[@]}"
after=$(accepted)
echo "parts sent: $before before the kill, $((after - before)) after it, $after together, for an archive of $parts"

tell "And once more: nothing is left to do."
show "${upload[@]}"
(($(accepted) == after)) || fail "parts were sent again"

tell "The proof. What the catalog has, and what the file has:"
show "$firn" list "$vault" --json | tee "$work/list"
show "$firn" hash "$file" | tee "$work/hash"
tree=$(grep -oE '"tree_hash": *"[0-9a-f]{64}"' "$work/list" | grep -oE '[0-9a-f]{64}')
grep -q "$tree" "$work/hash" || fail "the tree hashes differ"
echo "the tree hashes are equal: $tree"

tell "And the archive in the server's directory is a plain file, byte for byte yours:"
archive=$(find "$work/store" -type f -size "${size}c" | head -n 1)
[[ -n $archive ]] || fail "no archive of $size bytes in the store"
show cmp "$file" "$archive" || fail "the archive differs from the file"
echo "identical"

tell "Done; the temporary directory is removed."
