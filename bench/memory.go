package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"firn/bench/internal/lab"
)

// memoryLimit is what an upload of a file may take at its peak, in MiB, whatever
// the size of the file and of its parts.
const memoryLimit = 32

// memory shows that memory depends neither on the part's nor on the file's size.
func (b *bench) memory(ctx context.Context, r *report) (err error) {
	sink, err := b.sink(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sink.Stop()) }()

	r.section("peak memory, MiB")
	for _, part := range []int64{1 << 20, 16 << 20, 256 << 20} {
		u, err := b.upload(ctx, sink.Endpoint, b.file, part, workers)
		if err != nil {
			return err
		}
		r.atMost(fmt.Sprintf("P6 %d MiB in parts of %d MiB", b.size>>20, part>>20), mebibytes(u.peak), memoryLimit)
	}

	sparse := filepath.Join(b.work, "sparse")
	if err := lab.SparseFile(sparse, b.large); err != nil {
		return err
	}
	u, err := b.upload(ctx, sink.Endpoint, sparse, partSize, workers)
	if err != nil {
		return err
	}
	r.atMost(fmt.Sprintf("P6 %d MiB (sparse) in parts of 16 MiB", b.large>>20), mebibytes(u.peak), memoryLimit)
	return nil
}
