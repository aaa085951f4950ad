package glaciervault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/glacier"

	"firn/vault"
)

// OpenOutput reads bytes of a finished job. The service answers alike for a job
// that never was and for one whose output is gone, so that error is both
// ErrNotFound and ErrExpired.
func (v *Vault) OpenOutput(ctx context.Context, id vault.JobID, r vault.Range) (vault.Output, error) {
	what := fmt.Sprintf("read the output of job %q", string(id))
	stream, err := v.openOutput(ctx, what, id, r)
	if err != nil {
		return vault.Output{}, err
	}
	return vault.Output{ReadCloser: &output{ReadCloser: stream, failure: func(err error) error {
		return failure(ctx, v.what(what), fmt.Errorf("%w: %w", vault.ErrUnavailable, err))
	}}, Size: r.Size}, nil
}

// openOutput is OpenOutput with what it is done for in the errors, and a stream
// whose own errors have no class yet.
func (v *Vault) openOutput(ctx context.Context, what string, id vault.JobID, r vault.Range) (io.ReadCloser, error) {
	if err := checkID("job", id); err != nil {
		return nil, fmt.Errorf("%s: %w", v.what(what), err)
	}
	in := &glacier.GetJobOutputInput{AccountId: &v.account.id, VaultName: &v.name, JobId: (*string)(&id)}
	if !r.IsZero() {
		in.Range = aws.String("bytes=" + inclusive(r))
	}
	var stream io.ReadCloser
	err := v.call(ctx, what, func() error {
		out, err := v.account.client.GetJobOutput(ctx, in)
		if err != nil {
			return err
		}
		if err := checkRange(r, int(out.Status), aws.ToString(out.ContentRange)); err != nil {
			return errors.Join(err, out.Body.Close())
		}
		stream = out.Body
		return nil
	})
	if answer := serviceError(err); errors.Is(err, vault.ErrNotFound) && (answer == nil || !answer.vaultMissing()) {
		return nil, fmt.Errorf("%w; an output stays for about a day after its job, then it is %w", err, vault.ErrExpired)
	}
	return stream, err
}

// checkRange says whether the answer holds the range asked for. A server may
// ignore a range that it does not understand and send everything.
func checkRange(asked vault.Range, status int, contentRange string) error {
	if asked.IsZero() {
		if status != http.StatusOK {
			return fmt.Errorf("%w: HTTP %d for a whole output", vault.ErrUnavailable, status)
		}
		return nil
	}
	if status != http.StatusPartialContent || !strings.HasPrefix(contentRange, "bytes "+inclusive(asked)+"/") {
		return fmt.Errorf("%w: asked for bytes %s, answered with HTTP %d and range %.100q", vault.ErrUnavailable, inclusive(asked), status, contentRange)
	}
	return nil
}

// output gives the failures of a stream their class. That the connection broke
// off early shows as one, because the service always gives a length.
type output struct {
	io.ReadCloser
	failure func(error) error
}

func (o *output) Read(p []byte) (int, error) {
	n, err := o.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = o.failure(err)
	}
	return n, err
}
