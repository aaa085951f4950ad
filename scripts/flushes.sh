#!/usr/bin/env bash
# Checks that the tests of ./internal/durability notice every flush of firn. In a copy of the
# source it removes one flush at a time and expects a test to fail. It takes minutes.
# `make flushes` runs it.
#
#   scripts/flushes.sh [PATTERN]   only flushes whose line (file:line: code) contains PATTERN
#
# It recognises a flush by its text: a call of .Sync(), of unix.Fsync or unix.Fdatasync, of
# a function of firn whose name begins with sync or flush, or of such a method that calls
# one of these; and SQLite's "synchronous".
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOWORK=off
scripts/needs.sh strace
pattern=${1:-}

# files FIELD prints the source files of firn in a field of go list: those for this system,
# or those for other systems.
files() {
	go list -deps -f "{{if and .Module .Module.Main}}{{\$d := .Dir}}{{range .$1}}{{\$d}}/{{.}}{{\"\n\"}}{{end}}{{end}}" ./cmd/firn |
		grep -v '_test\.go$' | sed "s|^$PWD/||" | sort -u
}
mapfile -t ours < <(files GoFiles | grep '\.go$')
mapfile -t elsewhere < <(files IgnoredGoFiles | grep '\.go$')

# find_flushes FILE... prints for each flush, separated by tabs: the file, the offsets in
# bytes of the flush and of its arguments, and its line number with its text.
find_flushes() {
	perl -0777 -e '
		my (%text, %own);
		for my $file (@ARGV) {
			open my $f, "<", $file or die "$file: $!";
			$text{$file} = <$f>;
			$own{$1} = 1 while $text{$file} =~ /^func ((?i:sync|flush)\w*)\(/mg;
		}
		my $own = join "|", sort keys %own;
		my $exported = join "|", grep { /^[A-Z]/ } sort keys %own;
		my %methods; # by directory
		for my $file (keys %text) {
			my ($dir) = $file =~ m{^(.*/)?[^/]*$};
			$methods{$dir // ""}{Sync} = 1;
			while ($text{$file} =~ /^func \([^)]*\) ((?i:sync|flush)\w*)\(\) error \{\n(.*?)^\}/smg) {
				my ($name, $body) = ($1, $2);
				$methods{$dir // ""}{$name} = 1 if $body =~ /\.Sync\(\)|\b(?:$own)\(/;
			}
		}
		for my $file (sort keys %text) {
			my ($dir) = $file =~ m{^(.*/)?[^/]*$};
			my $methods = join "|", sort keys %{$methods{$dir // ""}};
			my $call = qr/(?<![\w.])(?:[\w.]+\.(?:$methods)(?=\(\))|unix\.(?:Fsync|Fdatasync)|(?:$own)|\w+\.(?:$exported))\(|"synchronous\(FULL\)"/;
			while ($text{$file} =~ /$call/g) {
				my ($from, $to) = ($-[0], $+[0]);
				my $before = substr $text{$file}, 0, $from;
				my $lines = ($before =~ tr/\n//) + 1;
				my ($begun) = $before =~ /([^\n]*)\z/;
				next if $begun =~ m{//|^func (\([^)]*\) )?$};
				my ($rest) = substr($text{$file}, $from) =~ /\A([^\n]*)/;
				$begun =~ s/^\s+//;
				print join("\t", $file, $from, $to, "$file:$lines: $begun$rest"), "\n";
			}
		}' "$@"
}

# switches adds a switch to each flush of the copy: the flush whose number is in
# REMOVED_FLUSH becomes a call of a function that does nothing. So a single build serves
# for all.
switches() {
	perl -0777 -e '
		my %sites;
		while (<STDIN>) {
			for (split /\n/) {
				my ($file, $from, $to) = split /\t/;
				push @{$sites{$file}}, [$from, $to, ++$n];
			}
		}
		for my $file (keys %sites) {
			open my $f, "+<", $file or die "$file: $!";
			my $text = <$f>;
			for my $site (reverse @{$sites{$file}}) {
				my ($from, $to, $n) = @$site;
				my $call = substr $text, $from, $to - $from;
				substr($text, $from, $to - $from) = $call =~ /^"/
					? qq{removableText($n, $call, "synchronous(OFF)")}
					: qq{removable($n, } . substr($call, 0, -1) . ")(";
			}
			seek $f, 0, 0;
			print $f $text;
		}'
	local dir package
	while read -r dir package; do
		cat >"$dir/removable.go" <<-END
			package $package

			import (
				"os"
				"reflect"
				"strconv"
			)

			func isRemoved(n int) bool { return os.Getenv("REMOVED_FLUSH") == strconv.Itoa(n) }

			func removable[F any](n int, flush F) F {
				if !isRemoved(n) {
					return flush
				}
				nothing := func([]reflect.Value) []reflect.Value { return []reflect.Value{reflect.Zero(reflect.TypeFor[error]())} }
				return reflect.MakeFunc(reflect.TypeFor[F](), nothing).Interface().(F)
			}

			func removableText(n int, text, removed string) string {
				if isRemoved(n) {
					return removed
				}
				return text
			}
		END
	done < <(go list -deps -f '{{if and .Module .Module.Main}}{{.Dir}} {{.Name}}{{end}}' ./cmd/firn)
}

copy=$(mktemp -d "${TMPDIR:-/tmp}/firn-flushes.XXXXXX")
trap 'rm -rf "$copy"' EXIT
git ls-files -co --exclude-standard -z | xargs -0 cp -a --parents -t "$copy"
mapfile -t flushes < <(find_flushes "${ours[@]}")
(
	cd "$copy"
	printf '%s\n' "${flushes[@]}" | switches
	go build -o firn ./cmd/firn
	go test -c -tags torture -o tests ./internal/durability
)
mkdir "$copy/tmp"
export TMPDIR=$copy/tmp FIRN_TEST_BINARY=$copy/without

# tests NUMBER ARG... runs the tests without flush NUMBER; 0: with all flushes.
tests() {
	printf '#!/bin/sh\nREMOVED_FLUSH=%s exec %q "$@"\n' "$1" "$copy/firn" >"$FIRN_TEST_BINARY"
	chmod +x "$FIRN_TEST_BINARY"
	(cd "$copy/internal/durability" && "$copy/tests" "${@:2}" >"$copy/output" 2>&1)
}

if ! tests 0; then
	cat "$copy/output" >&2
	exit 2
fi

# Run one test at a time, the one that failed last first. TestFaults takes longest.
mapfile -t order < <("$copy/tests" -test.list . | grep -v '^TestFaults$')
order+=(TestFaults)

# failing NUMBER prints the first test that fails without flush NUMBER, or nothing.
failing() {
	local test
	for test in "${order[@]}"; do
		if ! tests "$1" -test.run "^$test\$"; then
			echo "$test"
			return
		fi
	done
}

seen=0 survivors=()
for i in "${!flushes[@]}"; do
	line=$(cut -f 4 <<<"${flushes[i]}")
	if [[ $line != *"$pattern"* ]]; then
		continue
	fi
	test=$(failing $((i + 1)))
	if [[ -z $test ]]; then
		survivors+=("$line")
		echo "NOT SEEN  $line"
		continue
	fi
	seen=$((seen + 1))
	echo "seen      $line   [$test]"
	if [[ $test != TestFaults ]]; then
		mapfile -t order < <(printf '%s\n' "$test" && printf '%s\n' "${order[@]}" | grep -vx "$test")
	fi
done

printf '\nleft out, since only other systems have them:\n'
grep -Hn 'fullfsync(' "${ours[@]}" || true
find_flushes "${elsewhere[@]}" | cut -f 4
printf '\n%d seen, %d not seen\n' "$seen" "${#survivors[@]}"
((${#survivors[@]} == 0))
