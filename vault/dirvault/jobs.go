package dirvault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// StartJob starts a job, which is done after Options.RetrievalDelay. An inventory
// is that of when the job is started: the vault's last, or a new one if that is
// due (see Options.InventoryEvery). ErrNotFound also means that the vault has
// none yet. The bounds of a Listing count to the second, a Marker is the id of
// the first archive to be listed, whether it is still there or not.
func (v *Vault) StartJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	if err := v.access.RLock(ctx); err != nil {
		return "", fmt.Errorf("start job: %w", err)
	}
	defer v.access.RUnlock()
	v.sweepKept()
	id, err := v.startJob(ctx, req)
	if err != nil {
		return "", fmt.Errorf("start job: %w", err)
	}
	return id, nil
}

// CheckJob tells whether a request makes sense, without a look at the archives and without
// a change to the vault. ErrInvalid: it makes none, and StartJob would refuse it.
func (v *Vault) CheckJob(req vault.JobRequest) error {
	if err := checkJobRequest(withTier(req)); err != nil {
		return fmt.Errorf("start job: %w", layout.Invalid(err))
	}
	return nil
}

// withTier is a request with the tier that it means.
func withTier(req vault.JobRequest) vault.JobRequest {
	switch {
	case req.Kind == vault.RetrieveInventory:
		req.Tier = "" // which has a meaning for archives only
	case req.Tier == "":
		req.Tier = vault.Standard
	}
	return req
}

func (v *Vault) startJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	req = withTier(req)
	if err := checkJobRequest(req); err != nil {
		return "", layout.Invalid(err)
	}
	now := v.options.now()
	d := jobDocument{
		Version:     durable.FormatVersion,
		ID:          vault.JobID(layout.NewID()),
		Kind:        req.Kind,
		Archive:     req.Archive,
		Tier:        req.Tier,
		Description: req.Description,
		Topic:       req.Topic,
		Created:     now,
		Completed:   now.Add(max(0, v.options.RetrievalDelay(req.Kind, req.Tier))),
	}
	if v.options.OutputLifetime > 0 {
		d.Expires = d.Completed.Add(v.options.OutputLifetime)
	}
	if req.Kind == vault.RetrieveArchive {
		if err := v.aim(ctx, &d, req.Range); err != nil {
			return "", err
		}
	} else {
		d.List = listDocumentOf(req.List)
		if err := v.writeOutput(ctx, &d); err != nil {
			return "", err
		}
	}
	err := cancelled(ctx)
	if err == nil {
		err = v.writeDocument(layout.JobDocument(d.ID), &d)
	}
	if err != nil {
		return "", errors.Join(err, v.removeFile(layout.JobOutput(d.ID)))
	}
	v.indexJob(d.ID, d.times())
	v.outputs.note(&d, now)
	return d.ID, nil
}

func checkJobRequest(req vault.JobRequest) error {
	switch req.Kind {
	case vault.RetrieveArchive:
		if !slices.Contains(layout.Limits().Tiers, req.Tier) {
			return fmt.Errorf("%q is not a tier", req.Tier)
		}
		if req.List != (vault.Listing{}) {
			return errors.New("an archive lists nothing")
		}
	case vault.RetrieveInventory:
		if req.Archive != "" || !req.Range.IsZero() {
			return errors.New("an inventory has no archive and no range")
		}
		list := listDocumentOf(req.List)
		if err := list.Check(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%q is not a kind of job", req.Kind)
	}
	return errors.Join(layout.CheckDescription(req.Description), layout.CheckTopic(req.Topic))
}

// aim checks the archive and the range of a job and fills in what follows from
// them.
func (v *Vault) aim(ctx context.Context, d *jobDocument, r vault.Range) error {
	a, err := v.archive(d.Archive)
	if err != nil {
		return err
	}
	if r, err = within(r, a.Size); err != nil {
		return fmt.Errorf("archive %q: %w", a.ID, err)
	}
	d.ArchiveSize, d.ArchiveHash = a.Size, a.TreeHash
	d.Offset, d.Size = r.Offset, r.Size
	d.TreeHash, err = v.hashOf(ctx, a, r)
	return err
}

// within returns the run of bytes that r means in something of size bytes.
func within(r vault.Range, size int64) (vault.Range, error) {
	if r.IsZero() {
		return vault.Range{Size: size}, nil
	}
	if r.Offset < 0 || r.Size <= 0 || r.Offset > size || r.Size > size-r.Offset {
		return vault.Range{}, fmt.Errorf("%d bytes from byte %d, where there are %d: %w", r.Size, r.Offset, size, vault.ErrInvalid)
	}
	return r, nil
}
