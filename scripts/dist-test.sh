#!/usr/bin/env bash
# Tests a release: builds it again, in another directory and with another user's settings, and
# compares the checksums. Then it looks into every archive and package, installs the deb and the
# rpm of this machine's processor below directories of their own, uses firn, also as README.md
# says (scripts/readme-test.sh), and removes both.
#
#   scripts/dist-test.sh DIR  the release that scripts/dist.sh has made in DIR
#   scripts/dist-test.sh      one that it makes itself, of a few systems
#
#   TARGETS  those of the release
#
# It needs Debian or a derivative. Nothing here can install an apk or run Homebrew or Docker: of
# an apk it checks the list of files and the fields, of the formula the syntax and the checksums,
# and of the Dockerfile the names of the archives.
set -euo pipefail
cd "$(dirname "$0")/.."
unset "${!AWS_@}" "${!FIRN_@}"
scripts/needs.sh zip rpm man qemu

work=$(mktemp -d "${TMPDIR:-/tmp}/firn-dist-test.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# Of a pipe no command ends before it has read all: with "grep -q" the one before it would fail.
found() { grep "$@" >/dev/null; }

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

# anonymous DIR fails if a file names a directory of this machine.
anonymous() {
	! grep -rlF -e "$work" -e "$PWD" "$1" || fail "these files name a directory of the machine that built them"
}

# open_to_all DIR fails if others may write to a file, or cannot read it.
open_to_all() {
	[[ -z $(find "$1" ! -type l -perm /022) ]] || fail "$1: others may write to a file"
	[[ -z $(find "$1" -type d ! -perm -555 -o -type f ! -perm -444) ]] || fail "$1: others cannot read a file"
}

# shows_version FIRN fails if a binary shows another version or commit.
shows_version() {
	"$@" version >"$work/version"
	[[ $(<"$work/version") == "firn $VERSION (commit $COMMIT), go"* ]] ||
		fail "$* shows another version or commit: $(<"$work/version")"
}

arch=$(dpkg --print-architecture)
anonymous "$dist"
archives=0
for archive in "$dist"/*.tar.gz "$dist"/*.zip; do
	[[ -e $archive ]] || continue
	archives=$((archives + 1))
	name=$(basename "${archive%.tar.gz}" .zip)
	target=${name#firn-"$VERSION"-}
	top=$work/archives/$name
	mkdir -p "$work/archives"
	case $archive in
	*.zip) unzip -q "$archive" -d "$work/archives" && firn=$top/firn.exe ;;
	*) tar -xzf "$archive" -C "$work/archives" && firn=$top/firn ;;
	esac
	anonymous "$top"
	open_to_all "$top"
	for file in "$firn" "$top"/{LICENSE,LICENSES-OF-MODULES,README.md,CHANGELOG.md,man/firn.1,man/firn-upload.1,completions/_firn,completions/firn.{bash,fish,ps1}}; do
		[[ -s $file ]] || fail "$archive has no ${file#"$top/"}"
	done
	for link in $(grep -oP '\]\(\K[^)#:]+(?=[)#])' "$top/README.md"); do
		[[ -e $top/$link ]] || fail "$archive: README.md links to $link, which is not there"
	done
	built=$(go version -m "$firn" | sed -n 's/^\tbuild\t\(GOOS\|GOARCH\)=//p' | sort | tr '\n' ' ')
	[[ $built == "$(tr '-' '\n' <<<"$target" | sort | tr '\n' ' ')" ]] || fail "$archive is built for $built"
	[[ $(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["metadata"]["component"]["version"])' "$dist/$name.cdx.json") == "$VERSION" ]] || fail "$name.cdx.json is of another version"
	case $target in
	linux-"$arch") shows_version "$firn" ;;
	linux-arm64) shows_version qemu-aarch64-static "$firn" ;;
	esac
done
((archives > 0)) || fail "$dist has no archives"
echo "$archives archives are complete"

# The files that each package has, and those of one format.
common=(/usr/bin/firn /usr/share/man/man1/firn.1.gz /usr/share/man/man1/firn-upload.1.gz
	/usr/share/bash-completion/completions/firn /usr/share/fish/vendor_completions.d/firn.fish
	/usr/share/doc/firn/{LICENSE,LICENSES-OF-MODULES,README.md} /usr/share/doc/firn/docs/packages.md
	/usr/share/doc/firn/examples/upload.conf)
systemd=(/usr/lib/systemd/system/firn-upload@.service /usr/lib/systemd/system/firn-upload@.timer)
debian_zsh=/usr/share/zsh/vendor-completions/_firn
other_zsh=/usr/share/zsh/site-functions/_firn

# has PACKAGE LIST FILE... fails if a file is not in the list of a package.
has() {
	local file
	for file in "${@:3}"; do
		grep -qxF "$file" <<<"$2" || fail "$1 has no $file"
	done
}

# same NAME GOT WANT fails if a field of a package has another value.
same() { [[ $2 == "$3" ]] || fail "$1: $2 instead of $3"; }

for rpm in "$dist"/*.rpm; do
	[[ -e $rpm ]] || continue
	rpm --checksig --nosignature "$rpm" | found ': digests OK$' || fail "$rpm: the digests are wrong"
	same "$rpm" "$(rpm -qp --queryformat '%{NAME} %{VERSION}-%{RELEASE} %{LICENSE}' "$rpm")" "firn $VERSION-1 Apache-2.0"
	has "$rpm" "$(rpm -qpl "$rpm")" "${common[@]}" "${systemd[@]}" "$other_zsh"
	[[ -z $(rpm -qp --queryformat '[%{FILEUSERNAME} %{FILEGROUPNAME}\n]' "$rpm" | grep -vx 'root root') ]] || fail "$rpm: a file is not root's"
done
for apk in "$dist"/*.apk; do
	[[ -e $apk ]] || continue
	fields=$(tar --warning=no-unknown-keyword -xOzf "$apk" .PKGINFO)
	version=$(sed -n 's/^pkgver = //p' <<<"$fields")
	same "$apk" "$version" "${VERSION/+*/_git}-r1"
	[[ $version =~ ^[0-9]+(\.[0-9]+)*(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*-r[0-9]+$ ]] || fail "$apk: apk takes no version $version"
	same "$apk" "$(sed -n 's/^\(pkgname\|license\) = //p' <<<"$fields" | tr '\n' ' ')" 'firn Apache-2.0 '
	list=$(tar --warning=no-unknown-keyword -tzf "$apk" | sed 's|^|/|')
	has "$apk" "$list" "${common[@]}" "$other_zsh"
	! grep -q systemd <<<"$list" || fail "$apk has units of systemd, which Alpine has not"
	[[ -z $(tar --warning=no-unknown-keyword -tvzf "$apk" --exclude .PKGINFO | awk '$2 != "root/root"') ]] || fail "$apk: a file is not root's"
done
echo 'the lists and fields of the rpm and apk packages are right'

if [[ -e $dist/firn.rb ]]; then
	! grep -n '@' "$dist/firn.rb" || fail "these lines of the formula are not filled in"
	for archive in "$dist"/*-{darwin,linux}-*.tar.gz; do
		grep -A 1 -F "/$(basename "$archive")\"" "$dist/firn.rb" | found -F "sha256 \"$(sha256sum <"$archive" | cut -d ' ' -f 1)\"" ||
			fail "the formula lacks $archive, or has another checksum of it"
	done
	if command -v ruby >/dev/null; then
		ruby -c "$dist/firn.rb" >/dev/null || fail "the formula is no Ruby"
	fi
fi
grep -qF "ADD firn-$VERSION-linux-\${TARGETARCH}.tar.gz" "$dist/Dockerfile" || fail "the Dockerfile adds other archives"

root=$work/root
deb=$(echo "$dist"/firn_*_"$arch".deb)
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers}
touch "$root"/var/lib/dpkg/{status,available}
packages() { dpkg --root="$root" --force-not-root --force-bad-path --force-depends --log="$work/dpkg.log" "$@"; }

packages --install "$deb"
packages --status firn | grep '^Status: install ok installed$'
same "$deb" "$(dpkg-deb --showformat '${Version}' --show "$deb")" "$VERSION-1"
has "$deb" "$(packages --listfiles firn)" "${common[@]}" "${systemd[@]}" "$debian_zsh"
for file in "${common[@]}" "${systemd[@]}" "$debian_zsh"; do
	[[ -s $root$file ]] || fail "$file is empty"
done
open_to_all "$root/usr"

firn=$root/usr/bin/firn
! ldd "$firn" >/dev/null 2>&1 || fail "the binary is not static"
shows_version "$firn"
cat "$work/version"

warnings=$(for page in "$root"/usr/share/man/man1/*; do MANWIDTH=80 man --warnings --local-file "$page" 2>&1 >/dev/null; done)
[[ -z $warnings ]] || fail "manual pages: $warnings"
MANWIDTH=80 man --local-file "$root/usr/share/man/man1/firn-upload.1.gz" | found -e --part-size || fail "the manual of firn upload lacks an option"
bash -n "$root/usr/share/bash-completion/completions/firn"

if command -v systemd-analyze >/dev/null; then
	mkdir "$work/units"
	for unit in service timer; do
		sed "s|/usr/bin/firn|$firn|" "$root/usr/lib/systemd/system/firn-upload@.$unit" >"$work/units/firn-upload@.$unit"
	done
	problems=$(systemd-analyze verify --man=no "$work/units/firn-upload@.service" "$work/units/firn-upload@.timer" 2>&1 | grep firn-upload || true)
	[[ -z $problems ]] || fail "systemd: $problems"
fi

scripts/readme-test.sh "$firn" >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	fail "the commands of README.md do not do what it says"
}
tail -n 1 "$work/log"

export HOME=$work/home
mkdir "$HOME"
echo 'June, all disks' >"$HOME/june.tar"
"$firn" vault create "$work/cold"
"$firn" upload --quiet "$work/cold" "$HOME/june.tar"
"$firn" __complete download "$work/cold" ju 2>/dev/null | found -x june.tar || fail "an archive is not completed"

packages --purge firn
[[ -z $(find "$root" -path "$root/var" -prune -o -type f -print) ]] || fail "files stay after the package was removed"
echo 'the deb is installed, works, and is removed without a trace'

if [[ $(id -u) != 0 ]]; then
	echo 'the rpm is not installed: that needs root'
	exit
fi
root=$work/rpm-root
rpm=$(echo "$dist"/firn-*."$(uname -m)".rpm)
mkdir "$root"
fedora() { rpm --force-debian --root "$root" --dbpath /var/lib/rpm "$@"; }
fedora --install --nodeps "$rpm"
problems=$(fedora --verify --nodeps firn) || fail "the installed rpm differs from its list: $problems"
open_to_all "$root/usr"
shows_version "$root/usr/bin/firn"
fedora --erase firn
[[ -z $(find "$root" -path "$root/var" -prune -o -type f -print) ]] || fail "files stay after the rpm was removed"
echo 'the rpm is installed, works, and is removed without a trace'
