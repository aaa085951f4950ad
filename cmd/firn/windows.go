package main

import (
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// onWindows: the shells and the paths of that system differ.
const onWindows = runtime.GOOS == "windows"

// windowsQuote quotes one word for cmd.exe and PowerShell alike: not at all where nothing is
// special to either, else in double quotes, since single ones mean nothing to cmd.exe. A
// quote within, which no path has, and backslashes before one are escaped as programs read
// their command line. What a shell puts in the place of %NAME% or $NAME no quotes keep from
// both of them.
func windowsQuote(word string) string {
	if word != "" && strings.Trim(word, windowsPlain) == "" {
		return word
	}
	var b strings.Builder
	b.WriteByte('"')
	backslashes := 0
	for _, r := range show(word) {
		switch r {
		case '\\':
			backslashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, backslashes+1))
			backslashes = 0
		default:
			backslashes = 0
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(`\`, backslashes))
	b.WriteByte('"')
	return b.String()
}

// windowsPlain are the characters that mean nothing to cmd.exe and PowerShell, wherever
// they stand. A comma makes a list for the one, and an @ or a # something else.
const windowsPlain = `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+:./\-`

// exportLine is a line that sets a variable for clients, in the language of the shell.
func exportLine(name, value string, windows bool) string {
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
		if err != nil || strconv.Quote(path) != quoted || strings.Contains(path, `"`) || show(path) != path {
			return quoted
		}
		return `"` + path + `"`
	})
}
