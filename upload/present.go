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

// alreadyPresent searches for an archive with the same bytes that the vault still has. It first
// tries the archives of the same source and description, then those of the same name with any
// description, which inventories list. If the file's size and times have not changed since it
// was stored or compared, its bytes are not read again.
func (u *upload) alreadyPresent(ctx context.Context, last record.Upload) (Stored, bool, error) {
	id := u.source.Identity
	u.last = last
	compared := last.State == record.Open && source.LooksUnchanged(last.Source, id) // by the run that began the upload
	if u.source.Stream != nil && last.State == record.Completed && !u.Again {
		u.Notice(fmt.Sprintf("a stream of this description was stored as archive %s; firn knows the bytes of a stream only "+
			"when it has read them, so it stores this one, too", last.ArchiveID))
	}
	if u.Again || u.source.Stream != nil || compared {
		return Stored{}, false, nil
	}
	found, from, err := u.find(ctx, u.Journal.FindArchives(ctx, u.VaultURL, id.Path, u.description, id.Size))
	switch {
	case err != nil || found != nil:
	case u.Vault.Limits().Names: // only one archive can have the name
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
	return u.presentResult(*found, from), true, nil
}

// names returns the names that an archive of the source may have. The name of a stream is the
// same for all streams, so it is left out.
func (u *upload) names() (names []string) {
	for _, name := range []string{filepath.Base(u.source.Identity.Path), u.description} {
		if name != record.Stream {
			names = append(names, name)
		}
	}
	return names
}

// find returns the first archive that has the bytes of the source, is the requested one and is
// still in the vault. It also returns the upload that stored it, if that is on record. It
// returns nil if there is no such archive.
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

// fits reports whether an archive has the bytes of the source and is the requested one. It also
// returns the upload that stored it, if that is on record.
func (u *upload) fits(ctx context.Context, a record.Archive) (from record.Upload, fits bool, err error) {
	if from, err = u.uploadOf(ctx, a); err != nil {
		return from, false, err
	}
	if fits, err = u.isSame(ctx, a, from); err == nil && fits {
		fits, err = u.isRequested(a, from)
	}
	return from, fits, err
}

// isBeside reports whether the caller wants another archive beside this one. That is so if an
// upload on record, which named the archive after the path of its source, gave it another
// description than this call does. For an archive known only from an inventory, the reason for
// its description is not known, so it is not so.
func (u *upload) isBeside(a record.Archive) bool {
	return u.Description != "" && a.Description != u.description && a.Tool == "" && filepath.IsAbs(a.Name)
}

// isSame reports whether the source has the bytes of an archive. It has them if its size and
// times are those from when it was stored, or if the tree hashes are equal. In the latter case
// isSame records the source and description, so that a later run need not read the bytes.
func (u *upload) isSame(ctx context.Context, a record.Archive, from record.Upload) (bool, error) {
	if from.ArchiveID != "" && from.TreeHash == a.TreeHash && source.LooksUnchanged(from.Source, u.source.Identity) {
		return true, nil
	}
	hash, err := u.wholeHash(ctx, "an archive of this name and size exists already; comparing its tree hash with the file's")
	if err != nil || hash != a.TreeHash {
		return false, err
	}
	now, changed := u.source.CheckUnchanged()
	if changed != nil || !now.Change.Equal(u.source.Identity.Change) {
		return true, nil //nolint:nilerr // a later read notices that the source has changed
	}
	if from.Source.Path != now.Path || from.Description != u.description || from.ArchiveID != a.ID {
		from = u.recognised(a, from)
	}
	from.Source = u.recordable(now)
	return true, u.Journal.SaveUpload(ctx, &from)
}

// recognised returns a record that connects the source with an archive of the same bytes that
// no recorded upload of this source stored. It has no upload id, because nothing was sent.
func (u *upload) recognised(a record.Archive, from record.Upload) record.Upload {
	return record.Upload{
		Vault: u.VaultURL, Description: u.description, Name: from.Name, Class: from.Class,
		PartSize: cmp.Or(from.PartSize, max(a.Size, 1)), // as one part, if the part size is not on record
		State:    record.Completed, ArchiveID: a.ID, TreeHash: a.TreeHash, Started: u.Now().UTC().Round(0),
	}
}

// presentResult returns the result for an archive that the vault already has. The upload that
// stored it may be missing from the record.
func (u *upload) presentResult(a record.Archive, from record.Upload) Stored {
	stored := Stored{
		ArchiveID: a.ID, Size: a.Size, TreeHash: a.TreeHash, Description: a.Description,
		Elapsed: u.Now().Sub(u.started), AlreadyPresent: true,
	}
	if from.ID != "" {
		plan := transfer.Plan{Size: a.Size, PartSize: from.PartSize}
		stored.PartSize, stored.Parts = plan.PartSize, plan.Parts()
	}
	return stored
}

// isOther reports whether the source is known to have other bytes than an upload whose tree
// hash is known. For a stream it reports false.
func (u *upload) isOther(ctx context.Context, than record.Upload) (bool, error) {
	id := u.source.Identity
	switch {
	case u.source.Stream != nil || source.LooksUnchanged(than.Source, id):
		return false, nil
	case than.Source.Size != id.Size:
		return true, nil
	}
	hash, err := u.wholeHash(ctx, "the file's times changed since; comparing its bytes with the archive")
	return hash != than.TreeHash, err
}

// wholeHash returns the tree hash of the whole file, and reads the file at the first call only.
// The notice gives the reason for reading.
func (u *upload) wholeHash(ctx context.Context, notice string) (hash treehash.Hash, err error) {
	if u.whole.IsZero() {
		u.Notice(notice)
		u.whole, err = u.hash(ctx, 0, u.source.Identity.Size)
	}
	return u.whole, err
}

// hash reads bytes of the source and returns their tree hash. It stops when the run must stop.
func (u *upload) hash(ctx context.Context, offset, size int64) (treehash.Hash, error) {
	ctx, stop := u.UntilDrained(ctx)
	defer stop()
	hash, err := treehash.TreeAt(ctx, io.NewSectionReader(u.source.At, offset, size), size, runtime.GOMAXPROCS(0))
	return hash, u.explainReading(ctx, err)
}

// crc reads bytes of the source and returns their CRC-64. It stops when the run must stop.
func (u *upload) crc(ctx context.Context, offset, size int64) (crc64.Sum, error) {
	ctx, stop := u.UntilDrained(ctx)
	defer stop()
	sum, err := crc64.Read(ctx, io.NewSectionReader(u.source.At, offset, size), size)
	return sum, u.explainReading(ctx, err)
}

// explainReading adds the source's name to an error of reading it.
func (u *upload) explainReading(ctx context.Context, err error) error {
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: %w: %w", u.source, source.ErrSourceChanged, err)
	}
	return source.Unreadable(u.source.Identity.Path, err)
}
