package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"firn/internal/bench/internal/lab"
	"firn/treehash"
)

// prove compares the file with the only archive of its size in the store.
func prove(ctx context.Context, w io.Writer, file, store string) error {
	want, size, err := sum(ctx, file)
	if err != nil {
		return err
	}
	archive, err := lab.StoredFile(store, size)
	if err != nil {
		return err
	}
	got, _, err := sum(ctx, archive)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the archive %q differs from the file", archive)
	}
	_, err = fmt.Fprintf(w, "the archive equals the file: tree hash %s\n", want.Tree)
	return err
}

// sum returns both hashes of a file and its size in bytes.
func sum(ctx context.Context, path string) (treehash.Sums, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return treehash.Sums{}, 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return treehash.Sums{}, 0, err
	}
	sums, err := treehash.ReadAt(ctx, file, info.Size(), 1)
	return sums, info.Size(), err
}
