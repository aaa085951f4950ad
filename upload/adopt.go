package upload

import (
	"context"
	"errors"
	"fmt"

	"firn/depot"
	"firn/internal/humane"
	"firn/internal/transfer"
	"firn/record"
	"firn/vault"
)

// adopt searches the vault for an unfinished upload that has our description and whose parts
// have our bytes. The record does not know such an upload, or lists it under a file that has
// grown or moved since.
func (u *upload) adopt(ctx context.Context, plan transfer.Plan) (*attempt, error) {
	candidates, err := u.candidates(ctx)
	if err != nil {
		return nil, err
	}
	u.others = make(map[vault.UploadID]bool)
	for _, c := range candidates {
		at, err := u.candidate(ctx, plan, c)
		if err != nil {
			return nil, err
		}
		if at == nil {
			u.others[c.ID] = true
			continue
		}
		u.Notice(fmt.Sprintf("continuing an unfinished upload found at the vault, begun %s: it holds %s",
			humane.Time(c.Created), heldText(at)))
		return at, u.takeOver(ctx, at)
	}
	if len(candidates) > 0 {
		u.Notice(fmt.Sprintf("the vault also has %d unfinished upload(s) with this description that are not continued", len(candidates)))
	}
	return nil, nil
}

// candidate returns the attempt that continues an upload found at the vault. It returns nil if
// the upload's bytes do not match ours, or if another run works on it.
func (u *upload) candidate(ctx context.Context, plan transfer.Plan, c vault.Upload) (*attempt, error) {
	switch known, err := RecordOf(ctx, u.Depot, c.ID); {
	case err == nil:
		c.ID, c.PartSize = known.ID, known.PartSize // a list gives the size of a single part as the part size
	case !errors.Is(err, vault.ErrNotFound):
		return nil, err
	}
	theirs := transfer.Plan{Size: plan.Size, PartSize: c.PartSize}
	if never := u.neverFits(humane.Time(c.Created), c.PartSize); never != "" && u.last.ID != c.ID { // open has already said so of the last upload
		u.Notice(never)
		return nil, nil
	}
	if u.source.Stream != nil || !theirs.Fits(u.Vault.Limits()) || (u.PartSize != 0 && u.PartSize != c.PartSize) || !u.hasRequestedName(c.Name, c.Class) {
		return nil, nil
	}
	at := u.newAttempt(theirs)
	at.ID, at.Started = c.ID, c.Created
	if free, err := u.reserve(ctx, at); err != nil || !free {
		return nil, err
	}
	err := u.loadHeld(ctx, at)
	if errors.Is(err, vault.ErrNotFound) {
		return nil, nil // completed or aborted meanwhile
	}
	if err != nil {
		return nil, err
	}
	ours, err := u.hasOurBytes(ctx, at)
	if err != nil || !ours {
		return nil, err
	}
	return at, nil
}

// RecordOf returns the record of an upload that the vault lists, even if the list and the
// record have different ids for it. vault.ErrNotFound means that it is not on record.
func RecordOf(ctx context.Context, d depot.Depot, id vault.UploadID) (record.Upload, error) {
	d = d.WithDefaults()
	known, err := d.Journal.UploadByID(ctx, d.Vault.URL(), id)
	if _, ok := d.Vault.(vault.Sparse); !ok || !errors.Is(err, vault.ErrNotFound) {
		return known, err
	}
	for r, err := range d.Journal.Uploads(ctx, d.Vault.URL()) {
		if err != nil || vault.IsUpload(d.Vault, id, r.ID) {
			return r, err
		}
	}
	return known, err
}

// reserve locks an upload that is recorded under another path, so that no other run works on
// it, and checks that it cannot have become an archive. It reads the state after it has the
// lock. The lock lasts until the end of the call.
func (u *upload) reserve(ctx context.Context, at *attempt) (free bool, err error) {
	known, err := u.Journal.UploadByID(ctx, u.VaultURL, at.ID)
	if errors.Is(err, vault.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if known.Description != at.Description {
		return false, nil // a vault that lists no descriptions would keep the recorded one
	}
	if locked := known.Source.Path; locked != at.Source.Path {
		unlock, err := u.Journal.LockUpload(ctx, u.VaultURL, locked, known.Description)
		if errors.Is(err, vault.ErrLocked) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		u.unlocks = append(u.unlocks, unlock)
		known, err = u.Journal.UploadByID(ctx, u.VaultURL, at.ID)
		if err != nil {
			return false, err
		}
		if known.Source.Path != locked && known.Source.Path != at.Source.Path { // taken over meanwhile
			return false, nil
		}
	}
	switch known.State {
	case record.Completing, record.Completed, record.Unknown:
		return false, nil // it may have become an archive that only this record describes
	}
	at.Key = known.Key
	return true, nil
}

// takeOver records that this source owns an upload. First it deletes the recorded hashes, which
// may be those of other bytes, because with the new source they would be trusted. Until they
// are deleted, the upload is on record with a source that no file matches. If the journal
// refuses that, the hashes stay; if the run ends in between, no later run trusts them.
func (u *upload) takeOver(ctx context.Context, at *attempt) error {
	at.State = record.Open
	if at.Key != 0 {
		ours := at.Source
		at.Source = record.Source{Path: ours.Path, Size: ours.Size}
		if err := u.save(ctx, at); err != nil {
			return err
		}
		if err := u.Journal.DropParts(ctx, at.Key); err != nil {
			return err
		}
		at.Source = ours
	}
	return u.save(ctx, at)
}

// hasOurBytes compares the first and the last held part with the local bytes, which is enough
// to distinguish our upload from one of another file. The engine compares each other part
// before it would send it.
func (u *upload) hasOurBytes(ctx context.Context, at *attempt) (bool, error) {
	var first, last *vault.Part
	for _, p := range at.held {
		if first == nil || p.Offset < first.Offset {
			first = &p
		}
		if last == nil || p.Offset > last.Offset {
			last = &p
		}
	}
	if first == nil {
		return false, nil
	}
	for _, p := range []*vault.Part{first, last} {
		if p.Offset < 0 || p.Size <= 0 || p.Size > u.source.Size()-p.Offset {
			return false, nil
		}
		if same, err := u.isPart(ctx, *p); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

// isPart reports whether the vault holds the local bytes as this part.
func (u *upload) isPart(ctx context.Context, p vault.Part) (bool, error) {
	switch {
	case !p.TreeHash.IsZero():
	case p.CRC64 == 0: // nothing to compare with
		return false, nil
	default:
		sum, err := u.crc(ctx, p.Offset, p.Size)
		return sum == p.CRC64, err
	}
	hash, err := u.hash(ctx, p.Offset, p.Size)
	return hash == p.TreeHash, err
}

// adoptLost searches for the upload of a request whose answer was lost. It must be the only one
// that appeared since the request, has our part size and no parts, and is in no record.
func (u *upload) adoptLost(ctx context.Context, lost record.Upload) (*attempt, error) {
	plan := transfer.Plan{Size: u.source.Size(), PartSize: lost.PartSize}
	if !plan.Fits(u.Vault.Limits()) || (u.PartSize != 0 && u.PartSize != lost.PartSize) || !u.hasRequestedName(lost.Name, lost.Class) {
		return nil, nil
	}
	candidates, err := u.unfinished(ctx)
	if err != nil {
		return nil, err
	}
	var found []*attempt
	for _, c := range candidates {
		if c.PartSize != lost.PartSize || c.Created.Before(lost.Started.Add(-depot.ClockSlack)) || u.others[c.ID] || !u.hasRequestedName(c.Name, c.Class) {
			continue
		}
		at := &attempt{Upload: lost, plan: plan}
		at.ID, at.Source = c.ID, u.recordable(u.source.Identity)
		if untouched, err := u.untouched(ctx, at); err != nil {
			return nil, err
		} else if untouched {
			found = append(found, at)
		}
	}
	if len(found) != 1 {
		return nil, nil // none, or several
	}
	u.Notice("continuing with the upload whose confirmation was lost")
	return found[0], u.takeOver(ctx, found[0])
}

// untouched reports whether an upload is in no record and has no parts.
func (u *upload) untouched(ctx context.Context, at *attempt) (bool, error) {
	_, err := RecordOf(ctx, u.Depot, at.ID)
	if !errors.Is(err, vault.ErrNotFound) {
		return false, err
	}
	err = u.loadHeld(ctx, at)
	if errors.Is(err, vault.ErrNotFound) {
		return false, nil // completed or aborted meanwhile
	}
	return len(at.held) == 0, err
}

// unfinished lists the vault's uploads with our description. If the vault lists no
// descriptions, it lists those with our name.
func (u *upload) unfinished(ctx context.Context) (found []vault.Upload, err error) {
	err = u.Retry().Do(ctx, func(ctx context.Context) error {
		found = nil
		for c, err := range u.list(ctx) {
			if err != nil {
				return err
			}
			if u.mayBeOurs(c) {
				found = append(found, c)
			}
		}
		return nil
	})
	return found, err
}

// mayBeOurs reports whether an unfinished upload has our description or, if the vault lists no
// descriptions, our name.
func (u *upload) mayBeOurs(c vault.Upload) bool {
	if c.Name != "" && c.Description == "" {
		return c.Name == u.name
	}
	return c.Description == u.description
}
