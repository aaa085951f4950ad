#!/usr/bin/env bash
# Uploads a file with the AWS command line, with one command for each part, as in the guide
# of the service. The tree hash of the whole is an argument, since the AWS command line
# cannot compute it. All settings come from the environment.
#
# Usage: aws_parts.sh ENDPOINT VAULT FILE PARTSIZE TREEHASH
set -euo pipefail

endpoint=$1 vault=$2 file=$3 part_size=$4 hash=$5
glacier=(/usr/bin/aws --endpoint-url "$endpoint" glacier)
size=$(stat -c %s "$file")
piece=$(mktemp)
trap 'rm -f "$piece"' EXIT

upload=$("${glacier[@]}" initiate-multipart-upload --account-id - --vault-name "$vault" --part-size "$part_size" --query uploadId --output text)
for ((offset = 0; offset < size; offset += part_size)); do
	last=$((offset + part_size < size ? offset + part_size - 1 : size - 1))
	dd if="$file" of="$piece" bs="$part_size" skip=$((offset / part_size)) count=1 status=none
	"${glacier[@]}" upload-multipart-part --account-id - --vault-name "$vault" --upload-id "$upload" \
		--body "$piece" --range "bytes $offset-$last/*"
done
"${glacier[@]}" complete-multipart-upload --account-id - --vault-name "$vault" --upload-id "$upload" \
	--archive-size "$size" --checksum "$hash"
