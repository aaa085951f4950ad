package term

import "strings"

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

// Cut shortens a line of ASCII to width columns.
func Cut(line string, width int) string {
	switch {
	case len(line) <= width:
		return line
	case width <= len(LeftOut):
		return line[:max(0, width)]
	}
	return line[:width-len(LeftOut)] + LeftOut
}

// LeftOut replaces text that was cut off.
const LeftOut = "..."
