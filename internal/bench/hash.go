package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"firn/internal/bench/internal/lab"
)

// The contenders for hashes of a local file.
const (
	verifyName = "firn verify: tree hash"
	bothName   = "firn hash: tree hash and SHA-256"
	treeName   = "floor: standard hash of each leaf"
)

// hash compares the speed of hashing a local file on all cores. The file is twice as long
// as the uploaded one, since nothing is sent.
func (b *bench) hash(ctx context.Context, r *report) error {
	sink, err := b.sink(ctx)
	if err != nil {
		return err
	}
	file, size := filepath.Join(b.work, "double"), 2*b.size
	if err := lab.RandomFile(file, size, 4); err != nil {
		return err
	}
	firn := b.home()
	if err := lab.Run(b.upload(ctx, firn, sink.Endpoint, file)); err != nil {
		return err
	}
	cores := runtime.NumCPU()
	g := &group{
		title:   fmt.Sprintf("hashes of a local file of %d MiB on %d cores", size>>20, cores),
		size:    size,
		base:    verifyName,
		prepare: func() error { return warm(file) },
		contenders: []*contender{
			program(verifyName, func(ctx context.Context) *exec.Cmd {
				return firn.Command(ctx, "verify", lab.VaultURL(sink.Endpoint, vault), filepath.Base(file), file)
			}),
			program(bothName, func(ctx context.Context) *exec.Cmd { return firn.Command(ctx, "hash", file) }),
			program(treeName, func(ctx context.Context) *exec.Cmd {
				return exec.CommandContext(ctx, b.tool("floor"), "tree", file, strconv.Itoa(cores))
			}),
		},
	}
	if err := interleave(ctx, b.rounds, g); err != nil {
		return err
	}
	r.usages("Local files", g)
	r.atLeast(12, "tree hash: times faster than the standard library's", g.wall(treeName, verifyName), 1.5)
	return nil
}
