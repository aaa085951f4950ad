package policy

// matches reports whether text is of the form of pattern, in which * stands for
// any run of characters, also none, and ? for any one. It takes time in proportion to
// the product of both lengths at worst.
func matches(pattern, text string) bool {
	return matchesRunes([]rune(pattern), []rune(text))
}

func matchesRunes(pattern, text []rune) bool {
	star, retry := -1, 0 // the last * seen, and where in text it stops matching
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0: // let the last * take one byte more
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
