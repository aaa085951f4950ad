package glaciervault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/glacier"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"firn/internal/amazon"
	"firn/treehash"
	"firn/vault"
)

// OpenOutput reads the output of a finished job: bytes of an archive, or the document of an
// inventory. The service gives the same answer for a job that never existed and for one
// whose output has expired, so that error is both ErrNotFound and ErrExpired.
//
// The output has a tree hash if both the range of the job and the range that is read are
// nodes of the archive's tree ("Get Job Output" in the developer guide). An answer with
// another range than was requested, or with more bytes, is ErrGarbled; one that ends early
// is ErrLost.
func (v *Vault) OpenOutput(ctx context.Context, id vault.JobID, r vault.Range) (vault.Output, error) {
	what := fmt.Sprintf("read the output of job %q", string(id))
	out, err := v.getOutput(ctx, what, id, r)
	if err != nil {
		return vault.Output{}, err
	}
	fail := func(err error) error { return amazon.Failure(ctx, v.what(what), err, judge) }
	if out.size < 0 {
		err := vault.Errorf(vault.ErrGarbled, "%s: the answer does not say how long it is", v.what(what))
		return vault.Output{}, errors.Join(err, out.body.Close())
	}
	return vault.Output{
		ReadCloser: amazon.NewOutput(out.body, out.size, fail), Size: out.size, TreeHash: out.hash,
	}, nil
}

// answeredOutput is an output as the answer's header describes it.
type answeredOutput struct {
	body        io.ReadCloser // its errors have no class yet
	size        int64         // bytes; -1 if unknown
	hash        treehash.Hash
	contentType string
	framed      bool // the header shows the length or the framing, so that an early end is noticed
}

// getOutput requests a range of a job's output. The text of an error begins with what.
func (v *Vault) getOutput(ctx context.Context, what string, id vault.JobID, r vault.Range) (answeredOutput, error) {
	if err := checkID("job", id); err != nil {
		return answeredOutput{}, fmt.Errorf("%s: %w", v.what(what), err)
	}
	in := &glacier.GetJobOutputInput{AccountId: &v.account.id, VaultName: &v.name, JobId: (*string)(&id)}
	if !r.IsZero() {
		if r.Offset < 0 || r.Size <= 0 {
			return answeredOutput{}, vault.Errorf(vault.ErrInvalid, "%s: a range of %d bytes from byte %d is not valid", v.what(what), r.Size, r.Offset)
		}
		in.Range = aws.String("bytes=" + inclusive(r))
	}
	var answer answeredOutput
	err := v.call(ctx, what, func() error {
		out, err := v.account.client.GetJobOutput(ctx, in)
		if err != nil {
			return err
		}
		if answer, err = parseOutput(out, r); err != nil {
			return errors.Join(err, out.Body.Close())
		}
		return nil
	})
	if answer := amazon.Refusal(err); errors.Is(err, vault.ErrNotFound) && (answer == nil || !vaultMissing(answer)) {
		return answeredOutput{}, fmt.Errorf("%w; an output stays for about a day after its job, then it is %w", err, vault.ErrExpired)
	}
	return answer, err
}

// parseOutput checks the header of an answer before its body is used.
func parseOutput(out *glacier.GetJobOutputOutput, asked vault.Range) (answeredOutput, error) {
	answer := answeredOutput{body: out.Body, size: -1, contentType: aws.ToString(out.ContentType)}
	if raw, ok := awsmiddleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response); ok {
		answer.size = raw.ContentLength
		answer.framed = raw.ContentLength >= 0 || len(raw.TransferEncoding) > 0
	}
	if err := checkRange(asked, int(out.Status), aws.ToString(out.ContentRange)); err != nil {
		return answeredOutput{}, err
	}
	if !asked.IsZero() {
		if answer.size >= 0 && answer.size != asked.Size {
			return answeredOutput{}, vault.Errorf(vault.ErrGarbled, "the answer has %d bytes for a range of %d", answer.size, asked.Size)
		}
		answer.size = asked.Size
	}
	if hash := aws.ToString(out.Checksum); hash != "" {
		var err error
		if answer.hash, err = treehash.Parse(hash); err != nil {
			return answeredOutput{}, vault.Errorf(vault.ErrGarbled, "the answer has no valid tree hash: %w", err)
		}
	}
	return answer, nil
}

// checkRange checks that the answer contains the requested range. A server may ignore a
// range that it does not understand and send everything, and it truncates a range that
// extends beyond the end of the output.
func checkRange(asked vault.Range, status int, contentRange string) error {
	if asked.IsZero() {
		if status != http.StatusOK {
			return vault.Errorf(vault.ErrGarbled, "the service answered HTTP %d for a whole output", status)
		}
		return nil
	}
	answered, total, _ := strings.Cut(contentRange, "/")
	if size, err := strconv.ParseInt(total, 10, 64); err == nil && status == http.StatusPartialContent && asked.End() > size {
		return vault.Errorf(vault.ErrInvalid, "bytes %s were requested of an output of %d bytes", inclusive(asked), size)
	}
	if status != http.StatusPartialContent || answered != "bytes "+inclusive(asked) {
		return vault.Errorf(vault.ErrGarbled, "bytes %s were requested, and the service answered HTTP %d with the range %.100q", inclusive(asked), status, contentRange)
	}
	return nil
}
