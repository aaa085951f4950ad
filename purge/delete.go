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

// purgeBlock is the number of archives that one transaction records, before the requests and
// after them. If a purge is killed, the next one may repeat the requests for so many archives
// and for those in flight.
const purgeBlock = 250

// maxRefusals is the number of refusals in a row after which a purge ends, because then all
// archives may be protected.
const maxRefusals = 1000

// deletion is the request to delete an archive.
type deletion struct {
	record.Archive
	refusal error // the vault's refusal; nil if it deleted the archive
}

// deleteAll deletes the archives of the plan, and records the results, even after an error.
func (p *purge) deleteAll(ctx context.Context) error {
	err := transfer.Each(ctx, p.planned(ctx),
		func(d *deletion) int64 { return max(0, d.Size) }, p.request, p.noteResult, transfer.EachOptions{
			Concurrency: cmp.Or(p.Concurrency, depot.DefaultConcurrency), RetryFor: p.Patience, Drain: p.Drain, DrainTimeout: p.Grace,
			Items: p.plan.Archives, Size: p.plan.Bytes, Progress: p.Progress,
		})
	err = errors.Join(err, p.recordResults(context.WithoutCancel(ctx)))
	if err == nil && p.result.Refused > 0 {
		err = fmt.Errorf("the vault refused to delete %s: %w", humane.Count(p.result.Refused, "archive"), p.refusal)
	}
	return err
}

// planned yields the archives of the plan, block by block, each after the coming request is on
// record.
func (p *purge) planned(ctx context.Context) iter.Seq2[*deletion, error] {
	return func(yield func(*deletion, error) bool) {
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

// block returns the next archives of the plan behind after, and the id behind which the next
// block begins; the id is empty if there is none.
func (p *purge) block(ctx context.Context, after vault.ArchiveID) (block []*deletion, last vault.ArchiveID, err error) {
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
			block = append(block, &deletion{Archive: a})
		}
	}
	for _, a := range left {
		if a.State != record.Deleted {
			p.result.Spared++
		}
	}
	return block, last, nil
}

// request asks the vault to delete an archive. A refusal that concerns only this archive does
// not end the purge.
func (p *purge) request(ctx context.Context, d *deletion) error {
	err := p.Vault.DeleteArchive(ctx, d.ID)
	if errors.Is(err, vault.ErrDenied) || errors.Is(err, vault.ErrInvalid) {
		d.refusal = err
		return nil
	}
	return err
}

// noteResult adds the result of a request to those that wait. One goroutine at a time calls it.
func (p *purge) noteResult(ctx context.Context, d *deletion) error {
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
	if p.inARow == maxRefusals {
		return fmt.Errorf("the vault refused to delete %s in a row: %w", humane.Count(p.inARow, "archive"), p.refusal)
	}
	if len(p.deleted)+len(p.refused) < purgeBlock {
		return nil
	}
	return p.recordResults(ctx)
}

// recordResults records the waiting results.
func (p *purge) recordResults(ctx context.Context) error {
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
