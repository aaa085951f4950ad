package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"firn/vault"
)

// finished returns a job of the kind wanted whose output can be read now.
func (v *Vault) finished(id vault.JobID, kind vault.JobKind) (jobDocument, error) {
	d, err := v.job(id)
	if err != nil {
		return jobDocument{}, err
	}
	now := v.options.Now()
	switch {
	case d.Kind != kind:
		err = fmt.Errorf("job %q is one of %s: %w", id, d.Kind, vault.ErrInvalid)
	case now.Before(d.Completed):
		err = fmt.Errorf("job %q: %w", id, vault.ErrNotReady)
	case !d.Expires.IsZero() && !now.Before(d.Expires):
		err = fmt.Errorf("the output of job %q: %w", id, vault.ErrExpired)
	}
	return d, err
}

// OpenOutput reads a section of the archive's own file. Once the archive is
// deleted the error wraps ErrNotFound; a reader that is open reads on.
func (v *Vault) OpenOutput(ctx context.Context, id vault.JobID, r vault.Range) (vault.Output, error) {
	if err := cancelled(ctx); err != nil {
		return vault.Output{}, fmt.Errorf("job %q: %w", id, err)
	}
	d, err := v.finished(id, vault.RetrieveArchive)
	if err != nil {
		return vault.Output{}, err
	}
	if r, err = within(r, d.Size); err != nil {
		return vault.Output{}, fmt.Errorf("job %q: %w", id, err)
	}
	f, err := v.dir.Open(archiveData(d.Archive))
	if errors.Is(err, fs.ErrNotExist) {
		return vault.Output{}, fmt.Errorf("archive %q of job %q: %w", d.Archive, id, vault.ErrNotFound)
	}
	if err != nil {
		return vault.Output{}, fmt.Errorf("job %q: %w", id, err)
	}
	section := io.NewSectionReader(f, d.Offset+r.Offset, r.Size)
	return vault.Output{ReadCloser: output{Reader: &cancelReader{ctx: ctx, r: section}, Closer: f}, Size: r.Size}, nil
}

// output is a section of an open file.
type output struct {
	io.Reader
	io.Closer
}

// Inventory lists the archives that were there when the job was started and
// still are. It reads one small file for each. Those whose file is damaged are
// left out and named in an error after all the others.
func (v *Vault) Inventory(ctx context.Context, id vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	return func(yield func(vault.Entry, error) bool) {
		stopped := false
		err := v.inventory(ctx, id, func(a vault.Archive) bool {
			stopped = !yield(vault.Entry{Archive: a, Next: string(a.ID)}, nil)
			return !stopped
		})
		if err != nil && !stopped {
			yield(vault.Entry{}, fmt.Errorf("inventory: %w", err))
		}
	}
}

func (v *Vault) inventory(ctx context.Context, id vault.JobID, visit func(vault.Archive) bool) error {
	d, err := v.finished(id, vault.RetrieveInventory)
	if err != nil {
		return err
	}
	var omitted damage
	err = v.eachArchive(ctx, func(a vault.Archive, broken error) bool {
		if broken != nil {
			omitted.add(broken)
			return true
		}
		return a.Created.After(d.Created) || visit(a)
	})
	return errors.Join(err, omitted.error())
}
