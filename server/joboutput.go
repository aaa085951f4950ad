package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"firn/server/internal/refusal"
	"firn/server/internal/wire"
	"firn/vault"
)

// getJobOutput sends the output of a finished job, or a range of it. The output is never
// compressed, since clients count and hash its bytes.
func (a *account) getJobOutput(ctx context.Context, c *call) (wire.Reply, error) {
	v, err := a.open(ctx, c)
	if err != nil {
		return wire.Reply{}, err
	}
	job, err := findJob(ctx, c, v)
	if err != nil {
		return wire.Reply{}, err
	}
	if job.Status != vault.Succeeded {
		return wire.Reply{}, jobNotReady(c.target.id)
	}
	r, err := wire.OutputRange(c.r, job.Size)
	if err != nil {
		return wire.Reply{}, err
	}
	description, err := a.describeOutput(ctx, c.target.vault, job)
	if err != nil {
		return wire.Reply{}, err
	}
	out, err := v.OpenOutput(ctx, job.ID, r)
	switch {
	case errors.Is(err, vault.ErrNotReady):
		return wire.Reply{}, jobNotReady(c.target.id)
	case errors.Is(err, vault.ErrExpired), errors.Is(err, vault.ErrNotFound):
		return wire.Reply{}, refusal.JobNotFound(c.target.id)
	case err != nil:
		return wire.Reply{}, err
	}
	answer := wire.Reply{Status: http.StatusOK, Header: description, Content: &out}
	answer.Header["Accept-Ranges"] = "bytes"
	answer.Header["Content-Length"] = strconv.FormatInt(out.Size, 10)
	if !r.IsZero() {
		answer.Status = http.StatusPartialContent
		answer.Header["Content-Range"] = fmt.Sprintf("bytes %d-%d/%d", r.Offset, r.End()-1, job.Size)
	}
	if !out.TreeHash.IsZero() {
		answer.Header[wire.TreeHashHeader] = out.TreeHash.String()
	}
	return answer, nil
}

func jobNotReady(id string) error {
	return refusal.Invalid("The job is not currently available for download: " + id)
}

// describeOutput returns the headers that describe an output. The description of an archive is
// gone when the archive is deleted, also if a job still has an output with its bytes.
func (a *account) describeOutput(ctx context.Context, vaultName string, job vault.Job) (map[string]string, error) {
	header := map[string]string{"Content-Type": "application/octet-stream"}
	if job.Kind == vault.RetrieveInventory {
		header["Content-Type"] = "application/json"
		if job.List.CSV {
			header["Content-Type"] = "text/csv"
		}
		return header, nil
	}
	archive, err := a.store.Archive(ctx, vaultName, job.Archive)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return nil, err
	}
	if archive.Description != "" {
		header["x-amz-archive-description"] = archive.Description
	}
	return header, nil
}

// sendOutput sends an output and closes it. The status is sent already. So if it fails, the
// client gets a body that ends early: net/http closes the connection. A client that went away
// is no fault.
func (s *Server) sendOutput(c *call, out *vault.Output) {
	buffer, ok := s.buffers.Get().(*[copyBuffer]byte)
	if !ok {
		buffer = new([copyBuffer]byte)
	}
	defer s.buffers.Put(buffer)
	n, err := io.CopyBuffer(c.w, out.ReadCloser, buffer[:]) // net/http takes no more than Content-Length
	if err == nil && n < out.Size {
		err = fmt.Errorf("%w after %d bytes", io.ErrUnexpectedEOF, n)
	}
	err = errors.Join(err, out.Close())
	if err != nil && c.w.Failure() == nil && c.r.Context().Err() == nil {
		s.options.fault(c.id, fmt.Errorf("sending the output of job %q: %w", c.target.id, err))
	}
}
