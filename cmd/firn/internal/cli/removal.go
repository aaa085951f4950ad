package cli

import (
	"context"
	"strconv"

	"firn/cmd/firn/internal/term"
)

// ApproveRemoval shows what is about to be removed for ever and what there is to
// say about it, and asks. One thing takes a yes. Of several the number has to be
// typed, because nobody reads a list as carefully as a line.
func (p *Program) ApproveRemoval(ctx context.Context, objects []string, note, question string) error {
	for _, o := range objects {
		p.UI.Say("%s", term.Show(o))
	}
	if note != "" {
		p.UI.Say("firn: %s", term.Show(note))
	}
	if len(objects) == 1 {
		return p.Confirm(ctx, question)
	}
	return p.ConfirmTyped(ctx, question, "their number", strconv.Itoa(len(objects)))
}
