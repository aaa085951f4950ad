package term

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// argumentsOf reads a command line as programs for Windows do (Microsoft, "Parsing C
// command-line arguments").
func argumentsOf(line string) (words []string) {
	var word strings.Builder
	quoted, begun := false, false
	for i := 0; i < len(line); i++ {
		backslashes := 0
		for ; i < len(line) && line[i] == '\\'; i++ {
			backslashes++
		}
		if i < len(line) && line[i] == '"' {
			word.WriteString(strings.Repeat(`\`, backslashes/2))
			if begun = true; backslashes%2 == 1 {
				word.WriteByte('"')
			} else {
				quoted = !quoted
			}
			continue
		}
		if backslashes > 0 {
			word.WriteString(strings.Repeat(`\`, backslashes))
			begun = true
		}
		switch {
		case i == len(line):
		case !quoted && line[i] == ' ':
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteByte(line[i])
			begun = true
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words
}

// unquoted is what of a line stands outside of double quotes, where cmd.exe and PowerShell
// look for what is special.
func unquoted(line string) (rest string) {
	for i, piece := range strings.Split(line, `"`) {
		if i%2 == 0 {
			rest += piece
		}
	}
	return rest
}

func TestWindowsQuote(t *testing.T) {
	words := []string{
		"firn", `C:\cold\films`, `C:\cold films\2012 (a)`, `C:\cold films\`, `\\server\share\a b\`, "", "it's", "a&b", "a|b", "a<b>c", "a^b", "a;b", "a,b",
		"a=b", "@x", "#x", "(x)", "{x}", "~", "*", "?", "glacier://v?region=r&endpoint=http://h:1", "Älpler 雪", "--", "-x",
	}
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = windowsQuote(word)
		if special := strings.Trim(unquoted(quoted[i]), windowsPlain); special != "" {
			t.Errorf("%s is %s, with %q outside of quotes", word, quoted[i], special)
		}
	}
	if got := argumentsOf(strings.Join(quoted, " ")); !slices.Equal(got, words) {
		t.Errorf("a program reads %q, not %q", got, words)
	}
	for _, word := range []string{
		`a" & calc & "`, "a\u201d; calc; \u201c", "\u201e", "%PATH%", "100%", "$HOME", "$(calc)", "`x`", "a!b!", "two\nlines", "bell\a", "\xff",
	} {
		if got := windowsQuote(word); got != byHand {
			t.Errorf("%q is quoted as %s, which a shell may read otherwise", word, got)
		}
	}
	for word, want := range map[string]string{
		`C:\cold\films`:  `C:\cold\films`,
		`C:\cold films`:  `"C:\cold films"`,
		`C:\cold films\`: `"C:\cold films\\"`,
	} {
		if got := windowsQuote(word); got != want {
			t.Errorf("%s is quoted as %s, want %s", word, got, want)
		}
	}
}

func TestExportLine(t *testing.T) {
	if got := exportLine("AWS_REGION", "us-east-1", true); got != `set "AWS_REGION=us-east-1"` {
		t.Errorf("on Windows: %s", got)
	}
	if got := exportLine("A", "b c", false); got != "export A="+shellQuote("b c") {
		t.Errorf("elsewhere: %s", got)
	}
}

func TestPlainPaths(t *testing.T) {
	for _, path := range []string{`C:\cold films\new`, `\\server\share\x`, "a.tar", "", `C:\`, "Älpler"} {
		sentence := fmt.Sprintf("directory vault %q holds %q and %d", path, "x", 5)
		if got, want := plainPaths(sentence), fmt.Sprintf(`directory vault "%s" holds "x" and 5`, path); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for _, same := range []string{
		`open C:\cold\x: denied`, `open \\server\share\x: denied`, `"C:\cold films\\"`, `"C:\new films\\"`, `firn list "\\server\my share"`,
		fmt.Sprintf("%q", "a\nb\\c"), fmt.Sprintf("%q", `say "yes"\no`), `"open`,
	} {
		if got := plainPaths(same); got != same {
			t.Errorf("%s, want %s", got, same)
		}
	}
}
