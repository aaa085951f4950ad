package cli

import (
	"context"
	"fmt"
	"os"

	xterm "golang.org/x/term"

	"firn/cmd/firn/internal/term"
)

// AskSecret asks on the terminal for a text that is not shown while it is typed, such as a
// passphrase. It reads only from a terminal, so that nobody writes a passphrase into a script.
func (p *Program) AskSecret(ctx context.Context, what string) (string, error) {
	file, ok := p.Stdin.(*os.File)
	if !ok || !p.CanAsk() {
		return "", RefusedError("cannot ask for the %s: there is no terminal, or --no-input is set", what)
	}
	terminal := int(file.Fd())
	was, err := xterm.GetState(terminal)
	if err != nil {
		return "", fmt.Errorf("asking for the %s: %w", what, err)
	}
	// A signal may end the process while the terminal shows nothing of what is typed.
	stop := context.AfterFunc(ctx, func() { _ = xterm.Restore(terminal, was) })
	defer stop()
	p.UI.Ask(term.Show(what) + ": ")
	text, err := xterm.ReadPassword(terminal)
	p.UI.Say("") // the end of the line that was typed
	p.UI.Answered()
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", fmt.Errorf("asking for the %s: %w", what, err)
	}
	return string(text), nil
}
