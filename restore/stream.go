package restore

import (
	"context"
	"errors"
	"fmt"
	"io"

	"firn/depot"
	"firn/vault"
)

// Stream writes the content of the only file of a plan without a directory to w, after all of it
// was compared with the record. If the plan has several files or none, the error wraps
// vault.ErrInvalid.
func (p *Plan) Stream(ctx context.Context, w io.Writer) (Report, error) {
	report := Report{Problems: p.clone()}
	lost := func(_ *needed, reason error) error { return reason }
	err := p.checkStream()
	if err == nil {
		err = p.checkIdentities(ctx, lost)
	}
	if err == nil {
		var notReady error
		notReady, err = p.download(ctx, func(*needed) error { return nil }, lost)
		if err == nil {
			err = notReady
		}
	}
	report.Fetched = p.fetched.Load()
	if err == nil {
		report.Bytes, err = p.stream(ctx, w)
	}
	if ctx.Err() != nil && err != nil && !errors.Is(err, depot.ErrInterrupted) {
		err = fmt.Errorf("%w: %w", depot.ErrInterrupted, err)
	}
	if err == nil {
		report.Files = 1
		err = p.close(true)
	}
	return report, err
}

// checkStream refuses a plan that is not for a stream.
func (p *Plan) checkStream() error {
	switch {
	case p.work == nil:
		return errors.New("the plan is closed")
	case p.options.Dir != "":
		return vault.Errorf(vault.ErrInvalid, "the plan is for a directory")
	case p.found == 1 && len(p.List) == 1:
		return p.List[0]
	case p.found != 1 || p.Files != 1:
		return vault.Errorf(vault.ErrInvalid, "%d files are selected, and only a single regular file can be written to a stream", p.found)
	}
	return nil
}

// stream reads the content twice: to compare its digest, and to write it. The digest is compared
// again, because the disk may return other bytes the second time.
func (p *Plan) stream(ctx context.Context, w io.Writer) (n int64, err error) {
	s := &streamed{Plan: p, ctx: ctx}
	if err := s.find(); err != nil {
		return 0, err
	}
	out := &following{w: w}
	for _, to := range []io.WriterAt{nowhere{}, out} {
		if err := copyContent(ctx, to, s.reader(), s.size, s.digest, nil); err != nil {
			return out.n, errors.Join(fmt.Errorf("%q: %w", s.path, err), s.close())
		}
	}
	return out.n, s.close()
}

// following writes to a stream what is written in its order.
type following struct {
	w io.Writer
	n int64
}

// WriteAt implements io.WriterAt.
func (f *following) WriteAt(p []byte, _ int64) (int, error) {
	n, err := f.w.Write(p)
	f.n += int64(n)
	return n, err
}
