package firn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"runtime"

	"firn/crc64"
	"firn/internal/transfer"
	"firn/record"
	"firn/treehash"
)

// alreadyPresent looks for an archive of the same bytes that the vault still has:
// first of the same source and description, then of the same name, as an inventory
// makes them known, whatever its description. If the file looks other than it did
// then, its bytes decide.
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
	c := comparison{upload: u, last: last}
	found, err := c.find(ctx, u.Journal.FindArchives(ctx, u.VaultURL, id.Path, u.description, id.Size))
	if err == nil && found == nil && !u.vault.Limits().Names {
		found, err = c.find(ctx, u.Journal.FindNamed(ctx, u.VaultURL, []string{filepath.Base(id.Path), u.description}, id.Size))
	}
	if err != nil || found == nil {
		return Stored{}, false, err
	}
	if u.Description != "" && found.Description != u.description {
		u.Notice(fmt.Sprintf("the vault has these bytes under this name as archive %s, with the description %q", found.ID, found.Description))
	}
	return u.present(*found, last), true, nil
}

// present tells about an archive that is there.
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

// comparison is the search for archives that have the bytes of the source, which are
// read once, and only if there is something to compare them with.
type comparison struct {
	*upload
	last record.Upload
	sum  treehash.Hash // of the source, once it was read
}

// find returns the first archive that has the bytes of the source and is still there,
// nil if none is.
func (c *comparison) find(ctx context.Context, archives iter.Seq2[record.Archive, error]) (*record.Archive, error) {
	for a, err := range archives {
		if err != nil {
			return nil, err
		}
		if c.isAnother(a) {
			continue
		}
		there, err := c.isSame(ctx, a)
		if there {
			there, err = c.isStillThere(ctx, a)
		}
		if err != nil {
			return nil, err
		}
		if there {
			return &a, nil
		}
	}
	return nil, nil
}

// isSame reports whether an archive of the size of the source has its bytes.
func (c *comparison) isSame(ctx context.Context, a record.Archive) (same bool, err error) {
	if c.last.ArchiveID == a.ID && c.last.TreeHash == a.TreeHash && provedSame(c.last.Source, c.source.identity) {
		return true, nil
	}
	if c.sum.IsZero() {
		c.Notice("an archive of this name and size is there already; comparing its tree hash with the file")
		if c.sum, err = c.hash(ctx, 0, c.source.identity.Size); err != nil {
			return false, err
		}
	}
	return c.sum == a.TreeHash, nil
}

// isAnother reports whether the caller asks for an archive beside this one: an upload
// on record, whose archive is called by the path of its source, gave it another
// description than the caller gives now. Of what only an inventory told, nobody knows
// here why it is described as it is.
func (c *comparison) isAnother(a record.Archive) bool {
	return c.Description != "" && a.Description != c.description && a.Tool == "" && filepath.IsAbs(a.Name)
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
