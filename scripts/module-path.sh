#!/usr/bin/env bash
# Renames the module and its tools, so that programs in other modules can import it:
#
#   scripts/module-path.sh example.org/cold/firn
#
# It changes the imports of Go files, the go.mod files, the lint rules and the commands in
# the documents. scripts/module-path-test.sh checks on a copy that the renamed tree is
# complete.
set -euo pipefail
cd "$(dirname "$0")/.."

new=${1:-}
if [[ ! $new =~ ^[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9._~-]+)*$ ]]; then
	echo "usage: scripts/module-path.sh PATH, as in example.org/cold/firn: a host with a dot, then names" >&2
	exit 2
fi
OLD=$(awk '$1 == "module" { print $2 }' go.mod)
export OLD NEW=$new

# The files of the tree are those that git knows or would add. A copy may have no git.
files() {
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files -co --exclude-standard -- "$@"
	else
		find . -name "${1##*/}" -not -path './bin/*' -type f
	fi
}

# A line that consists of an import only. No other text has this form.
files '*.go' | xargs perl -pi -e 's{^(\s*(?:import\s+)?(?:[\w.]+\s+)?")\Q$ENV{OLD}\E((?:/[^"]*)?"\s*(?://.*)?)$}{$1$ENV{NEW}$2}'
files '*go.mod' | xargs perl -pi -e 's{^(module\s+)\Q$ENV{OLD}\E(?=[/\s])}{$1$ENV{NEW}}'
perl -pi -e 's{(?<![\w/.*-])\Q$ENV{OLD}\E(?=[/\$,\]\s]|$)}{$ENV{NEW}}g if /^\s*(- pkg:|allow:|module-path:)/; s{\(\*\Q$ENV{OLD}\E/}{(*$ENV{NEW}/}' .golangci.yml
files '*.md' | xargs perl -pi -e 's{\bgo doc \Q$ENV{OLD}\E\b}{go doc $ENV{NEW}}g'
