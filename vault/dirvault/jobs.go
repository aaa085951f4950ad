package dirvault

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/cancel"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/jobs"
	"firn/vault/dirvault/internal/layout"
)

// StartJob starts a job, which is done after Options.RetrievalDelay. An inventory
// is that of when the job is started: the vault's last, or a new one if that is
// due (see Options.InventoryEvery). ErrNotFound also means that the vault has
// none yet. The bounds of a Listing count to the second, a Marker is the id of
// the first archive to be listed, whether it is still there or not.
func (v *Vault) StartJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	if err := v.lockSwept(ctx); err != nil {
		return "", fmt.Errorf("start job: %w", err)
	}
	defer v.access.RUnlock()
	id, err := v.startJob(ctx, req)
	if err != nil {
		return "", fmt.Errorf("start job: %w", err)
	}
	return id, nil
}

// CheckJob checks whether a request makes sense. It reads no archive and changes nothing. ErrInvalid: it makes none, and StartJob would refuse it.
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
	d := jobs.Document{
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
		d.List = jobs.ListOf(req.List)
		if err := v.inventories.WriteOutput(ctx, &d); err != nil {
			return "", err
		}
	}
	err := cancel.Err(ctx)
	if err == nil {
		err = v.jobs.Add(&d)
	}
	if err != nil {
		return "", errors.Join(err, v.files.Remove(layout.JobOutput(d.ID)))
	}
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
		list := jobs.ListOf(req.List)
		if err := list.Check(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%q is not a kind of job", req.Kind)
	}
	return errors.Join(layout.CheckDescription(req.Description), layout.CheckTopic(req.Topic))
}

// aim checks the archive and the range of a job and sets the fields that describe them.
func (v *Vault) aim(ctx context.Context, d *jobs.Document, r vault.Range) error {
	a, err := v.archives.Get(d.Archive)
	if err != nil {
		return err
	}
	if r, err = within(r, a.Size); err != nil {
		return fmt.Errorf("archive %q: %w", a.ID, err)
	}
	d.ArchiveSize, d.ArchiveHash = a.Size, a.TreeHash
	d.Offset, d.Size = r.Offset, r.Size
	d.TreeHash, err = v.leaves.Hash(ctx, a, r)
	return err
}

// within returns the range that r means in an archive, or an output, of size bytes.
func within(r vault.Range, size int64) (vault.Range, error) {
	if r.IsZero() {
		return vault.Range{Size: size}, nil
	}
	if r.Offset < 0 || r.Size <= 0 || r.Offset > size || r.Size > size-r.Offset {
		return vault.Range{}, vault.Errorf(vault.ErrInvalid, "%d bytes from byte %d on are more than the archive's %d", r.Size, r.Offset, size)
	}
	return r, nil
}

// Job returns the state of a job. A job whose archive was deleted has failed, unless a job for
// the archive had ended by then whose output is to expire: the bytes are kept until then.
// An expired job is remembered for a day.
func (v *Vault) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	return v.jobs.Job(ctx, id)
}

// Jobs lists the jobs that are in progress and those that have ended, until their
// output expires: the oldest first, and of the same age by their ids. Damaged
// ones are left out and reported to Options.OnDamage.
func (v *Vault) Jobs(ctx context.Context) iter.Seq2[vault.Job, error] {
	return v.JobsFrom(ctx, time.Time{})
}

// JobsFrom is Jobs without those that were created before from.
func (v *Vault) JobsFrom(ctx context.Context, from time.Time) iter.Seq2[vault.Job, error] {
	return func(yield func(vault.Job, error) bool) {
		if err := v.jobs.Each(ctx, from, func(j vault.Job) bool { return yield(j, nil) }); err != nil {
			yield(vault.Job{}, fmt.Errorf("list jobs of directory vault %q: %w", v.path, err))
		}
	}
}
