package main

import (
	"context"
	"fmt"
	"os/exec"
)

// faults shows that a retry sends a part again but does not hash it again: the server
// refuses one part in 50.
func (b *bench) faults(ctx context.Context, r *report) error {
	clean, err := b.sink(ctx)
	if err != nil {
		return err
	}
	faulty, err := b.sink(ctx, "-fail-every", "50")
	if err != nil {
		return err
	}
	const cleanName, faultyName = "firn, every part is taken", "firn, one part in 50 fails"
	g := &group{
		title:   fmt.Sprintf("upload of %d MiB", b.size>>20),
		size:    b.size,
		base:    cleanName,
		prepare: b.warm,
		contenders: []*contender{
			program(cleanName, func(ctx context.Context) *exec.Cmd { return b.upload(ctx, b.home(), clean.Endpoint, b.file) }),
			program(faultyName, func(ctx context.Context) *exec.Cmd { return b.upload(ctx, b.home(), faulty.Endpoint, b.file) }),
		},
	}
	if err := interleave(ctx, b.rounds, g); err != nil {
		return err
	}
	r.usages("Faults", g)
	r.atMost(10, "one part in 50 fails: CPU / clean run", g.cpu(faultyName, cleanName), 1.06)
	return nil
}
