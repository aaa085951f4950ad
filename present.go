package firn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"firn/crc64"
	"firn/internal/transfer"
	"firn/record"
	"firn/treehash"
)

// alreadyPresent looks for an archive of the same source and description that the
// vault still has. If the file looks other than it did then, its bytes decide.
func (u *upload) alreadyPresent(ctx context.Context, last record.Upload) (Stored, bool, error) {
	id := u.source.identity
	compared := last.State == record.Open && provedSame(last.Source, id) // when that upload was begun
	if u.source.stream != nil && last.State == record.Completed && !u.Again {
		u.Notice(fmt.Sprintf("a stream of this description was stored as archive %s; what a stream holds shows only "+
			"when it is read, so it is stored again", last.ArchiveID))
	}
	if u.Again || u.source.stream != nil || compared {
		return Stored{}, false, nil
	}
	var hash treehash.Hash
	for a, err := range u.Journal.FindArchives(ctx, u.VaultURL, id.Path, u.description, id.Size) {
		if err != nil {
			return Stored{}, false, err
		}
		same := last.ArchiveID == a.ID && provedSame(last.Source, id)
		if !same && hash.IsZero() {
			u.Notice("an archive of this name and size is there already; comparing its tree hash with the file")
			if hash, err = u.hash(ctx, 0, id.Size); err != nil {
				return Stored{}, false, err
			}
		}
		if !same && hash != a.TreeHash {
			continue
		}
		if isThere, err := u.isStillThere(ctx, a); isThere || err != nil {
			return u.present(a, last), isThere, err
		}
	}
	return Stored{}, false, nil
}

// present tells about an archive that is there already.
func (u *upload) present(a record.Archive, last record.Upload) Stored {
	stored := Stored{
		ArchiveID: a.ID, Size: a.Size, TreeHash: a.TreeHash, Description: a.Description,
		Elapsed: u.Now().Sub(u.begin), AlreadyPresent: true,
	}
	if last.ArchiveID == a.ID && last.PartSize > 0 {
		plan := transfer.Plan{Size: a.Size, PartSize: last.PartSize}
		stored.PartSize, stored.Parts = plan.PartSize, plan.Parts()
	}
	return stored
}

// isOther reports whether the source is proved to have other bytes than those of
// an upload whose tree hash is known. Of a stream nothing is proved.
func (u *upload) isOther(ctx context.Context, than record.Upload) (bool, error) {
	id := u.source.identity
	switch {
	case u.source.stream != nil || provedSame(than.Source, id):
		return false, nil
	case than.Source.Size != id.Size:
		return true, nil
	}
	u.Notice("the file was touched since; comparing its bytes with what was uploaded")
	hash, err := u.hash(ctx, 0, id.Size)
	return hash != than.TreeHash, err
}

// hash reads bytes of the source for their tree hash, until a drain is asked for.
func (u *upload) hash(ctx context.Context, offset, size int64) (treehash.Hash, error) {
	ctx, stop := transfer.UntilDrained(ctx, u.Drain, 0)
	defer stop()
	hash, err := treehash.TreeAt(ctx, io.NewSectionReader(u.source.at, offset, size), size, runtime.GOMAXPROCS(0))
	return hash, u.explainReading(ctx, err)
}

// crc reads bytes of the source for their CRC-64, until a drain is asked for.
func (u *upload) crc(ctx context.Context, offset, size int64) (crc64.Sum, error) {
	ctx, stop := transfer.UntilDrained(ctx, u.Drain, 0)
	defer stop()
	sum, err := crc64.Read(ctx, io.NewSectionReader(u.source.at, offset, size), size)
	return sum, u.explainReading(ctx, err)
}

// explainReading names the source in an error of reading it.
func (u *upload) explainReading(ctx context.Context, err error) error {
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: %w: %w", u.source, ErrSourceChanged, err)
	}
	return unreadable(u.source.identity.Path, err)
}
