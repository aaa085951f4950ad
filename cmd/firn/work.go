package main

import (
	"errors"

	"firn"
	"firn/vault"
)

// beginWork notes that work is under way which a signal lets finish, and how to
// continue it.
func (p *program) beginWork(hint string) {
	p.resume.Store(&hint)
	p.busy.Store(true)
}

// notice tells people what they should know.
func (p *program) notice(sentence string) {
	if !p.quiet {
		p.ui.say("firn: %s", show(sentence))
	}
}

// explainWait adds how to go on with what has not come to its end.
func (p *program) explainWait(err error) error {
	for _, unfinished := range []error{firn.ErrInterrupted, firn.ErrGaveUp, vault.ErrNotReady} {
		if errors.Is(err, unfinished) {
			return withHint(err, "continue with: "+p.typed())
		}
	}
	return err
}
