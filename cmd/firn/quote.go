package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// show makes text from outside fit for a terminal: control characters (C0 and
// C1), characters that turn the direction of writing, and bytes that are no
// UTF-8 are written as escapes.
func show(s string) string {
	return escape(s, unicode.IsPrint)
}

// showASCII is show for the live line, whose characters are counted as columns.
func showASCII(s string) string {
	return escape(s, func(r rune) bool { return ' ' <= r && r <= '~' })
}

func escape(s string, fine func(rune) bool) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case fine(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		s = s[size:]
	}
	return b.String()
}

// shellCommand quotes words so that a shell reads them back as they are.
func shellCommand(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellQuote(w)
	}
	return strings.Join(quoted, " ")
}

// shellQuote quotes one word for the shells of the system. But for those of Windows it is
// quoted not at all where nothing is special, in single quotes, or, where it cannot be
// shown as it is, with the escapes that bash, ksh and zsh read after a dollar sign.
func shellQuote(word string) string {
	switch {
	case onWindows:
		return windowsQuote(word)
	case word != "" && strings.Trim(word, shellPlain) == "":
		return word
	case show(word) == word:
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return "$'" + show(strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(word)) + "'"
}

// shellPlain are the characters that mean nothing to a shell, wherever they stand.
const shellPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+:,./-"
