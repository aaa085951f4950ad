#!/usr/bin/env bash
# Records a terminal session of firn for the README: types commands into a real terminal of 80
# columns (tmux), and writes its screen to docs/session.svg. The picture differs from the screen
# only in this: archive ids are shortened, long lines are broken at a space, and "Killed" has a
# line of its own. The script works in a temporary directory; your own files and settings are
# not used.
#
# Usage: scripts/session.sh
set -euo pipefail
cd "$(dirname "$0")/.."
make --no-print-directory build >/dev/null

work=$(mktemp -d /tmp/demo.XXX) # short, because the screen shows it
terminal=(tmux -L "firn-session-$$" -f /dev/null)
finish() {
	"${terminal[@]}" kill-server 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

unset "${!AWS_@}" "${!FIRN_@}"
dd if=/dev/urandom of="$work/holiday.mov" bs=1048576 count=256 status=none
"${terminal[@]}" new-session -d -x 80 -y 40 -c "$work" \
	env HOME="$work" HISTFILE=/dev/null PATH="$PWD/bin:$PATH" PS1='$ ' TERM=xterm bash --norc --noprofile

# screen prints the screen; lines that the terminal broke are whole.
screen() { "${terminal[@]}" capture-pane -pJ; }

# until_done COMMAND... repeats a command for up to a minute, until it succeeds.
until_done() {
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		if "$@"; then return; fi
		sleep 0.1
	done
	echo "session.sh: the screen does not show what was expected:" >&2
	screen >&2
	exit 1
}

shows() { screen | grep -q -- "$1"; }
has_prompts() { (($(screen | grep -c '^\$') >= prompts)); }

prompts=1
# prompt waits for the next prompt.
prompt() {
	prompts=$((prompts + 1))
	until_done has_prompts
}

# types COMMAND types a line.
types() {
	"${terminal[@]}" send-keys -l "$1"
	"${terminal[@]}" send-keys Enter
}

until_done has_prompts
types 'firn vault create ./films' && prompt
types 'firn upload ./films holiday.mov --limit-rate 32MiB/s'
until_done shows ' [6-9][0-9]%'
kill -9 "$(pgrep -f -P "$("${terminal[@]}" display-message -p '#{pane_pid}')" 'firn upload')"
prompt
types 'firn upload ./films holiday.mov' && prompt
types 'firn list ./films' && prompt
types 'firn download ./films holiday.mov -o back.mov' && prompt
types 'cmp holiday.mov back.mov && echo identical' && prompt

screen | sed -E 's/ +$//; s/([^ ])Killed$/\1\nKilled/' | awk '
	function add(line) { lines[++n] = line; if (line != "") last = n }
	{
		if ($0 ~ /^[A-Za-z0-9_-]+$/ && length($0) > 80) $0 = substr($0, 1, 24) "..."
		while (length($0) > 80) {
			cut = 80
			while (cut > 1 && substr($0, cut, 1) != " ") cut--
			add(substr($0, 1, cut - 1))
			$0 = substr($0, cut + 1)
		}
		add($0)
	}
	END {
		if (lines[last] ~ /^\$ ?$/) last--
		printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"700\" height=\"%d\" ", last * 18 + 20
		print "font-family=\"ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace\" font-size=\"14\">"
		print "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1b1f24\"/>"
		for (i = 1; i <= last; i++) {
			if (lines[i] == "") continue
			line = lines[i]
			gsub(/&/, "\\&amp;", line); gsub(/</, "\\&lt;", line); gsub(/>/, "\\&gt;", line)
			printf "<text x=\"14\" y=\"%d\" fill=\"%s\" xml:space=\"preserve\" textLength=\"%.1f\">%s</text>\n",
				i * 18 + 8, line ~ /^\$ / ? "#ffffff" : "#b8c0c8", length(lines[i]) * 8.4, line
		}
		print "</svg>"
	}' >docs/session.svg
echo "docs/session.svg is written"
