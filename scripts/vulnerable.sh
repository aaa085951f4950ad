#!/usr/bin/env bash
# Looks for known vulnerabilities in the code that firn calls, in the database at VULNDB, a
# URL (file:// too). If the database cannot be reached, it reports that and succeeds.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOFLAGS=-buildvcs=false GOWORK=off CGO_ENABLED=0
database=${VULNDB:-https://vuln.go.dev}

if ! command -v curl >/dev/null; then
	echo "known vulnerabilities: not looked for, since there is no curl to ask for the database with"
	exit
fi
if ! curl --silent --show-error --fail --connect-timeout 5 --max-time 30 --output /dev/null "$database/index/db.json"; then
	echo "known vulnerabilities: not looked for, since $database cannot be reached (VULNDB= names another database)"
	exit
fi
check=bin/govulncheck-$(awk '$1 == "golang.org/x/vuln" || $2 == "golang.org/x/vuln" { print $NF == "indirect" ? $(NF - 2) : $NF }' scripts/tools/govulncheck/go.mod)
if [[ ! -x $check ]]; then
	go -C scripts/tools/govulncheck build -o "../../../$check" golang.org/x/vuln/cmd/govulncheck
fi
exec "$check" -db "$database" ./...
