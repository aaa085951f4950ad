package main

import (
	"context"
	"strconv"
)

// approveRemoval shows what is about to be removed for ever and what there is to
// say about it, and asks. One thing takes a yes. Of several the number has to be
// typed, because nobody reads a list as carefully as a line.
func (p *program) approveRemoval(ctx context.Context, objects []string, note, question string) error {
	for _, o := range objects {
		p.ui.say("%s", show(o))
	}
	if note != "" {
		p.ui.say("firn: %s", show(note))
	}
	if len(objects) == 1 {
		return p.confirm(ctx, question)
	}
	return p.confirmTyped(ctx, question, "their number", strconv.Itoa(len(objects)))
}
