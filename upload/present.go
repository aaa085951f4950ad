package upload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"runtime"

	"firn/internal/crc64"
	"firn/internal/transfer"
	"firn/record"
	"firn/source"
	"firn/treehash"
)

// alreadyPresent looks for an archive of the same bytes that the vault still has:
// first of the same source and description, then of the same name, as an inventory
// makes them known, whatever its description. Unless the file looks as it did when it
// was stored, or recognised, its bytes decide.
func (u *upload) alreadyPresent(ctx context.Context, last record.Upload) (Stored, bool, error) {
	id := u.source.Identity
	u.last = last
	compared := last.State == record.Open && source.LooksUnchanged(last.Source, id) // when that upload was begun
	if u.source.Stream != nil && last.State == record.Completed && !u.Again {
		u.Notice(fmt.Sprintf("a stream of this description was stored as archive %s; what a stream holds shows only "+
			"when it is read, so it is stored again", last.ArchiveID))
	}
	if u.Again || u.source.Stream != nil || compared {
		return Stored{}, false, nil
	}
	found, from, err := u.find(ctx, u.Journal.FindArchives(ctx, u.VaultURL, id.Path, u.description, id.Size))
	switch {
	case err != nil || found != nil:
	case u.Vault.Limits().Names: // its name is what it is found by, and no other can have that
		found, from, err = u.findAtName(ctx)
	default:
		found, from, err = u.find(ctx, u.Journal.FindNamed(ctx, u.VaultURL, u.names(), id.Size))
	}
	if err != nil || found == nil {
		return Stored{}, false, err
	}
	if u.Description != "" && found.Description != u.description {
		u.Notice(fmt.Sprintf("the vault has these bytes under this name as archive %s, with the description %q", found.ID, found.Description))
	}
	return u.present(*found, from), true, nil
}

// names are what an archive of the source may be called. That of every stream says
// nothing.
func (u *upload) names() (names []string) {
	for _, name := range []string{filepath.Base(u.source.Identity.Path), u.description} {
		if name != record.Stream {
			names = append(names, name)
		}
	}
	return names
}

// find returns the first archive that has the bytes of the source, is what is asked for
// and is still there, and the upload that it came from, if that is on record. It returns
// nil if there is none.
func (u *upload) find(ctx context.Context, archives iter.Seq2[record.Archive, error]) (*record.Archive, record.Upload, error) {
	for a, err := range archives {
		if err != nil {
			return nil, record.Upload{}, err
		}
		if u.isBeside(a) {
			continue
		}
		from, found, err := u.fits(ctx, a)
		if err == nil && found {
			found, err = u.isStillThere(ctx, a, from)
		}
		if err != nil {
			return nil, record.Upload{}, err
		}
		if found {
			return &a, from, nil
		}
	}
	return nil, record.Upload{}, nil
}

// fits reports whether an archive has the bytes of the source and is what is asked for,
// and returns the upload that it came from, if that is on record.
func (u *upload) fits(ctx context.Context, a record.Archive) (from record.Upload, fits bool, err error) {
	if from, err = u.uploadOf(ctx, a); err != nil {
		return from, false, err
	}
	if fits, err = u.isSame(ctx, a, from); err == nil && fits {
		fits, err = u.isAsAsked(a, from)
	}
	return from, fits, err
}

// isBeside reports whether the caller asks for an archive beside this one: an upload
// on record, whose archive is called by the path of its source, gave it another
// description than the caller gives now. Of what only an inventory told, nobody knows
// here why it is described as it is.
func (u *upload) isBeside(a record.Archive) bool {
	return u.Description != "" && a.Description != u.description && a.Tool == "" && filepath.IsAbs(a.Name)
}

// isSame reports whether the source has the bytes of an archive: it looks as it did
// when they were uploaded, or they have the same tree hash, which is then noted with
// this source and description, so that they are not read for that again.
func (u *upload) isSame(ctx context.Context, a record.Archive, from record.Upload) (bool, error) {
	if from.ArchiveID != "" && from.TreeHash == a.TreeHash && source.LooksUnchanged(from.Source, u.source.Identity) {
		return true, nil
	}
	hash, err := u.wholeHash(ctx, "an archive of this name and size is there already; comparing its tree hash with the file")
	if err != nil || hash != a.TreeHash {
		return false, err
	}
	now, changed := u.source.CheckUnchanged()
	if changed != nil || !now.Change.Equal(u.source.Identity.Change) {
		return true, nil //nolint:nilerr // a source that changed since is noticed before it is needed again
	}
	if from.Source.Path != now.Path || from.Description != u.description || from.ArchiveID != a.ID {
		from = u.recognised(a, from)
	}
	from.Source = u.provable(now)
	return true, u.Journal.SaveUpload(ctx, &from)
}

// recognised is the record of a source that has the bytes of an archive, which did not
// come from it, or of which that is not on record. It has no id at the vault, as
// nothing was sent.
func (u *upload) recognised(a record.Archive, from record.Upload) record.Upload {
	return record.Upload{
		Vault: u.VaultURL, Description: u.description, Name: from.Name, Class: from.Class,
		PartSize: cmp.Or(from.PartSize, max(a.Size, 1)), // as one, where that is not on record
		State:    record.Completed, ArchiveID: a.ID, TreeHash: a.TreeHash, Started: u.Now().UTC().Round(0),
	}
}

// present is an archive that is there. The upload that it came from may not be on record.
func (u *upload) present(a record.Archive, from record.Upload) Stored {
	stored := Stored{
		ArchiveID: a.ID, Size: a.Size, TreeHash: a.TreeHash, Description: a.Description,
		Elapsed: u.Now().Sub(u.begin), AlreadyPresent: true,
	}
	if from.ID != "" {
		plan := transfer.Plan{Size: a.Size, PartSize: from.PartSize}
		stored.PartSize, stored.Parts = plan.PartSize, plan.Parts()
	}
	return stored
}

// isOther reports whether the source is proved to have other bytes than those of
// an upload whose tree hash is known. Of a stream nothing is proved.
func (u *upload) isOther(ctx context.Context, than record.Upload) (bool, error) {
	id := u.source.Identity
	switch {
	case u.source.Stream != nil || source.LooksUnchanged(than.Source, id):
		return false, nil
	case than.Source.Size != id.Size:
		return true, nil
	}
	hash, err := u.wholeHash(ctx, "the file was touched since; comparing its bytes with what was uploaded")
	return hash != than.TreeHash, err
}

// wholeHash is the tree hash of the file as it was when it was opened, which is read
// for that once. The notice says why.
func (u *upload) wholeHash(ctx context.Context, notice string) (hash treehash.Hash, err error) {
	if u.whole.IsZero() {
		u.Notice(notice)
		u.whole, err = u.hash(ctx, 0, u.source.Identity.Size)
	}
	return u.whole, err
}

// hash reads bytes of the source for their tree hash, until a drain is asked for.
func (u *upload) hash(ctx context.Context, offset, size int64) (treehash.Hash, error) {
	ctx, stop := u.UntilDrained(ctx)
	defer stop()
	hash, err := treehash.TreeAt(ctx, io.NewSectionReader(u.source.At, offset, size), size, runtime.GOMAXPROCS(0))
	return hash, u.explainReading(ctx, err)
}

// crc reads bytes of the source for their CRC-64, until a drain is asked for.
func (u *upload) crc(ctx context.Context, offset, size int64) (crc64.Sum, error) {
	ctx, stop := u.UntilDrained(ctx)
	defer stop()
	sum, err := crc64.Read(ctx, io.NewSectionReader(u.source.At, offset, size), size)
	return sum, u.explainReading(ctx, err)
}

// explainReading names the source in an error of reading it.
func (u *upload) explainReading(ctx context.Context, err error) error {
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: %w: %w", u.source, source.ErrSourceChanged, err)
	}
	return source.Unreadable(u.source.Identity.Path, err)
}
