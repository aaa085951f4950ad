#!/usr/bin/env bash
# Records a terminal session of firn for the README: types commands into a real terminal of 80
# columns (tmux), and writes its screen to docs/session.svg. It works in a temporary directory;
# your own files and settings are not used.
#
# Usage: scripts/session.sh
set -euo pipefail
cd "$(dirname "$0")/.."
make --no-print-directory build >/dev/null

work=$(mktemp -d)
terminal=(tmux -L "firn-session-$$" -f /dev/null)
finish() {
	"${terminal[@]}" kill-server 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

unset "${!AWS_@}" "${!FIRN_@}"
dd if=/dev/urandom of="$work/holiday.mov" bs=1048576 count=256 status=none
"${terminal[@]}" new-session -d -x 80 -y 40 -c "$work" \
	env HOME="$work" PATH="$PWD/bin:$PATH" PS1='$ ' TERM=xterm bash --norc --noprofile

screen() { "${terminal[@]}" capture-pane -p; }

# appears PATTERN waits up to a minute for a line of the screen.
appears() {
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		if screen | grep -q -- "$1"; then return; fi
		sleep 0.1
	done
	echo "session.sh: the screen never showed: $1" >&2
	screen >&2
	exit 1
}

prompts=1
# types COMMAND types a line and, with "wait", waits for the next prompt.
types() {
	"${terminal[@]}" send-keys -l "$1"
	"${terminal[@]}" send-keys Enter
}
prompt() {
	prompts=$((prompts + 1))
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		if (($(screen | grep -c '^\$') >= prompts)); then return; fi
		sleep 0.1
	done
	echo "session.sh: no prompt appeared" >&2
	screen >&2
	exit 1
}

appears '^\$'
types 'firn vault create ./films' && prompt
types 'firn upload ./films holiday.mov --rate 32MiB/s'
appears '[3-9][0-9]%'
"${terminal[@]}" send-keys C-c
prompt
types 'firn upload ./films holiday.mov' && prompt
types 'firn list ./films' && prompt
types 'firn download ./films holiday.mov -o back.mov' && prompt
types 'cmp holiday.mov back.mov && echo identical' && prompt

screen | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' | awk '
	{ gsub(/&/, "\\&amp;"); gsub(/</, "\\&lt;"); gsub(/>/, "\\&gt;"); lines[NR] = $0 }
	END {
		height = NR * 18 + 28
		printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"700\" height=\"%d\" font-family=\"ui-monospace,Menlo,Consolas,monospace\" font-size=\"14\">\n", height
		printf "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#1b1f24\"/>\n"
		for (i = 1; i <= NR; i++) {
			color = lines[i] ~ /^\$ / ? "#ffffff" : "#b8c0c8"
			printf "<text x=\"14\" y=\"%d\" fill=\"%s\" xml:space=\"preserve\" textLength=\"%.1f\">%s</text>\n", i * 18 + 8, color, length(lines[i]) * 8.4, lines[i]
		}
		print "</svg>"
	}' >docs/session.svg
echo "docs/session.svg is written"
