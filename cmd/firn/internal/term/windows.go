package term

import (
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// OnWindows reports whether the shells and the paths are those of Windows.
const OnWindows = runtime.GOOS == "windows"

// windowsQuote quotes one word for cmd.exe and PowerShell alike: not at all where nothing is
// special to either, else in double quotes, since single ones mean nothing to cmd.exe.
// Backslashes before the last quote are doubled, as programs read their command line. In
// the place of a word that no quotes keep both shells from reading otherwise stands
// byHand: such a word may come from a vault, and would be run as a command.
func windowsQuote(word string) string {
	switch {
	case word != "" && strings.Trim(word, windowsPlain) == "":
		return word
	case strings.ContainsAny(word, windowsOpen) || Show(word) != word:
		return byHand
	}
	return `"` + word + strings.Repeat(`\`, len(word)-len(strings.TrimRight(word, `\`))) + `"`
}

// windowsOpen are the characters that cmd.exe or PowerShell read otherwise within double
// quotes, too: what ends them (also what word processors make of a quote), and what begins
// the name of a variable or an escape.
const windowsOpen = "\"\u201c\u201d\u201e%!$`"

// windowsPlain are the characters that mean nothing to cmd.exe and PowerShell, wherever
// they stand. A comma makes a list for the one, and an @ or a # something else.
const windowsPlain = `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+:./\-`

// ExportLine is a line that sets a variable for clients, in the language of the shell.
func ExportLine(name, value string, windows bool) string {
	if windows {
		return `set "` + name + "=" + value + `"`
	}
	return "export " + name + "=" + shellQuote(value)
}

// plainPaths takes back that backslashes were doubled in what is quoted in a sentence, so
// that a path of Windows reads as it was written. What else was escaped stays as it is.
func plainPaths(sentence string) string {
	return regexp.MustCompile(`"(?:[^"\\]|\\.)*"`).ReplaceAllStringFunc(sentence, func(quoted string) string {
		path, err := strconv.Unquote(quoted)
		if err != nil || strconv.Quote(path) != quoted || strings.Contains(path, `"`) || Show(path) != path {
			return quoted
		}
		return `"` + path + `"`
	})
}
