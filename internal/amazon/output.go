package amazon

import (
	"errors"
	"io"

	"firn/vault"
)

// Output is the body of an answer. It ends with an error unless it has exactly the
// announced number of bytes. Failures of the stream are ErrLost; a body that is too long is
// ErrGarbled.
type Output struct {
	body    io.ReadCloser
	left    int64 // bytes still to come
	failure func(error) error
}

// NewOutput returns the body of an answer that announces size bytes. failure turns an error
// into a sentence.
func NewOutput(body io.ReadCloser, size int64, failure func(error) error) *Output {
	return &Output{body: body, left: size, failure: failure}
}

func (o *Output) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	// Ask for one byte more than announced, to notice a body that is too long.
	n, err := o.body.Read(p[:min(int64(len(p)), o.left+1)])
	switch {
	case int64(n) > o.left:
		n, err = int(o.left), o.failure(vault.Errorf(vault.ErrGarbled, "the answer is longer than it says"))
	case errors.Is(err, io.EOF) && int64(n) < o.left:
		err = o.failure(lost(io.ErrUnexpectedEOF))
	case err != nil && !errors.Is(err, io.EOF):
		err = o.failure(lost(err))
	}
	o.left -= int64(n)
	return n, err
}

func lost(err error) error { return vault.Errorf(vault.ErrLost, "the connection broke: %w", err) }

// Close ends the request.
func (o *Output) Close() error { return o.body.Close() }
