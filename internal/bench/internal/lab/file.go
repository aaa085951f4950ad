package lab

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
)

// chunk is the number of bytes of a file that are held in memory at a time. It is small
// because the peak memory of a child process includes the peak of the process that started
// it.
const chunk = 1 << 20

// RandomFile writes size pseudo-random bytes to a new file at path. The same seed gives the
// same bytes.
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

// SparseFile creates a file at path that consists of size zero bytes and occupies no space.
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

// Warm reads the file at path into the page cache, and returns its size in bytes.
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
