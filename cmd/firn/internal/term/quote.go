package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Show makes text from outside safe for a terminal. It escapes control characters (C0 and
// C1), characters that change the direction of writing, and bytes that are not UTF-8.
func Show(s string) string {
	return escape(s, unicode.IsPrint)
}

// ShowASCII is [Show] for the live line, where each character must take one column. It
// escapes everything but printable ASCII.
func ShowASCII(s string) string {
	return escape(s, func(r rune) bool { return ' ' <= r && r <= '~' })
}

func escape(s string, fine func(rune) bool) string {
	if isPlainASCII(s) {
		return s
	}
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

// isPlainASCII reports whether a text has only printable characters of ASCII, as most have.
func isPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// ShellCommand joins words to a command, quoted so that a shell reads back the same words.
func ShellCommand(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellQuote(w)
	}
	return strings.Join(quoted, " ")
}

// shellQuote quotes one word for the system's shells. Every POSIX shell reads the result
// alike: a plain word stays unquoted, another one gets single quotes, and a word that cannot
// be shown is written with the octal escapes of printf. (The quotes $'...' are not used: dash
// takes them for text that ends at the next quote, so a name from a bucket could continue
// with a command.)
func shellQuote(word string) string {
	switch {
	case onWindows:
		return windowsQuote(word)
	case word != "" && strings.Trim(word, shellPlain) == "":
		return word
	case Show(word) == word:
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	case strings.HasSuffix(word, "\n") || strings.Contains(word, "\x00"):
		return byHand // $(...) cuts off a final newline, and no argument can contain NUL
	}
	return printfQuote(word)
}

// byHand replaces a word that cannot be quoted safely in a proposed command.
const byHand = `"(type this name by hand)"`

// printfQuote returns a call of printf that prints the word. It writes as octal bytes every
// character that has a special meaning to a shell or to printf in any quotes, and also a
// hyphen, which may begin an option.
func printfQuote(word string) string {
	var b strings.Builder
	for len(word) > 0 {
		r, size := utf8.DecodeRuneInString(word)
		if isInvalid := r == utf8.RuneError && size == 1; !isInvalid && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _./,:@+=", r)) {
			b.WriteString(word[:size])
		} else {
			for _, c := range []byte(word[:size]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		}
		word = word[size:]
	}
	return `"$(printf '` + b.String() + `')"`
}

// shellPlain are the characters without a special meaning to a shell at any position.
const shellPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+:,./-"

// ErrorText returns the text of an error on one line, with joined errors after one another.
// All errors are shown by it.
func ErrorText(err error) string {
	return Show(strings.ReplaceAll(err.Error(), "\n", "; "))
}
