package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"firn/depot"
	"firn/internal/description"
	"firn/internal/mtjournal"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/vault"
)

// MtJournalOptions says how to import a journal of mt-aws-glacier. VaultURL is required.
type MtJournalOptions struct {
	// VaultURL is the canonical URL of the vault that the journal is about: the journal
	// itself does not name one.
	VaultURL string
	// Encoding is the name of the character encoding of the names, such as latin1 or
	// windows-1251. Default: UTF-8. A name that is not in it keeps its bytes, until the same
	// journal is imported with the right encoding.
	Encoding string
}

// MtRecord is a line of a journal.
type MtRecord = mtjournal.Record

// MtLineError says which line of a journal makes no sense, and why.
type MtLineError = mtjournal.LineError

// MtLine gets a line of a journal: a record of an archive, or the error of a line that makes
// no sense and is passed over.
type MtLine func(line int, r MtRecord, bad *MtLineError)

// ImportMtJournal brings the contents of a journal of mt-aws-glacier into the record. The
// Vault of the depot is not used, and may be nil: what was stored is as sure as the journal,
// and an inventory confirms it. Jobs are passed over, since the vault lists them.
// It may be repeated, also when the journal has grown; what was read before an
// error or the end of ctx is on record. An Encoding that is not known is a vault.ErrInvalid.
func ImportMtJournal(ctx context.Context, d depot.Depot, path string, o MtJournalOptions, each MtLine) (record.Merged, error) {
	if err := needRecord(d); err != nil {
		return record.Merged{}, err
	}
	names, err := mtjournal.ParseEncoding(cmp.Or(o.Encoding, "utf-8"))
	if err != nil {
		return record.Merged{}, fmt.Errorf("%w: %w", err, vault.ErrInvalid)
	}
	if each == nil {
		each = func(int, MtRecord, *MtLineError) {}
	}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	file, err := source.OpenPlain(path)
	if err != nil {
		return record.Merged{}, err
	}
	defer file.Close()
	in := io.NewSectionReader(file.At, 0, file.Size()) // what is written from now on belongs to the next time
	i := mtImporting{MtJournalOptions: o, journal: run.Journal, each: each}
	reader := mtjournal.NewReader(in, names)
	for {
		r, err := reader.Next()
		if run.Stopping() {
			failed := i.flush(ctx)
			return i.total, errors.Join(failed, depot.ErrInterrupted)
		}
		var bad *mtjournal.LineError
		switch {
		case errors.As(err, &bad):
			each(bad.Line, MtRecord{}, bad)
			continue
		case err != nil && !errors.Is(err, io.EOF):
			failed := i.flush(ctx)
			return i.total, errors.Join(source.Unreadable(path, err), failed)
		case err == nil:
			i.add(reader.Line(), r)
		}
		ended := err != nil
		if len(i.archives) < blockEntries && !ended {
			continue
		}
		if err := i.flush(ctx); err != nil || ended {
			return i.total, err
		}
		if at, err := in.Seek(0, io.SeekCurrent); err == nil {
			run.Reading(depot.Reading{Bytes: at, Size: file.Size()})
		}
	}
}

// mtImporting is one call of ImportMtJournal.
type mtImporting struct {
	MtJournalOptions
	journal  record.MergeJournal
	each     MtLine
	archives []record.Archive // not on record yet
	total    record.Merged
}

// add takes a record of the journal.
func (i *mtImporting) add(line int, r mtjournal.Record) {
	a := record.Archive{
		Vault: i.VaultURL, ID: vault.ArchiveID(r.ArchiveID), Name: r.Name, ModTime: r.ModTime, Tool: description.MtAwsGlacier,
	}
	switch r.Kind {
	case mtjournal.Created:
		a.Size, a.Created, a.State = r.Size, r.Time, record.Stored
		a.TreeHash, _ = treehash.Parse(r.TreeHash) // one, or nothing: the reader promises it
	case mtjournal.Deleted:
		a.Size, a.State, a.Deleted = -1, record.Deleted, r.Time
	default:
		return
	}
	i.archives = append(i.archives, a)
	i.each(line, r, nil)
}

// flush brings what was read into the record.
func (i *mtImporting) flush(ctx context.Context) error {
	if len(i.archives) == 0 {
		return nil
	}
	n, err := i.journal.MergeArchives(ctx, i.archives)
	if err != nil {
		return err
	}
	i.total.Added += n.Added
	i.total.Completed += n.Completed
	i.total.Known += n.Known
	i.total.Differing += n.Differing
	i.archives = i.archives[:0]
	return nil
}
