package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"

	"firn/treehash"
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
	case !d.ended(now):
		err = fmt.Errorf("job %q: %w", id, vault.ErrNotReady)
	case d.expired(now):
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
	hash, err := v.outputHash(ctx, &d, r)
	if err != nil {
		return vault.Output{}, errors.Join(fmt.Errorf("job %q: %w", id, err), f.Close())
	}
	section := io.NewSectionReader(f, d.Offset+r.Offset, r.Size)
	return vault.Output{ReadCloser: output{Reader: &cancelReader{ctx: ctx, r: section}, Closer: f}, Size: r.Size, TreeHash: hash}, nil
}

// outputHash returns the tree hash of a range of a job's output, by the rule of
// the service: the job's range and this one are both nodes of the archive's tree
// (Amazon Glacier API reference, "Get Job Output").
func (v *Vault) outputHash(ctx context.Context, d *jobDocument, r vault.Range) (treehash.Hash, error) {
	if d.TreeHash.IsZero() || r.Size == d.Size {
		return d.TreeHash, nil
	}
	if d.ArchiveHash.IsZero() {
		return treehash.Hash{}, nil // a job from before it was kept
	}
	a := vault.Archive{ID: d.Archive, Size: d.ArchiveSize, TreeHash: d.ArchiveHash}
	return v.hashOf(ctx, a, vault.Range{Offset: d.Offset + r.Offset, Size: r.Size})
}

// hashOf returns the tree hash of a range of an archive if the range is a node
// of its tree, else the zero Hash.
func (v *Vault) hashOf(ctx context.Context, a vault.Archive, r vault.Range) (treehash.Hash, error) {
	if r.Size < a.Size && !treehash.Aligned(r.Offset, r.End()-1, a.Size) {
		return treehash.Hash{}, nil
	}
	hash, err := v.node(ctx, a, r)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("archive %q: %w", a.ID, vault.ErrNotFound)
	}
	return hash, err
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
