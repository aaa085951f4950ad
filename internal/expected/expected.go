// Package expected compares bytes, as they come, with those that a test expects. It keeps
// none of them: memory that grows with what is read takes most of the time of such a test
// under the race detector, which marks each byte of it.
package expected

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// Bytes is a writer that expects the bytes of Want, all of them, and then no more.
type Bytes struct {
	Want []byte

	n       int // bytes that came
	differs bool
}

// Write takes the next bytes. It never fails.
func (e *Bytes) Write(b []byte) (int, error) {
	rest := e.Want[min(e.n, len(e.Want)):]
	e.differs = e.differs || !bytes.HasPrefix(rest, b)
	e.n += len(b)
	return len(b), nil
}

// Err says how what was written differs from what is expected; nil if it does not.
func (e *Bytes) Err() error {
	if e.differs || e.n != len(e.Want) {
		return fmt.Errorf("%d bytes that are not the %d expected", e.n, len(e.Want))
	}
	return nil
}

// Reader reads r to its end and says how its bytes differ from those expected.
func Reader(r io.Reader, want []byte) error {
	e := &Bytes{Want: want}
	_, err := io.Copy(e, r)
	return errors.Join(err, e.Err())
}

// File says how the bytes of a file differ from those expected.
func File(name string, want []byte) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return Reader(f, want)
}
