package glaciervault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"strconv"

	"firn/internal/amazon"
	"firn/vault"
	"firn/vault/inventory"
)

// Inventory lists the archives of a finished inventory job, in JSON or CSV. The service
// makes inventories about daily, so later uploads and deletions are missing. Next of an
// entry is a position in the document, so continuing behind it transfers only the rest.
//
// A document that makes no sense is ErrInvalid. A document that ends early is
// ErrUnavailable if the connection broke, and ErrGarbled if the answer was complete.
func (v *Vault) Inventory(ctx context.Context, id vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	what := fmt.Sprintf("read the inventory of job %q", string(id))
	return func(yield func(vault.Entry, error) bool) {
		position, err := parsePosition(after)
		if err != nil {
			yield(vault.Entry{}, fmt.Errorf("%s: %w", v.what(what), err))
			return
		}
		document, err := v.openInventory(ctx, what, id, position)
		if err != nil {
			yield(vault.Entry{}, err)
			return
		}
		defer document.Close()
		for entry, err := range inventory.Resume(document, document.csv, position).All() {
			if err != nil {
				err = v.inventoryFailure(ctx, what, document, err)
			}
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// inventoryFailure adds a class to the error that ended an inventory.
func (v *Vault) inventoryFailure(ctx context.Context, what string, document *document, err error) error {
	switch {
	case errors.Is(err, vault.ErrInvalid):
	case document.framed && document.ended:
		err = vault.Errorf(vault.ErrGarbled, "%w", err)
	default:
		err = vault.Errorf(vault.ErrUnavailable, "%w", err)
	}
	return amazon.Failure(ctx, v.what(what), err, judge)
}

// parsePosition parses the Next of an entry.
func parsePosition(after string) (int64, error) {
	if after == "" {
		return 0, nil
	}
	position, err := strconv.ParseInt(after, 10, 64)
	if err != nil || position <= 0 {
		return 0, vault.Errorf(vault.ErrInvalid, "no inventory continues at %.100q", after)
	}
	return position, nil
}

// document is an open inventory.
type document struct {
	io.ReadCloser
	csv    bool
	framed bool // see answeredOutput
	ended  bool // the whole document was read
}

func (d *document) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	d.ended = d.ended || errors.Is(err, io.EOF)
	return n, err
}

// openInventory opens an inventory at a byte position of its document. For a position other
// than 0 it first asks for the job, because a range needs an end.
func (v *Vault) openInventory(ctx context.Context, what string, id vault.JobID, position int64) (*document, error) {
	var r vault.Range
	if position > 0 {
		job, err := v.inventoryJob(ctx, what, id)
		switch {
		case err != nil:
			return nil, err
		case job.Status != vault.Succeeded: // the size is unknown
		case job.Size < position:
			return nil, vault.Errorf(vault.ErrInvalid, "%s: it has %d bytes and does not continue at byte %d", v.what(what), job.Size, position)
		case job.Size == position: // a CSV inventory may end here
			return &document{ReadCloser: http.NoBody, csv: job.List.CSV}, nil
		}
		r = vault.Range{Offset: position, Size: max(job.Size-position, 1)}
	}
	out, err := v.getOutput(ctx, what, id, r)
	if err != nil {
		return nil, err
	}
	csv, err := v.isCSV(ctx, what, id, out.contentType)
	if err != nil {
		return nil, errors.Join(err, out.body.Close())
	}
	return &document{ReadCloser: out.body, csv: csv, framed: out.framed}, nil
}

// isCSV returns the form of an inventory. The content type of the answer shows it, unless a
// proxy has changed it; then the job does.
func (v *Vault) isCSV(ctx context.Context, what string, id vault.JobID, contentType string) (bool, error) {
	switch form, _, _ := mime.ParseMediaType(contentType); form {
	case "text/csv":
		return true, nil
	case "application/json":
		return false, nil
	}
	job, err := v.inventoryJob(ctx, what, id)
	return job.List.CSV, err
}

// inventoryJob returns a job, which must be an inventory job.
func (v *Vault) inventoryJob(ctx context.Context, what string, id vault.JobID) (vault.Job, error) {
	job, err := v.Job(ctx, id)
	if err == nil && job.Kind != vault.RetrieveInventory {
		err = vault.Errorf(vault.ErrInvalid, "%s: the job is one of %s", v.what(what), job.Kind)
	}
	return job, err
}
