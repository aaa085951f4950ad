#!/usr/bin/env bash
# Prints the version of the tree, or with `commit` its commit.
#
# The version is that of the newest release in CHANGELOG.md, with +dev after it while there
# are unreleased changes. VERSION and COMMIT in the environment take precedence: a copy of
# the tree may have no git.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-version} in
version)
	if [[ -n ${VERSION:-} ]]; then
		echo "$VERSION"
	else
		awk '/^## Unreleased/ { isOpen = 1; next }
			/^## [0-9]/ { print $2 (changed ? "+dev" : ""); exit }
			isOpen && /^- / { changed = 1 }' CHANGELOG.md
	fi
	;;
commit)
	if [[ -n ${COMMIT+set} ]]; then
		echo "$COMMIT"
	elif commit=$(git rev-parse --short=12 HEAD 2>/dev/null); then
		[[ -z $(git status --porcelain) ]] || commit+=-dirty
		echo "$commit"
	fi
	;;
*)
	echo "usage: scripts/version.sh [version|commit]" >&2
	exit 2
	;;
esac
