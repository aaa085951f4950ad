#!/usr/bin/env bash
# Makes a release in dist/: archives with a static firn, manual pages and completions for each
# system and processor; deb, rpm and apk packages; the list of the modules in each binary
# (CycloneDX), a Homebrew formula, a Dockerfile, and the checksums of all. The same commit gives the same
# bytes, wherever and whenever it is built (scripts/dist-test.sh).
#
#   DIST       directory of the result (dist); it is emptied first
#   TARGETS    systems and processors, as in "linux/amd64 darwin/arm64" (all)
#   URL        home page of the project, for the packages
#   DOWNLOADS  address of the directory that the archives are published in, for the formula
#   VERSION, COMMIT, SOURCE_DATE_EPOCH  as scripts/version.sh and the last commit tell
set -euo pipefail
cd "$(dirname "$0")/.."
export GOFLAGS=-buildvcs=false GOWORK=off CGO_ENABLED=0 TZ=UTC LC_ALL=C
umask 022

dist=${DIST:-dist}
read -ra targets <<<"${TARGETS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 freebsd/amd64 freebsd/arm64}"
VERSION=$(scripts/version.sh version)
commit=$(scripts/version.sh commit)
export VERSION SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export URL=${URL:-https://firn.invalid} MAINTAINER='The maintainers of firn <maintainers@firn.invalid>'
downloads=${DOWNLOADS:-$URL/$VERSION}
scripts/needs.sh zip

rm -rf "$dist"
mkdir -p "$dist"
dist=$(cd "$dist" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/firn-dist.XXXXXX")
trap 'rm -rf "$work"' EXIT

# tool MODULE NAME PACKAGE builds a tool of scripts/tools/dist and prints its path.
tool() {
	local version path
	version=$(awk -v module="$1" '$1 == module { print $2 }' scripts/tools/dist/go.mod)
	path=bin/$2-$version
	if [[ ! -x $path ]]; then
		go -C scripts/tools/dist build -trimpath -o "../../../$path" "$3" >&2
	fi
	echo "$PWD/$path"
}
nfpm=$(tool github.com/goreleaser/nfpm/v2 nfpm github.com/goreleaser/nfpm/v2/cmd/nfpm)
sbom=$(tool github.com/CycloneDX/cyclonedx-gomod cyclonedx-gomod github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod)

# firn OS ARCH FILE builds the command.
firn() {
	GOOS=$1 GOARCH=$2 go build -trimpath -ldflags "-s -w -X main.version=$VERSION -X main.commit=$commit" -o "$3" ./cmd/firn
}

# even DIR gives everything in a directory the time of the commit, and modes that do not depend
# on those of the tree.
even() {
	chmod -R u=rwX,go=rX "$1"
	find "$1" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
}

echo "firn $VERSION, commit ${commit:-unknown}"
mkdir -p "$work/common/completions"
firn "$(go env GOHOSTOS)" "$(go env GOHOSTARCH)" "$work/host"
# Nothing of the user who builds it belongs into the pages.
env -i SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" HOME=/nonexistent "$work/host" man "$work/common/man"
for shell in bash:firn.bash zsh:_firn fish:firn.fish powershell:firn.ps1; do
	"$work/host" completion "${shell%%:*}" >"$work/common/completions/${shell#*:}"
done
mkdir "$work/common/docs"
cp LICENSE ./*.md "$work/common"
cp docs/*.md docs/*.svg "$work/common/docs" # README.md links to them

# modules BINARY NAME lists what a binary is made of. The licences are not in the list: the tool
# finds only those of modules that some earlier command asked the proxy about.
modules() {
	GOPROXY=off "$sbom" bin -json -noserial -notimestamp -std -version "$VERSION" \
		-output "$dist/$2.cdx.json" "$1" 2>"$work/sbom.log" || {
		cat "$work/sbom.log" >&2
		return 1
	}
}

# licences OS ARCH prints the licences of Go and of the modules that firn is built from there,
# which have to be part of every copy of the binary.
licences() {
	local path version dir texts
	GOOS=$1 GOARCH=$2 go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/firn |
		sort -u >"$work/modules"
	echo "Go $(go env GOVERSION) $(go env GOROOT)" >>"$work/modules"
	while read -r path version dir; do
		texts=$(find "$dir" -maxdepth 1 -type f \( -iname 'licen[cs]e*' -o -iname 'notice*' -o -iname 'copying*' -o -iname 'patents*' \) | sort)
		if [[ -z $texts ]]; then
			echo "$path $version has no licence" >&2
			return 1
		fi
		printf '======== %s %s\n\n' "$path" "$version"
		xargs -d '\n' cat <<<"$texts"
		echo
	done <"$work/modules"
}

# package FORMAT STAGE ARCH makes a package for Linux.
package() {
	local zsh=/usr/share/zsh/vendor-completions version=$VERSION
	[[ $1 == deb ]] || zsh=/usr/share/zsh/site-functions
	[[ $1 != apk ]] || version=${VERSION/+*/_git} # the version of an apk has no "+"
	(cd "$2" && ARCH=$3 VERSION=$version ZSH_FUNCTIONS=$zsh "$nfpm" package --config nfpm.yaml --packager "$1" --target "$dist" >/dev/null)
}

for target in "${targets[@]}"; do
	os=${target%/*} arch=${target#*/}
	name=firn-$VERSION-$os-$arch
	echo "$name"
	mkdir "$work/$name"
	cp -R "$work/common/." "$work/$name"
	binary=firn
	[[ $os != windows ]] || binary=firn.exe
	firn "$os" "$arch" "$work/$name/$binary"
	licences "$os" "$arch" >"$work/$name/LICENSES-OF-MODULES"
	even "$work/$name"
	modules "$work/$name/$binary" "$name"
	if [[ $os == windows ]]; then
		(cd "$work" && find "$name" -type f | sort | zip -X -q "$dist/$name.zip" -@)
	else
		tar --create --directory "$work" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu "$name" |
			gzip --no-name >"$dist/$name.tar.gz"
	fi
	if [[ $os == linux ]]; then
		stage=$work/stage-$arch
		mkdir -p "$stage/doc/examples"
		cp -R "$work/$name/." scripts/packaging/systemd scripts/packaging/nfpm.yaml "$stage"
		gzip --no-name "$stage"/man/*
		cp scripts/packaging/examples/* "$stage/doc/examples"
		cp -R LICENSE ./*.md "$stage/LICENSES-OF-MODULES" "$work/common/docs" "$stage/doc"
		even "$stage"
		for format in deb rpm apk; do
			package "$format" "$stage" "$arch"
		done
	fi
done

# The formula and the image are for those who publish the archives. A formula needs all of its
# archives, for their checksums.
formula=$(sed -e "s|@VERSION@|$VERSION|g" -e "s|@URL@|$URL|g" -e "s|@DOWNLOADS@|$downloads|g" scripts/packaging/firn.rb)
for target in darwin-arm64 darwin-amd64 linux-arm64 linux-amd64; do
	archive=$dist/firn-$VERSION-$target.tar.gz
	if [[ -e $archive ]]; then
		formula=${formula//@SHA256:$target@/$(sha256sum <"$archive" | cut -d ' ' -f 1)}
	fi
done
[[ $formula == *@SHA256:* ]] || echo "$formula" >"$dist/firn.rb"
sed -e "s|@VERSION@|$VERSION|g" scripts/packaging/Dockerfile >"$dist/Dockerfile"

(cd "$dist" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs sha256sum >SHA256SUMS)
ls -l "$dist"
