package policy

// matches reports whether text matches pattern, in which * matches any characters, also
// none, and ? matches any single character. In the worst case its time is proportional to
// the product of both lengths.
func matches(pattern, text string) bool {
	return matchesRunes([]rune(pattern), []rune(text))
}

func matchesRunes(pattern, text []rune) bool {
	star, retry := -1, 0 // the last *, and the position in text at which it ends
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0: // let the last * match one more character
			retry++
			p, t = star+1, retry
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
