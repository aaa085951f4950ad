package reconcile

import (
	"cmp"
	"context"
	"errors"
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
	// VaultURL is the canonical URL of the vault of the journal, which does not name a vault
	// itself.
	VaultURL string
	// Encoding is the name of the character encoding of the names, such as latin1 or
	// windows-1251. Default: UTF-8. A name that is invalid in it keeps its bytes, until the
	// same journal is imported with the right encoding.
	Encoding string
}

// MtRecord is a line of a journal.
type MtRecord = mtjournal.Record

// MtLineError says which line of a journal makes no sense, and why.
type MtLineError = mtjournal.LineError

// MtLine is called for a line of a journal: with the record of an archive, or with the error of
// an invalid line and is skipped.
type MtLine func(line int, r MtRecord, bad *MtLineError)

// ImportMtJournal adds the archives of a journal of mt-aws-glacier to the record. It does not
// use the depot's Vault, which may be nil. The archives are as certain as the journal, and an
// inventory confirms them. Jobs in the journal are skipped, because the vault lists them. The
// import may be repeated, also when the journal has grown. The lines before an error, or before
// the end of ctx, are on record. An unknown Encoding is a vault.ErrInvalid.
func ImportMtJournal(ctx context.Context, d depot.Depot, path string, o MtJournalOptions, each MtLine) (record.Merged, error) {
	if err := needRecord(d); err != nil {
		return record.Merged{}, err
	}
	names, err := mtjournal.ParseEncoding(cmp.Or(o.Encoding, "utf-8"))
	if err != nil {
		return record.Merged{}, vault.Errorf(vault.ErrInvalid, "%w", err)
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
	in := io.NewSectionReader(file.At, 0, file.Size()) // later lines belong to the next import
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
	archives []record.Archive // archives that are not on record yet
	total    record.Merged
}

func (i *mtImporting) add(line int, r mtjournal.Record) {
	a := record.Archive{
		Vault: i.VaultURL, ID: vault.ArchiveID(r.ArchiveID), Name: r.Name, ModTime: r.ModTime, Tool: description.MtAwsGlacier,
	}
	switch r.Kind {
	case mtjournal.Created:
		a.Size, a.Created, a.State = r.Size, r.Time, record.Stored
		a.TreeHash, _ = treehash.Parse(r.TreeHash) // the reader returns a valid hash or nothing
	case mtjournal.Deleted:
		a.Size, a.State, a.Deleted = -1, record.Deleted, r.Time
	default:
		return
	}
	i.archives = append(i.archives, a)
	i.each(line, r, nil)
}

// flush adds the waiting archives to the record.
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
