package lab

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
)

// chunk is how much of a file is held in memory at a time, in bytes. It is small
// because a child's peak memory is counted from that of the process that starts it.
const chunk = 1 << 20

// RandomFile writes size pseudo-random bytes to a new file at path. The same seed
// gives the same bytes.
func RandomFile(path string, size int64, seed byte) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	source := rand.NewChaCha8([32]byte{seed})
	if _, err := io.CopyBuffer(onlyWriter{file}, io.LimitReader(source, size), make([]byte, chunk)); err != nil {
		return errors.Join(err, file.Close())
	}
	return file.Close()
}

// SparseFile makes a new file at path that reads as size zero bytes and occupies
// no space.
func SparseFile(path string, size int64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := file.Truncate(size); err != nil {
		return errors.Join(err, file.Close())
	}
	return file.Close()
}

// Warm reads the file at path, so that it is in the page cache, and returns its
// size in bytes.
func Warm(path string) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return io.CopyBuffer(onlyWriter{io.Discard}, file, make([]byte, chunk))
}

// onlyWriter hides ReadFrom, so that io.CopyBuffer uses our buffer.
type onlyWriter struct{ io.Writer }
