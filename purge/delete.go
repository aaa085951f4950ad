package purge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"firn/depot"
	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// purgeBlock is how many archives are noted in one transaction, before and after
// the vault is asked to delete them. So many, and those in flight, may be asked for
// again by the run after one that was killed.
const purgeBlock = 250

// mostRefusals is how many refusals in a row end a purge: then it is not a few
// archives that may not be deleted.
const mostRefusals = 1000

// doomed is an archive that the vault is asked to delete.
type doomed struct {
	record.Archive
	refusal error // the vault's, for good
}

// deleteAll deletes what is planned, and brings the record up to what was
// achieved, however it ends.
func (p *purge) deleteAll(ctx context.Context) error {
	err := transfer.Each(ctx, p.due(ctx),
		func(d *doomed) int64 { return max(0, d.Size) }, p.request, p.note, transfer.EachOptions{
			Concurrency: cmp.Or(p.Concurrency, depot.DefaultConcurrency), RetryFor: p.Patience, Drain: p.Drain, DrainTimeout: p.Grace,
			Items: p.plan.Archives, Size: p.plan.Bytes, Progress: p.Progress,
		})
	err = errors.Join(err, p.settle(context.WithoutCancel(ctx)))
	if err == nil && p.result.Refused > 0 {
		err = fmt.Errorf("the vault refused to delete %s: %w", humane.Count(p.result.Refused, "archive"), p.refusal)
	}
	return err
}

// due yields the archives of the plan, block by block, each of them after it is on
// record that the vault is about to be asked.
func (p *purge) due(ctx context.Context) iter.Seq2[*doomed, error] {
	return func(yield func(*doomed, error) bool) {
		for after := vault.ArchiveID(""); ; {
			block, last, err := p.block(ctx, after)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, d := range block {
				if !yield(d, nil) {
					return
				}
			}
			if last == "" {
				return
			}
			after = last
		}
	}
}

// block returns some archives of the plan behind after, and the id behind which
// the next block begins; empty if there is none.
func (p *purge) block(ctx context.Context, after vault.ArchiveID) (block []*doomed, last vault.ArchiveID, err error) {
	var chosen []record.Archive
	for a, err := range p.Journal.Present(ctx, p.VaultURL, p.newest, after) {
		if err != nil {
			return nil, "", err
		}
		if p.spares(a) {
			p.result.Spared++
			continue
		}
		chosen = append(chosen, a)
		if len(chosen) == purgeBlock {
			last = a.ID
			break
		}
	}
	if len(chosen) == 0 {
		return nil, "", nil
	}
	left, err := p.Journal.MarkDeleting(ctx, p.VaultURL, chosen)
	if err != nil {
		return nil, "", err
	}
	for _, a := range chosen {
		if !slices.ContainsFunc(left, func(b record.Archive) bool { return a.ID == b.ID }) {
			block = append(block, &doomed{Archive: a})
		}
	}
	for _, a := range left {
		if a.State != record.Deleted {
			p.result.Spared++
		}
	}
	return block, last, nil
}

// request asks the vault to delete an archive. What it refuses to this archive
// alone does not end the purge.
func (p *purge) request(ctx context.Context, d *doomed) error {
	err := p.Vault.DeleteArchive(ctx, d.ID)
	if errors.Is(err, vault.ErrDenied) || errors.Is(err, vault.ErrInvalid) {
		d.refusal = err
		return nil
	}
	return err
}

// note takes down what became of an archive. Nobody else does at the same time.
func (p *purge) note(ctx context.Context, d *doomed) error {
	if d.refusal == nil {
		p.deleted = append(p.deleted, d.ID)
		p.result.Deleted++
		p.result.Bytes += max(0, d.Size)
		if d.Size < 0 {
			p.result.Unknown++
		}
		p.inARow = 0
	} else {
		p.refused = append(p.refused, d.ID)
		p.result.Refused++
		p.refusal = fmt.Errorf("archive %s: %w", depot.QuoteID(d.ID), d.refusal)
		p.inARow++
	}
	if p.inARow == mostRefusals {
		return fmt.Errorf("the vault refused to delete %s in a row: %w", humane.Count(p.inARow, "archive"), p.refusal)
	}
	if len(p.deleted)+len(p.refused) < purgeBlock {
		return nil
	}
	return p.settle(ctx)
}

// settle makes durable what was taken down.
func (p *purge) settle(ctx context.Context) error {
	if len(p.deleted) > 0 {
		if err := p.Journal.MarkDeleted(ctx, p.VaultURL, p.deleted); err != nil {
			return err
		}
		p.deleted = p.deleted[:0]
	}
	if len(p.refused) > 0 {
		if err := p.Journal.MarkRefused(ctx, p.VaultURL, p.refused); err != nil {
			return err
		}
		p.refused = p.refused[:0]
	}
	return nil
}
