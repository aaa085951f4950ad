package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Show makes text from outside fit for a terminal: control characters (C0 and
// C1), characters that turn the direction of writing, and bytes that are no
// UTF-8 are written as escapes.
func Show(s string) string {
	return escape(s, unicode.IsPrint)
}

// ShowASCII is show for the live line, whose characters are counted as columns.
func ShowASCII(s string) string {
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

// ShellCommand quotes words so that a shell reads them back as they are.
func ShellCommand(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellQuote(w)
	}
	return strings.Join(quoted, " ")
}

// shellQuote quotes one word for the shells of the system. Every POSIX shell reads it
// alike: not quoted at all where nothing is special, in single quotes, or, where it cannot
// be shown as it is, with its bytes as printf knows them. (What bash, ksh and zsh read after
// a dollar sign, dash takes for text that ends at the next quote: a name from a bucket
// could go on with a command.)
func shellQuote(word string) string {
	switch {
	case OnWindows:
		return windowsQuote(word)
	case word != "" && strings.Trim(word, shellPlain) == "":
		return word
	case Show(word) == word:
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	case strings.HasSuffix(word, "\n") || strings.Contains(word, "\x00"):
		return byHand // the one would be cut off, and no argument has the other
	}
	return printfQuote(word)
}

// byHand replaces a word that cannot be quoted safely in a proposed command.
const byHand = `"(type this name by hand)"`

// printfQuote has printf make a word. All that means something to a shell or to printf, in
// whatever quotes, is written as octal bytes, and so is a hyphen, which may begin an option.
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

// shellPlain are the characters that mean nothing to a shell, wherever they stand.
const shellPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+:,./-"

// ErrorText is the one place that turns an error into text. Joined errors
// follow one another on one line.
func ErrorText(err error) string {
	return Show(strings.ReplaceAll(err.Error(), "\n", "; "))
}
