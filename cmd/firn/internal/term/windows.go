package term

import (
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// onWindows reports whether the system has the shells and paths of Windows.
const onWindows = runtime.GOOS == "windows"

// windowsQuote quotes one word for both cmd.exe and PowerShell. It leaves a word unquoted if
// neither gives it a special meaning, and else uses double quotes, since single quotes mean
// nothing to cmd.exe. It doubles backslashes before the last quote, because programs parse
// their command line so. It replaces a word that no quotes protect in both shells with
// byHand: the word may come from a vault, and a shell could run it as a command.
func windowsQuote(word string) string {
	switch {
	case word != "" && strings.Trim(word, windowsPlain) == "":
		return word
	case strings.ContainsAny(word, windowsOpen) || Show(word) != word:
		return byHand
	}
	return `"` + word + strings.Repeat(`\`, len(word)-len(strings.TrimRight(word, `\`))) + `"`
}

// windowsOpen are the characters that have a special meaning to cmd.exe or PowerShell even
// within double quotes: those that end the quotes (also typographic quotes), and those that
// begin a variable or an escape.
const windowsOpen = "\"\u201c\u201d\u201e%!$`"

// windowsPlain are the characters without a special meaning to cmd.exe and PowerShell at
// any position. In PowerShell a comma makes a list, and @ and # have a meaning, too.
const windowsPlain = `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+:./\-`

// ExportLine returns the line that sets a variable in the system's shell.
func ExportLine(name, value string) string { return exportLine(name, value, onWindows) }

func exportLine(name, value string, windows bool) string {
	if windows {
		return `set "` + name + "=" + value + `"`
	}
	return "export " + name + "=" + shellQuote(value)
}

// plainPaths undoes the doubling of backslashes in the quoted parts of a sentence, so that a
// path of Windows reads as the user wrote it. Other escapes stay.
func plainPaths(sentence string) string {
	return regexp.MustCompile(`"(?:[^"\\]|\\.)*"`).ReplaceAllStringFunc(sentence, func(quoted string) string {
		path, err := strconv.Unquote(quoted)
		if err != nil || strconv.Quote(path) != quoted || strings.Contains(path, `"`) || Show(path) != path {
			return quoted
		}
		return `"` + path + `"`
	})
}
