package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"firn/internal/bench/internal/lab"
)

// mostWorkers is the largest number of parts that firn has in flight by default.
const mostWorkers = 32

// memoryLimit is the largest peak memory of uploading a file, in MiB, whatever the size of
// the file and of its parts.
const memoryLimit = 32

// memory shows that the memory of an upload depends neither on the size of a part nor on
// the size of the file. For standard input it depends only on the number of parts in
// flight.
func (b *bench) memory(ctx context.Context, r *report) error {
	sink, err := b.sink(ctx)
	if err != nil {
		return err
	}
	sparse := filepath.Join(b.work, "sparse")
	if err := lab.SparseFile(sparse, b.large); err != nil {
		return err
	}
	piped, err := os.Open(b.file)
	if err != nil {
		return err
	}
	defer piped.Close()
	stdin := b.upload(ctx, b.home(), sink.Endpoint, "-", "--description", "piped")
	stdin.Stdin = struct{ io.Reader }{piped} // hides the file, so that the child reads from a pipe
	rows := r.table("Peak memory of uploads, 4 parts at once if not said otherwise", "what", "peak MiB")
	highest := int64(0)
	for _, run := range []struct {
		what string
		cmd  *exec.Cmd
	}{
		{fmt.Sprintf("%d MiB in parts of 1 MiB", b.size>>20), b.upload(ctx, b.home(), sink.Endpoint, b.file, "--part-size", "1MiB")},
		{fmt.Sprintf("%d MiB in parts of 16 MiB", b.size>>20), b.upload(ctx, b.home(), sink.Endpoint, b.file)},
		{
			fmt.Sprintf("%d MiB in parts of 16 MiB, %d at once", b.size>>20, mostWorkers),
			b.upload(ctx, b.home(), sink.Endpoint, b.file, "--concurrency", strconv.Itoa(mostWorkers)),
		},
		{fmt.Sprintf("%d MiB in parts of 256 MiB", b.size>>20), b.upload(ctx, b.home(), sink.Endpoint, b.file, "--part-size", "256MiB")},
		{fmt.Sprintf("%d MiB (sparse) in parts of 16 MiB", b.large>>20), b.upload(ctx, b.home(), sink.Endpoint, sparse)},
		{fmt.Sprintf("%d MiB of standard input in parts of 16 MiB", b.size>>20), stdin},
	} {
		u, err := measure(ctx, run.cmd)
		if err != nil {
			return err
		}
		rows.add(run.what, fmt.Sprintf("%.1f", mebibytes(u.peak)))
		if run.cmd == stdin {
			r.atMost(6, "upload of standard input: peak memory, MiB", mebibytes(u.peak), memoryLimit+mebibytes((workers+1)*partSize))
		} else {
			highest = max(highest, u.peak)
		}
	}
	r.atMost(6, "upload of a file, any part size, 4 or 32 at once: peak memory, MiB", mebibytes(highest), memoryLimit)
	return nil
}
