package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"firn/treehash"
)

// prove compares the file with the only archive of its size in the store.
func prove(ctx context.Context, w io.Writer, file, store string) error {
	want, size, err := sum(ctx, file)
	if err != nil {
		return err
	}
	archive, err := findArchive(store, size)
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

// findArchive returns the path of the only file below dir that has so many bytes:
// a directory vault keeps an archive as one plain file.
func findArchive(dir string, size int64) (string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Size() == size {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("want one archive of %d bytes in %q, got %q", size, dir, found)
	}
	return found[0], nil
}
