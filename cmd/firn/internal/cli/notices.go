package cli

import (
	"regexp"
	"time"
)

// NoticesOfMany returns a function like [Program.Notice] for the sentences about several files or
// archives, which begin with the quoted name of the one that they are about. It leaves out a
// sentence that it has shown in the last minute about another one, such as that the vault does
// not answer. One goroutine at a time calls it.
func (p *Program) NoticesOfMany() func(string) {
	name := regexp.MustCompile(`^"(\\.|[^"\\])*"`)
	shown := make(map[string]time.Time)
	return func(sentence string) {
		about := name.ReplaceAllString(sentence, "")
		now := p.Now()
		if last, again := shown[about]; again && now.Sub(last) < time.Minute {
			return
		}
		shown[about] = now
		p.Notice(sentence)
	}
}
