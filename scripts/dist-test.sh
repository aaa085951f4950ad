#!/usr/bin/env bash
# Tests a release: builds it again, in another directory and with another user's settings, and
# compares the checksums; then installs the deb below a directory of its own, uses it, and
# removes it.
#
#   scripts/dist-test.sh DIR  the release that scripts/dist.sh has made in DIR
#   scripts/dist-test.sh      one that it makes itself, of a few systems
#
#   TARGETS  those of the release
set -euo pipefail
cd "$(dirname "$0")/.."
unset "${!AWS_@}" "${!FIRN_@}"

work=$(mktemp -d "${TMPDIR:-/tmp}/firn-dist-test.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

fail() {
	echo "dist-test: $*" >&2
	exit 1
}

# A copy has no git: what the builds take from it is given to both.
VERSION=$(scripts/version.sh version)
COMMIT=$(scripts/version.sh commit)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export VERSION COMMIT SOURCE_DATE_EPOCH
# release NAME makes a release in a copy of the tree.
release() {
	mkdir -p "$work/$1/bin"
	git ls-files -co --exclude-standard -z | xargs -0 cp --parents -t "$work/$1"
	cp -t "$work/$1/bin" bin/nfpm-* bin/cyclonedx-gomod-* 2>/dev/null || true # else it builds them
	"$work/$1/scripts/dist.sh"
}

if [[ -n ${1:-} ]]; then
	dist=$(cd "$1" && pwd)
else
	export TARGETS=${TARGETS:-linux/$(dpkg --print-architecture) windows/amd64}
	release one
	dist=$work/one/dist
fi
(umask 077 && TZ=Asia/Tokyo release two/deeper >"$work/log")
diff "$dist/SHA256SUMS" "$work/two/deeper/dist/SHA256SUMS" || fail "two builds of one commit differ"
(cd "$dist" && sha256sum --check --quiet SHA256SUMS)
echo 'two builds of one commit are the same'

if grep -rlF -e "$work" -e "$PWD" "$dist"; then
	fail "these files name a directory of the machine that built them"
fi

arch=$(dpkg --print-architecture) root=$work/root
deb=$(echo "$dist"/firn_*_"$arch".deb)
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers}
touch "$root"/var/lib/dpkg/{status,available}
packages() { dpkg --root="$root" --force-not-root --force-bad-path --force-depends --log="$work/dpkg.log" "$@"; }

packages --install "$deb"
packages --status firn | grep '^Status: install ok installed$'
files=$(packages --listfiles firn)
for file in /usr/bin/firn /usr/share/man/man1/firn.1.gz /usr/share/man/man1/firn-upload.1.gz \
	/usr/share/bash-completion/completions/firn /usr/share/zsh/vendor-completions/_firn \
	/usr/share/fish/vendor_completions.d/firn.fish /usr/lib/systemd/system/firn-upload@.service \
	/usr/lib/systemd/system/firn-upload@.timer /usr/share/doc/firn/LICENSE /usr/share/doc/firn/examples/upload.conf; do
	grep -qxF "$file" <<<"$files" || fail "the package has no $file"
	[[ -s $root$file ]] || fail "$file is empty"
done
[[ -z $(find "$root/usr" "$root/etc" -perm /022 2>/dev/null) ]] || fail "others may write to a file of the package"
[[ -z $(find "$root/usr" -type d ! -perm -555 -o -type f ! -perm -444) ]] || fail "others cannot read a file of the package"

firn=$root/usr/bin/firn
! ldd "$firn" >/dev/null 2>&1 || fail "the binary is not static"
"$firn" version | tee "$work/version"
grep -q "^firn ${VERSION//+/\\+} (commit $COMMIT), go" "$work/version" || fail "firn version shows another version or commit"

warnings=$(for page in "$root"/usr/share/man/man1/*; do MANWIDTH=80 man --warnings --local-file "$page" 2>&1 >/dev/null; done)
[[ -z $warnings ]] || fail "manual pages: $warnings"
MANWIDTH=80 man --local-file "$root/usr/share/man/man1/firn-upload.1.gz" | grep -q -- --part-size || fail "the manual of firn upload lacks an option"
bash -n "$root/usr/share/bash-completion/completions/firn"

if command -v systemd-analyze >/dev/null; then
	mkdir "$work/units"
	for unit in service timer; do
		sed "s|/usr/bin/firn|$firn|" "$root/usr/lib/systemd/system/firn-upload@.$unit" >"$work/units/firn-upload@.$unit"
	done
	problems=$(systemd-analyze verify --man=no "$work/units/firn-upload@.service" "$work/units/firn-upload@.timer" 2>&1 | grep firn-upload || true)
	[[ -z $problems ]] || fail "systemd: $problems"
fi

export HOME=$work/home
mkdir "$HOME"
echo 'June, all disks' >"$HOME/june.tar"
"$firn" vault create "$work/cold"
"$firn" upload --quiet "$work/cold" "$HOME/june.tar"
"$firn" __complete download "$work/cold" ju 2>/dev/null | grep -qx june.tar || fail "an archive is not completed"

packages --purge firn
[[ -z $(find "$root" -path "$root/var" -prune -o -type f -print) ]] || fail "files stay after the package was removed"
echo 'the deb is installed, works, and is removed without a trace'
