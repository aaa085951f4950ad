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

// adopt looks at the vault for an unfinished upload with our description whose
// parts are our bytes: one that the record does not know, or knows as that of a
// file which has grown or moved since.
func (u *upload) adopt(ctx context.Context, plan transfer.Plan) (*attempt, error) {
	candidates, err := u.unfinished(ctx)
	if err != nil {
		return nil, err
	}
	u.strangers = make(map[vault.UploadID]bool)
	for _, c := range candidates {
		at, err := u.candidate(ctx, plan, c)
		if err != nil {
			return nil, err
		}
		if at == nil {
			u.strangers[c.ID] = true
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

// candidate returns the attempt that an upload found at the vault can become, or
// nil if it is not proved to be of our bytes, or if somebody is at work on it.
func (u *upload) candidate(ctx context.Context, plan transfer.Plan, c vault.Upload) (*attempt, error) {
	switch known, err := RecordOf(ctx, u.Depot, c.ID); {
	case err == nil:
		c.ID, c.PartSize = known.ID, known.PartSize // of a single part a list tells the size of that
	case !errors.Is(err, vault.ErrNotFound):
		return nil, err
	}
	theirs := transfer.Plan{Size: plan.Size, PartSize: c.PartSize}
	if never := u.neverFits(humane.Time(c.Created), c.PartSize); never != "" && u.last.ID != c.ID { // of which it was said
		u.Notice(never)
		return nil, nil
	}
	if u.source.Stream != nil || !theirs.Fits(u.Vault.Limits()) || (u.PartSize != 0 && u.PartSize != c.PartSize) || !u.isAsked(c.Name, c.Class) {
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
	ours, err := u.provedOurs(ctx, at)
	if err != nil || !ours {
		return nil, err
	}
	return at, nil
}

// RecordOf returns the record of an upload that the vault lists, also where the list has
// it by another id than the record; vault.ErrNotFound if there is none.
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

// reserve makes sure that no other run is at work on an upload that is recorded under
// another path, and that it is none that may be an archive: how it stands is read once
// nobody else can change it. It stays reserved until the end of the call.
func (u *upload) reserve(ctx context.Context, at *attempt) (free bool, err error) {
	known, err := u.Journal.UploadByID(ctx, u.VaultURL, at.ID)
	if errors.Is(err, vault.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if known.Description != at.Description {
		return false, nil // which a vault that tells no descriptions would keep
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
		return false, nil // it may be an archive, of which that record is all that is known
	}
	at.Key = known.Key
	return true, nil
}

// takeOver records that an upload is ours now. Hashes of what may have been other bytes
// go before that: with the new source they would pass for proved. Until they are gone
// it is on record with a source that is nobody's, so that a record which may not be
// taken over keeps them, and a run that ends in between leaves none that are believed.
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

// provedOurs compares some of the held parts with the local bytes: the first and
// the last, which is enough to tell our upload from one of another file. Every
// other one is compared when its turn comes to be sent.
func (u *upload) provedOurs(ctx context.Context, at *attempt) (bool, error) {
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

// isPart reports whether the vault holds the local bytes as a part.
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

// adoptLost looks for the upload of a request whose answer never came: the only
// one that appeared since, of our part size, without parts, and in no record.
func (u *upload) adoptLost(ctx context.Context, lost record.Upload) (*attempt, error) {
	plan := transfer.Plan{Size: u.source.Size(), PartSize: lost.PartSize}
	if !plan.Fits(u.Vault.Limits()) || (u.PartSize != 0 && u.PartSize != lost.PartSize) || !u.isAsked(lost.Name, lost.Class) {
		return nil, nil
	}
	candidates, err := u.unfinished(ctx)
	if err != nil {
		return nil, err
	}
	var found []*attempt
	for _, c := range candidates {
		if c.PartSize != lost.PartSize || c.Created.Before(lost.Started.Add(-depot.ClockSlack)) || u.strangers[c.ID] || !u.isAsked(c.Name, c.Class) {
			continue
		}
		at := &attempt{Upload: lost, plan: plan}
		at.ID, at.Source = c.ID, u.provable(u.source.Identity)
		if untouched, err := u.untouched(ctx, at); err != nil {
			return nil, err
		} else if untouched {
			found = append(found, at)
		}
	}
	if len(found) != 1 {
		return nil, nil // none, or no telling which
	}
	u.Notice("continuing with the upload whose confirmation was lost")
	return found[0], u.takeOver(ctx, found[0])
}

// untouched reports whether nobody is known to use an upload.
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

// unfinished lists the vault's uploads with our description, or with our name where
// it tells no descriptions.
func (u *upload) unfinished(ctx context.Context) (found []vault.Upload, err error) {
	err = u.Retry().Do(ctx, func(ctx context.Context) error {
		found = nil
		for c, err := range u.list(ctx) {
			if err != nil {
				return err
			}
			isOurs := c.Description == u.description
			if c.Name != "" && c.Description == "" {
				isOurs = c.Name == u.name
			}
			if isOurs {
				found = append(found, c)
			}
		}
		return nil
	})
	return found, err
}
