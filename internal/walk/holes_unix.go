//go:build linux || darwin || freebsd

package walk

import (
	"errors"
	"iter"
	"os"

	"golang.org/x/sys/unix"
)

// Holes returns the holes of a regular file of the given size, in their order. A file system
// that does not report holes has none. It moves the offset of f, so read f with ReadAt.
func Holes(f *os.File, size int64) iter.Seq2[Hole, error] {
	return func(yield func(Hole, error) bool) {
		for at := int64(0); at < size; {
			data, err := f.Seek(at, unix.SEEK_DATA)
			switch {
			case errors.Is(err, unix.ENXIO): // no data follows
				yield(Hole{at, size - at}, nil)
				return
			case errors.Is(err, unix.EINVAL) && at == 0:
				return
			case err != nil:
				yield(Hole{}, err)
				return
			}
			data = min(data, size)
			if data > at && !yield(Hole{at, data - at}, nil) {
				return
			}
			if data == size {
				return
			}
			if at, err = f.Seek(data, unix.SEEK_HOLE); err != nil {
				if !errors.Is(err, unix.ENXIO) { // the file was cut
					yield(Hole{}, err)
				}
				return
			}
		}
	}
}
