package term

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode"
)

// hostile are texts that try to steer the terminal of whoever looks at them.
func hostile() []string {
	return []string{
		"\x1b[2J\x1b]0;title\x07", "a\rb", "a\nb", "tab\there", "\x00", "\x7f",
		"\u009b31m", "\u202egpj.exe", "\u2066x\u2069", "\u200bzero", "\ufeff",
		"\xff\xfe", "caf\xe9", "\U000e0041tag",
	}
}

func TestShow(t *testing.T) {
	for _, fine := range []string{"", "june.tar", "Älpler Überblick 雪", `back\slash "quote" 'quote'`} {
		if got := Show(fine); got != fine {
			t.Errorf("show(%q) = %q", fine, got)
		}
	}
	for _, text := range hostile() {
		for _, r := range Show(text) {
			if !unicode.IsPrint(r) {
				t.Errorf("show(%q) lets %U through", text, r)
			}
		}
		for _, r := range ShowASCII(text + "雪") {
			if r < ' ' || r > '~' {
				t.Errorf("showASCII(%q) lets %U through", text, r)
			}
		}
	}
	if got := Show("\x1b[2J\u009b\xff\u202e\U000e0041"); got != `\x1b[2J\u009b\xff\u202e\U000e0041` {
		t.Errorf("got %s", got)
	}
}

// TestShellCommand asks shells what they read.
func TestShellCommand(t *testing.T) {
	words := append([]string{
		"firn", "plain-name_1.tar", "", "two words", "it's", `$HOME`, "a&b", "glacier://v?region=r&endpoint=http://h:1",
		"`x`", "*", "~", "back\\slash", `it's "both"`, "雪", "\x01';touch owned #", "\x01\";touch owned #", "\x01$(touch owned)", "\x01`touch owned`",
		"-n\x01", "%s\x01", "\\c\x01", "\x01!x", "a\n\nb", "\x01 two  words ",
	}, hostile()...)
	dir := t.TempDir()
	for _, shell := range [][]string{{"bash"}, {"bash", "--posix"}, {"dash"}, {"busybox", "sh"}} {
		for _, word := range words {
			if strings.Contains(word, "\x00") {
				continue // no argument holds it
			}
			line := ShellCommand("printf", "%s", word)
			if Show(line) != line {
				t.Errorf("%q is quoted as %q, which does not show", word, line)
			}
			command := exec.Command(shell[0], append(shell[1:], "-c", line)...)
			command.Env, command.Dir = []string{"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"}, dir
			out, err := command.Output()
			if err != nil || string(out) != word {
				t.Errorf("%s reads %s as %q (%v), not %q", shell, line, out, err, word)
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("a name was run as a command: %v, %v", left, err)
	}
	for _, word := range []string{"cut off\n", "a\x00b"} {
		if got := shellQuote(word); got != byHand {
			t.Errorf("%q is quoted as %s", word, got)
		}
	}
}
