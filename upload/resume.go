package upload

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/vault"
)

// open returns an upload that can receive parts: the recorded one, or one at the vault that has
// our bytes, or a new one.
func (u *upload) open(ctx context.Context, last record.Upload) (*attempt, error) {
	if err := u.checkName(); err != nil {
		return nil, err
	}
	if last.State == record.Open {
		begun, err := u.begunAs(ctx, last)
		if err != nil {
			return nil, err
		}
		if !u.differs(begun) {
			if at, err := u.resume(ctx, begun); at != nil || err != nil {
				return at, err
			}
		}
	}
	if last.State == record.Initiating {
		if at, err := u.adoptLost(ctx, last); at != nil || err != nil {
			return at, err
		}
	}
	plan, err := u.newPlan(ctx)
	if err != nil {
		return nil, err
	}
	if at, err := u.adopt(ctx, plan); at != nil || err != nil {
		return at, err
	}
	if err := u.approve(plan, 0); err != nil {
		return nil, err
	}
	return u.create(ctx, plan)
}

func (u *upload) newPlan(ctx context.Context) (transfer.Plan, error) {
	wish := u.wish(u.source.Stream != nil)
	var err error
	if wish.Rate, err = u.expectedRate(ctx); err != nil {
		return transfer.Plan{}, err
	}
	return transfer.NewPlan(u.Vault.Limits(), u.source.Size(), wish)
}

// expectedRate returns the expected rate of the upload in bytes per second; 0 if it is unknown.
func (u *upload) expectedRate(ctx context.Context) (float64, error) {
	limit := float64(u.limits().At(u.Now()))
	if u.EstimateRate > 0 {
		return depot.BoundedRate(u.EstimateRate, limit), nil
	}
	learned, err := u.Journal.Rate(ctx, u.VaultURL)
	return depot.BoundedRate(learned, limit), err
}

// differs reports whether a recorded upload has another size, part size, name or class than
// this call requests, and says so in a notice. Its parts may still be useful; see adopt.
func (u *upload) differs(last record.Upload) bool {
	size := u.source.Size()
	never := u.neverFits(humane.Time(last.Started), last.PartSize)
	switch {
	case never != "":
		u.Notice(never)
	case u.source.Stream == nil && last.Source.Size != size:
		u.Notice(fmt.Sprintf("the file had %d bytes when its unfinished upload began, and has %d now", last.Source.Size, size))
	case u.PartSize != 0 && u.PartSize != last.PartSize:
		u.Notice(fmt.Sprintf("the unfinished upload has parts of %s, not of %s as requested",
			humane.Bytes(last.PartSize), humane.Bytes(u.PartSize)))
	case !u.hasRequestedName(last.Name, last.Class):
		want := u.withRequest(record.Upload{})
		u.Notice(fmt.Sprintf("the unfinished upload begun %s is for %s, not for %s as requested; it is left alone, "+
			"and another one begins", humane.Time(last.Started), asText(last.Name, last.Class), asText(want.Name, want.Class)))
	default:
		return false
	}
	return true
}

// resume continues the recorded upload. It returns nil if the vault has dropped it.
func (u *upload) resume(ctx context.Context, last record.Upload) (*attempt, error) {
	at := &attempt{Upload: last, plan: transfer.Plan{Size: u.source.Size(), PartSize: last.PartSize}}
	if err := u.loadHeld(ctx, at); err != nil {
		if err := u.explainMissing(ctx, err); !errors.Is(err, errUploadGone) {
			return nil, err
		}
		return nil, u.expire(ctx, at)
	}
	if err := u.loadKnown(ctx, at); err != nil {
		return nil, err
	}
	at.Source = u.recordable(u.source.Identity)
	u.Notice(fmt.Sprintf("continuing the upload begun %s: the vault holds %s", humane.Time(last.Started), heldText(at)))
	return at, u.save(ctx, at)
}

// loadHeld asks the vault for its list of parts, which decides what it holds. If the list has
// no tree hashes, the record supplies them: a part with the same receipt as on record has the
// bytes that we sent.
func (u *upload) loadHeld(ctx context.Context, at *attempt) error {
	if err := u.listHeld(ctx, at); err != nil {
		return err
	}
	for p, err := range u.Journal.Parts(ctx, at.Key) {
		if err != nil {
			return err
		}
		held, isHeld := at.held[p.Offset]
		if isHeld && held.TreeHash.IsZero() && held.Size == p.Size && held.Receipt != "" && held.Receipt == p.Receipt {
			held.TreeHash = p.TreeHash
			at.held[p.Offset] = held
		}
	}
	return nil
}

func (u *upload) listHeld(ctx context.Context, at *attempt) error {
	return u.Retry().Do(ctx, func(ctx context.Context) error {
		at.held = make(map[int64]vault.Part)
		for p, err := range u.Vault.Parts(ctx, at.ID) {
			if err != nil {
				return err
			}
			at.held[p.Offset] = p
		}
		return nil
	})
}

// loadKnown reads the recorded hashes of the local bytes if the source has not changed. If the
// source may have changed, loadKnown deletes them before the new source is recorded.
func (u *upload) loadKnown(ctx context.Context, at *attempt) error {
	if !source.LooksUnchanged(at.Source, u.source.Identity) {
		if u.source.Stream == nil && len(at.held) > 0 {
			u.Notice("the file's times changed since; comparing its bytes with the parts in the vault")
		}
		return u.Journal.DropParts(ctx, at.Key)
	}
	at.known = make(map[int64]treehash.Hash)
	for p, err := range u.Journal.Parts(ctx, at.Key) {
		if err != nil {
			return err
		}
		at.known[p.Offset] = p.TreeHash
	}
	return nil
}

func (u *upload) newAttempt(plan transfer.Plan) *attempt {
	return &attempt{plan: plan, Upload: u.withRequest(record.Upload{
		Vault: u.VaultURL, Source: u.recordable(u.source.Identity), Description: u.description,
		PartSize: plan.PartSize, Started: u.Now().UTC().Round(0),
	})}
}

// create begins a new upload. It records the intent before the request. If the answer is lost,
// it searches the vault for the upload before it repeats the request.
func (u *upload) create(ctx context.Context, plan transfer.Plan) (*attempt, error) {
	at := u.newAttempt(plan)
	at.State = record.Initiating
	if err := u.save(ctx, at); err != nil {
		return nil, err
	}
	var lost *attempt // the upload of an earlier request whose answer was lost
	requests := 0
	err := u.Retry().Do(ctx, func(ctx context.Context) (err error) {
		if requests > 0 {
			if lost, err = u.adoptLost(ctx, at.Upload); lost != nil || err != nil {
				return err
			}
		}
		requests++
		at.ID, err = u.Vault.CreateUpload(ctx, vault.UploadRequest{
			Name: u.name, Description: u.description, PartSize: plan.PartSize, ModTime: u.source.Identity.ModTime,
		})
		return err
	})
	_, classed := errors.AsType[*vault.ClassError](err) // the vault has removed the upload
	switch {
	case classed, requests == 1 && isRefusal(err): // the vault has begun nothing
		return nil, errors.Join(err, u.saveAs(ctx, at, record.Aborted))
	case err != nil || lost != nil:
		return lost, err
	}
	at.State = record.Open
	return at, u.save(ctx, at)
}

// isRefusal reports whether an error means that the vault has not done what was requested.
func isRefusal(err error) bool {
	return !depot.IsTemporary(err) && (errors.Is(err, vault.ErrInvalid) || errors.Is(err, vault.ErrDenied) ||
		errors.Is(err, vault.ErrNotFound) || errors.Is(err, vault.ErrExists))
}

func heldText(at *attempt) string {
	var size int64
	for _, p := range at.held {
		size += p.Size
	}
	if at.plan.Size == transfer.Unknown {
		return fmt.Sprintf("%d parts, %s", len(at.held), humane.Bytes(size))
	}
	return fmt.Sprintf("%d of %d parts, %s of %s", len(at.held), at.plan.Parts(), humane.Bytes(size), humane.Bytes(at.plan.Size))
}
