#!/usr/bin/env bash
# Shows that the tests of ./durability see every flush of firn: takes each one out of a
# copy of the source, alone, and expects a test to fail. It takes minutes; `make flushes`.
#
#   scripts/flushes.sh [PATTERN]   only those whose place (file:line: code) has this in it
#
# A flush is found by how it reads: a call of .Sync(), of unix.Fsync or unix.Fdatasync, or
# of a function of ours whose name begins with sync or flush, or of such a method that
# comes to one of these; and SQLite's "synchronous".
# Its call is replaced by one of a function that does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOWORK=off
scripts/needs.sh strace
pattern=${1:-}

# Files of firn itself: on this system, and on others.
files() {
	go list -deps -f "{{if and .Module .Module.Main}}{{\$d := .Dir}}{{range .$1}}{{\$d}}/{{.}}{{\"\n\"}}{{end}}{{end}}" ./cmd/firn |
		grep -v '_test\.go$' | sed "s|^$PWD/||" | sort -u
}
mapfile -t ours < <(files GoFiles | grep '\.go$')
mapfile -t elsewhere < <(files IgnoredGoFiles | grep '\.go$')

# find prints FILE, the bytes where a flush begins and where its arguments do, and its
# LINE and text, with tabs between.
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
		my %methods = (Sync => 1);
		for my $text (values %text) {
			while ($text =~ /^func \([^)]*\) ((?i:sync|flush)\w*)\(\) error \{\n(.*?)^\}/smg) {
				my ($name, $body) = ($1, $2);
				$methods{$name} = 1 if $body =~ /\.Sync\(\)|\b(?:$own)\(/;
			}
		}
		my $methods = join "|", sort keys %methods;
		my $call = qr/(?<![\w.])(?:[\w.]+\.(?:$methods)(?=\(\))|unix\.(?:Fsync|Fdatasync)|(?:$own)|\w+\.(?:$exported))\(|"synchronous\(FULL\)"/;
		for my $file (sort keys %text) {
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

# remove FILE FROM TO takes one flush out of a file.
remove() {
	perl -0777 -pi -e '
		BEGIN { ($from, $to) = splice @ARGV, 1, 2 }
		my $call = substr $_, $from, $to - $from;
		$call = $call =~ /^"/ ? q("synchronous(OFF)")
			: "func(any, ...any) error { return nil }(" . substr($call, 0, -1) . ", ";
		substr($_, $from, $to - $from) = $call;' "$@"
}

copy=$(mktemp -d "${TMPDIR:-/tmp}/firn-flushes.XXXXXX")
trap 'rm -rf "$copy"' EXIT
git ls-files -co --exclude-standard -z | xargs -0 cp -a --parents -t "$copy" 2>/dev/null || true # some may be deleted

echo '== seen with all flushes in place'
(cd "$copy" && go test -count 1 ./durability)

seen=0 survivors=()
while IFS=$'\t' read -r file from to place; do
	if [[ $place != *"$pattern"* ]]; then
		continue
	fi
	(cd "$copy" && remove "$file" "$from" "$to" && go build -o /dev/null ./cmd/firn) || exit 2
	if (cd "$copy" && { go test -count 1 -skip '^TestFaults$' ./durability && go test -count 1 -run '^TestFaults$' ./durability; } >"$copy/output" 2>&1); then
		survivors+=("$place")
		echo "NOT SEEN  $place"
	else
		seen=$((seen + 1))
		echo "seen      $place   [$(grep -oE '^ *--- FAIL: [A-Za-z_/]+' "$copy/output" | head -1 | awk '{ print $3 }')]"
	fi
	cp "$file" "$copy/$file"
done < <(find_flushes "${ours[@]}")

echo
echo '== left out: only on other systems, where there is no strace'
grep -Hn 'fullfsync(' "${ours[@]}" | grep -v '//' || true
find_flushes "${elsewhere[@]}" | cut -f 4
echo
echo "$seen seen, ${#survivors[@]} not seen"
((${#survivors[@]} == 0))
