#!/usr/bin/env bash
# Usage: scripts/needs.sh NEED...
#
# Checks that programs other than Go are installed. It installs missing ones on Debian and
# its derivatives if it has the permission; otherwise it prints how to get them.
#
#   cc     a C compiler, for Go's race detector
#   aws    Debian's AWS command line (/usr/bin/aws), an independent client
#   rclone Debian's rclone (/usr/bin/rclone), an independent client
#   boto   boto 2.49 for Debian's Python, an independent client
#   boto3  boto3 for Debian's Python, an independent client, also for the benchmark
#   qemu   qemu-aarch64-static, which runs programs for arm64
#   shells dash and busybox, which parse the commands of hints differently from bash
#   zip    zip and unzip, which make and read the archives for Windows
#   rpm    rpm, which installs packages of Fedora and SUSE
#   man    man, which shows manual pages
#   age    age and age-keygen, an independent implementation of the encryption, and ssh-keygen
#   git    git, whose ignore rules and GNU find, whose lists, tests compare with
#   zstd   zstd and GNU tar, which read packs
#   strace strace, which records the system calls of a program
set -euo pipefail

python=/usr/bin/python3

has() {
	case $1 in
	cc) command -v "${CC:-cc}" || command -v gcc || command -v clang ;;
	aws) /usr/bin/aws --version ;;
	rclone) /usr/bin/rclone version ;;
	boto) "$python" -c 'import boto.glacier' ;;
	boto3) "$python" -c 'import boto3' ;;
	qemu) qemu-aarch64-static --version ;;
	shells) dash -c : && busybox sh -c : ;;
	zip) zip --version && unzip -v ;;
	rpm) rpm --version ;;
	man) man --version ;;
	git) git --version && find --version ;;
	age) age --version && age-keygen --version && command -v ssh-keygen ;;
	zstd) zstd --version && tar --version ;;
	strace) strace -qq -o /dev/null true ;; # fails if it may not be used
	esac >/dev/null 2>&1
}

packages() {
	case $1 in
	strace | rpm) echo "$1" ;;
	zip) echo zip unzip ;;
	man) echo man-db ;;
	git) echo git findutils ;;
	zstd) echo zstd tar ;;
	cc) echo gcc libc6-dev ;;
	aws) echo awscli ;;
	rclone) echo rclone ;;
	boto | boto3) echo "python3-$1" ;;
	qemu) echo qemu-user-static ;;
	age) echo age openssh-client ;;
	shells) echo dash busybox ;;
	*)
		echo "needs.sh: no such need: $1" >&2
		return 2
		;;
	esac
}

missing=()
wanted=()
for need in "$@"; do
	names=$(packages "$need")
	if ! has "$need"; then
		missing+=("$need")
		read -ra list <<<"$names"
		wanted+=("${list[@]}")
	fi
done
if ((${#missing[@]} == 0)); then
	echo "all there: $*"
	exit 0
fi

as_root=()
if [[ $(id -u) != 0 ]]; then
	as_root=(sudo -n)
fi
if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
	echo "installing ${wanted[*]}"
	export DEBIAN_FRONTEND=noninteractive
	"${as_root[@]}" apt-get update -qq &&
		"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null ||
		echo "apt-get could not install all of it" >&2
fi

for need in "${missing[@]}"; do
	if ! has "$need"; then
		cat >&2 <<-END
			missing: $need
			  on Debian or Ubuntu: sudo apt-get install --no-install-recommends $(packages "$need")
			  elsewhere: see the head of scripts/needs.sh for what it is
		END
		exit 1
	fi
done
