package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/files"
	"firn/vault/dirvault/internal/jobs"
	"firn/vault/inventory"
)

// finished returns a job whose output can be read now.
func (v *Vault) finished(id vault.JobID) (jobs.Document, error) {
	d, err := v.jobs.Get(id)
	if err != nil {
		return jobs.Document{}, err
	}
	now := v.options.Now()
	switch {
	case !d.Ended(now):
		err = fmt.Errorf("job %q: %w", id, vault.ErrNotReady)
	case d.Expired(now):
		err = fmt.Errorf("the output of job %q: %w", id, vault.ErrExpired)
	}
	return d, err
}

// OpenOutput reads a section of the archive's own file, or of the document of an
// inventory. Once the bytes of the archive are gone (see [Vault.Job]) the error wraps
// ErrNotFound; a reader that is open reads on. With Options.VerifyReads, errors.As finds a
// vault.DamageError in the error when bytes are damaged: of OpenOutput if they are
// in the MiB that the range begins in, else of Read before it gives any of them.
func (v *Vault) OpenOutput(ctx context.Context, id vault.JobID, r vault.Range) (vault.Output, error) {
	if err := cancel.Err(ctx); err != nil {
		return vault.Output{}, fmt.Errorf("job %q: %w", id, err)
	}
	d, err := v.finished(id)
	if err != nil {
		return vault.Output{}, err
	}
	out, err := v.openOutput(ctx, &d, r)
	if err != nil {
		return vault.Output{}, fmt.Errorf("job %q: %w", id, err)
	}
	return out, nil
}

func (v *Vault) openOutput(ctx context.Context, d *jobs.Document, r vault.Range) (vault.Output, error) {
	r, err := within(r, d.Size)
	if err != nil {
		return vault.Output{}, err
	}
	if d.Kind == vault.RetrieveInventory {
		f, err := v.inventories.OpenOutput(d)
		if err != nil {
			return vault.Output{}, err
		}
		return section(ctx, f, r, treehash.Hash{}), nil
	}
	f, err := v.archives.OpenOrKept(d.Archive)
	if errors.Is(err, vault.ErrNotFound) && d.Expired(v.options.now()) { // and was swept since the look at the job
		err = fmt.Errorf("the output: %w", vault.ErrExpired)
	}
	if err != nil {
		return vault.Output{}, err
	}
	hash, err := v.outputHash(ctx, d, r)
	if err != nil {
		return vault.Output{}, errors.Join(err, f.Close())
	}
	r.Offset += d.Offset
	if !v.options.VerifyReads {
		return section(ctx, f, r, hash), nil
	}
	a, ok := d.ArchiveOf()
	if !ok {
		a, err = v.archives.Get(d.Archive)
	}
	var out io.ReadCloser
	if err == nil {
		out, err = v.leaves.OpenVerified(ctx, a, f, r)
	}
	if err != nil {
		return vault.Output{}, errors.Join(err, f.Close())
	}
	return vault.Output{ReadCloser: out, Size: r.Size, TreeHash: hash}, nil
}

// section is a range of an open file. hash is that of its bytes, or zero.
func section(ctx context.Context, f files.File, r vault.Range, hash treehash.Hash) vault.Output {
	return vault.Output{
		ReadCloser: output{
			Reader: cancel.NewReader(ctx, io.NewSectionReader(f, r.Offset, r.Size)),
			Closer: f,
		},
		Size:     r.Size,
		TreeHash: hash,
	}
}

type output struct {
	io.Reader
	io.Closer
}

// outputHash returns the tree hash of a range of a job's output, by the rule of
// the service: the job's range and this one are both nodes of the archive's tree
// (Amazon Glacier API reference, "Get Job Output").
func (v *Vault) outputHash(ctx context.Context, d *jobs.Document, r vault.Range) (treehash.Hash, error) {
	if d.TreeHash.IsZero() || r.Size == d.Size {
		return d.TreeHash, nil
	}
	a, ok := d.ArchiveOf()
	if !ok {
		return treehash.Hash{}, nil
	}
	return v.leaves.Hash(ctx, a, vault.Range{Offset: d.Offset + r.Offset, Size: r.Size})
}

// Inventory lists the archives that the job's document lists, in the order of
// their ids. One whose truth was damaged is a bad entry, of which only ID and Size
// are known.
func (v *Vault) Inventory(ctx context.Context, id vault.JobID, after string) iter.Seq2[vault.Entry, error] {
	return func(yield func(vault.Entry, error) bool) {
		stopped := false
		err := v.inventory(ctx, id, after, func(e vault.Entry) bool {
			stopped = !yield(e, nil)
			return !stopped
		})
		if err != nil && !stopped {
			yield(vault.Entry{}, fmt.Errorf("inventory: %w", err))
		}
	}
}

func (v *Vault) inventory(ctx context.Context, id vault.JobID, after string, visit func(vault.Entry) bool) error {
	d, err := v.finished(id)
	if err != nil {
		return err
	}
	if d.Kind != vault.RetrieveInventory {
		return vault.Errorf(vault.ErrInvalid, "job %q is one of %s", id, d.Kind)
	}
	position, err := positionOf(after, d.Size)
	if err != nil {
		return fmt.Errorf("job %q: %w", id, err)
	}
	f, err := v.inventories.OpenOutput(&d)
	if err != nil {
		return fmt.Errorf("job %q: %w", id, err)
	}
	defer f.Close()
	rest := cancel.NewReader(ctx, io.NewSectionReader(f, position, d.Size-position))
	for e, err := range inventory.Resume(rest, d.List.CSV, position).All() {
		if err != nil {
			return fmt.Errorf("job %q: %w", id, err)
		}
		if !visit(e) {
			return nil
		}
	}
	return nil
}

// positionOf reads the Next of an entry: a byte within a document of size bytes.
func positionOf(next string, size int64) (int64, error) {
	if next == "" {
		return 0, nil
	}
	position, err := strconv.ParseInt(next, 10, 64)
	if err != nil || position <= 0 || position > size || strconv.FormatInt(position, 10) != next {
		return 0, vault.Errorf(vault.ErrInvalid, "%.40q is not where an entry ended", next)
	}
	return position, nil
}
