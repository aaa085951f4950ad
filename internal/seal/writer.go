package seal

import (
	"fmt"
	"io"
	"slices"

	"filippo.io/age"
)

// A Writer encrypts what is written to it.
type Writer struct {
	io.WriteCloser
	out *output
}

// NewWriter writes the head of a sealed file to w and returns a Writer of its payload. Close
// writes the last chunk and does not close w. A file without a last chunk does not open.
func NewWriter(w io.Writer, to Recipients) (*Writer, error) {
	out := &output{w: w, inHead: true}
	payload, err := age.Encrypt(out, to...)
	if err != nil {
		return nil, fmt.Errorf("begin an age file: %w", err)
	}
	out.inHead = false
	return &Writer{payload, out}, nil
}

// Head returns the head of the file, with which OpenHead opens it.
func (w *Writer) Head() []byte { return slices.Clone(w.out.head) }

// output keeps the head, which age writes in several pieces.
type output struct {
	w      io.Writer
	inHead bool
	head   []byte
}

func (o *output) Write(p []byte) (int, error) {
	if o.inHead {
		o.head = append(o.head, p...)
	}
	return o.w.Write(p)
}
