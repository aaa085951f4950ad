package scrub

import (
	"context"
	"errors"
	"fmt"
	"os"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/count"
	"firn/vault/dirvault/internal/leaves"
)

// archive compares one archive. Damage is no error.
func (s *scrub) archive(ctx context.Context, id vault.ArchiveID) error {
	if err := s.wait(ctx, count.Overhead); err != nil {
		return err
	}
	a, err := s.v.Archives.Get(id)
	if errors.Is(err, vault.ErrNotFound) {
		return nil // deleted, or another file
	}
	if err != nil {
		return s.aboutArchive(ctx, id, err)
	}
	data, err := s.v.Archives.Open(id)
	if errors.Is(err, vault.ErrNotFound) {
		return nil
	}
	if err != nil {
		return s.aboutArchive(ctx, id, err)
	}
	defer data.Close()
	info, err := data.Stat()
	if err != nil {
		return s.aboutArchive(ctx, id, err)
	}
	// A scrub that goes on within the archive has reported this before.
	if extra := info.Size() - a.Size; extra > 0 && s.doc.In != id {
		s.found(Damage{Archive: id, Reason: fmt.Sprintf("the file has %d bytes behind the archive's last", extra)})
		s.doc.In, s.doc.Offset = id, 0
	}
	if err := s.bytesOf(ctx, a, data); err != nil {
		return err
	}
	s.doc.Archives++
	s.o.Counters.archives.Add(1)
	return nil
}

// aboutArchive records that an archive cannot be compared at all, unless the reason is that
// the scrub must end.
func (s *scrub) aboutArchive(ctx context.Context, id vault.ArchiveID, err error) error {
	if ended := s.wait(ctx, 0); ended != nil {
		return ended
	}
	s.found(Damage{Archive: id, Reason: reasonOf(fmt.Errorf("its bytes cannot be compared: %w", err))})
	return nil
}

// bytesOf compares the bytes of an archive with its leaves, or makes these anew.
func (s *scrub) bytesOf(ctx context.Context, a vault.Archive, data *os.File) error {
	n := treehash.Leaves(a.Size)
	hashes, err := s.v.Leaves.OpenAgain(ctx, a)
	if err != nil && ctx.Err() == nil {
		return s.mend(ctx, a, data)
	}
	if err != nil {
		return err
	}
	defer hashes.Close()
	first := int64(0)
	if s.doc.In == a.ID {
		first = s.doc.Offset / treehash.LeafSize
	}
	for i := first; i < n; i++ {
		_, err := hashes.Read(ctx, data, i, 1, s.buf, s.wait)
		if err := s.damage(err); err != nil {
			return err
		}
		size := leaves.Range(a, i, 1).Size
		s.count(size)
		if i+1 < n {
			s.doc.In, s.doc.Offset = a.ID, (i+1)*treehash.LeafSize
			s.writeIfOld(ctx)
		}
	}
	return nil
}

func (s *scrub) count(bytes int64) {
	s.doc.Bytes += bytes
	s.o.Counters.bytes.Add(bytes)
}

// damage records err if it is damage, and returns it if it is something else.
func (s *scrub) damage(err error) error {
	d, ok := errors.AsType[*vault.DamageError](err)
	if !ok {
		if err == nil {
			s.report() // this MiB is good
		}
		return err
	}
	if !d.Somewhere {
		s.o.Counters.leaves.Add(1)
	}
	s.found(Damage{
		Archive: d.Archive, Offset: d.Range.Offset, Size: d.Range.Size, Somewhere: d.Somewhere, Reason: reasonOf(d.Cause),
	})
	return nil
}

// mend makes leaves anew, which compares all of the archive with its hash. In a vault
// that can only be read it does no more than that.
func (s *scrub) mend(ctx context.Context, a vault.Archive, data *os.File) error {
	counted := int64(0)
	wait := func(ctx context.Context, bytes int64) error {
		err := s.wait(ctx, bytes)
		if err == nil {
			s.o.Counters.bytes.Add(bytes)
			counted += bytes
		}
		return err
	}
	var err error
	if s.v.Files.IsReadOnly() {
		err = leaves.Check(ctx, a, data, wait)
	} else if err = s.v.Leaves.Mend(ctx, a, data, wait); err == nil {
		s.doc.Mended++
	}
	if err == nil {
		s.doc.Bytes += counted
		return nil
	}
	if errors.Is(err, vault.ErrNotFound) && s.v.Access.Closed() == nil {
		return nil // deleted meanwhile
	}
	if _, ok := errors.AsType[*vault.DamageError](err); ok {
		s.doc.Bytes += counted
	}
	return s.damage(err)
}
