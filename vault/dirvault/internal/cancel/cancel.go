// Package cancel returns why a context has ended, and ends reads with it.
package cancel

import (
	"context"
	"io"
)

// Err returns the cause of a context that has ended, else nil.
func Err(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}

// NewReader returns a reader of r that fails with the context's cause once it has ended. It
// does not interrupt a read that has begun.
func NewReader(ctx context.Context, r io.Reader) io.Reader { return &reader{ctx, r} }

type reader struct {
	ctx context.Context
	r   io.Reader
}

func (c *reader) Read(b []byte) (int, error) {
	if err := Err(c.ctx); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}
