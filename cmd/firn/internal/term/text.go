package term

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Joined joins the words that are not empty.
func Joined(by string, words ...string) string {
	var there []string
	for _, w := range words {
		if w != "" {
			there = append(there, w)
		}
	}
	return strings.Join(there, by)
}

// Cut shortens a line to width columns.
func Cut(line string, width int) string {
	if Columns(line) <= width {
		return line
	}
	if width <= len(LeftOut) {
		return text.Trim(line, max(0, width))
	}
	return text.Trim(line, width-len(LeftOut)) + LeftOut
}

// Pad shortens a line to width columns, or fills it with spaces.
func Pad(line string, width int) string {
	line = Cut(line, width)
	return line + strings.Repeat(" ", max(0, width-Columns(line)))
}

// Columns returns the number of columns that a text takes on a terminal.
func Columns(line string) int { return text.StringWidthWithoutEscSequences(line) }

// LeftOut replaces text that was cut off.
const LeftOut = "..."
