// Package expected compares bytes with those that a test expects, as they arrive. It keeps
// none of them: the race detector marks each byte of memory, so growing memory would take
// most of the time of such a test.
package expected

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// Bytes is a writer that expects exactly the bytes of Want.
type Bytes struct {
	Want []byte

	n       int // number of bytes written
	differs bool
}

// Write compares the next bytes. It never fails.
func (e *Bytes) Write(b []byte) (int, error) {
	rest := e.Want[min(e.n, len(e.Want)):]
	e.differs = e.differs || !bytes.HasPrefix(rest, b)
	e.n += len(b)
	return len(b), nil
}

// Err returns an error if the bytes written differ from Want.
func (e *Bytes) Err() error {
	if e.differs || e.n != len(e.Want) {
		return fmt.Errorf("%d bytes that are not the %d expected", e.n, len(e.Want))
	}
	return nil
}

// Reader reads r to its end and returns an error if its bytes differ from want.
func Reader(r io.Reader, want []byte) error {
	e := &Bytes{Want: want}
	_, err := io.Copy(e, r)
	return errors.Join(err, e.Err())
}

// File returns an error if the bytes of a file differ from want.
func File(name string, want []byte) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return Reader(f, want)
}
