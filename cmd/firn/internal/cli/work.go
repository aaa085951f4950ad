package cli

import (
	"errors"
	"os"
	"runtime/debug"

	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/vault"
)

// BeginWork notes that work is under way which a signal lets finish, and how to
// continue it.
func (p *Program) BeginWork(hint string) {
	p.resume.Store(&hint)
	p.SetBusy()
}

// collectAt makes the collector run when the heap has grown by a quarter. There is
// little garbage and less than 10 MiB to look through, so this costs no time that
// can be measured, and less memory: 28 MiB at the peak of an upload of 2 GiB (the
// median of 4), 31 when it may grow by half.
const collectAt = 25

// SetBusy notes that work is under way which a signal lets finish. Such work moves
// bytes and may last for days, so from now on the collector keeps memory small. What
// only answers a question ends before the collector first runs; woken by what the
// start of the program allocates, it would be a tenth of what that start costs.
func (p *Program) SetBusy() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	p.Busy.Store(true)
}

// Notice tells people what they should know.
func (p *Program) Notice(sentence string) {
	if !p.Quiet {
		p.UI.Say("firn: %s", term.Show(sentence))
	}
}

// ExplainWait adds how to go on with what has not come to its end.
func (p *Program) ExplainWait(err error) error {
	for _, unfinished := range []error{depot.ErrInterrupted, depot.ErrGaveUp, vault.ErrNotReady} {
		if errors.Is(err, unfinished) {
			return WithHint(err, "continue with: "+p.Typed())
		}
	}
	return err
}
