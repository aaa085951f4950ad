package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"
	"time"

	"firn/depot"
	"firn/record"
	"firn/source"
	"firn/treehash"
	"firn/vault"
	"firn/vault/inventory"
)

// ImportOptions says how to read an inventory from a file. VaultURL is required. By default,
// the file is assumed to list only some of the vault's archives.
type ImportOptions struct {
	// Full says that the file lists every archive that the vault had then. Only such a list
	// makes archives missing. firn cannot recognise it by the file, which may be the output of
	// a job with bounds, or a CSV file whose end was lost.
	Full bool
	// Date is the time at which the vault made the list. Default: the date in a JSON file, or
	// the modification time of the file.
	Date time.Time
	// VaultName and Region, if not empty, must match the ARN of the vault in a JSON file.
	VaultName, Region string

	// VaultURL is the canonical URL of the vault that the file lists. Import opens no vault.
	VaultURL string
}

// partial returns the Listing of a file that may lack archives: a list with a limit.
func partial() vault.Listing { return vault.Listing{Limit: math.MaxInt64} }

// Import does with an inventory in a file what [Inventory] does with an inventory from a vault.
// The file is in JSON or CSV, as Amazon Glacier writes them. Import does not use the depot's
// Vault, which may be nil. The record knows the file by its SHA-256: if Import was killed,
// importing the same file continues, and a file that was read completely is not read again.
func Import(ctx context.Context, d depot.Depot, path string, o ImportOptions) (Report, error) {
	if err := needRecord(d); err != nil {
		return Report{}, err
	}
	if o.VaultURL == "" {
		return Report{}, vault.Errorf(vault.ErrInvalid, "the URL of the inventory's vault is missing")
	}
	ctx, run, stop := depot.Begin(ctx, d)
	defer stop()
	file, err := source.OpenPlain(path)
	if err != nil {
		return Report{}, err
	}
	defer file.Close()
	i := &importing{ImportOptions: o, Run: run, path: path, file: file, started: run.Now()}
	return i.run(ctx)
}

// importing is one call of Import.
type importing struct {
	ImportOptions
	depot.Run
	path    string
	file    *source.Source
	csv     bool
	started time.Time
}

func (i *importing) run(ctx context.Context) (Report, error) {
	first := make([]byte, inventory.SniffedBytes)
	n, err := i.file.At.ReadAt(first, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Report{}, source.Unreadable(i.path, err)
	}
	if i.csv, err = inventory.Sniff(first[:n]); err == nil {
		err = i.checkHead()
	}
	if err != nil {
		return Report{}, fmt.Errorf("%q: %w", i.path, err)
	}
	sum, err := i.sum(ctx)
	if err != nil {
		return Report{}, err
	}
	f, unlock, err := openFiling(ctx, i.filing(sum))
	if err != nil {
		return Report{}, err
	}
	if !f.isRead() {
		if f.resumed > 0 {
			i.Notice(fmt.Sprintf("continuing after the %d entries of an earlier run", f.resumed))
		}
		err = i.read(ctx, f)
		if err == nil {
			err = f.finish(ctx)
		}
	}
	return f.report(), errors.Join(err, unlock())
}

// sum returns the SHA-256 of the file, by which the record knows it.
func (i *importing) sum(ctx context.Context) (treehash.Hash, error) {
	reading, stop := i.UntilDrained(ctx)
	defer stop()
	sums, err := treehash.ReadAt(reading, i.file.At, i.file.Size(), runtime.GOMAXPROCS(0))
	switch {
	case reading.Err() != nil:
		return treehash.Hash{}, context.Cause(reading)
	case err != nil:
		return treehash.Hash{}, source.Unreadable(i.path, err)
	}
	return sums.SHA256, nil
}

func (i *importing) filing(sum treehash.Hash) filing {
	list := partial()
	if i.Full {
		list = vault.Listing{}
	}
	date := i.Date
	if date.IsZero() {
		date = i.file.Identity.ModTime
	}
	if now := i.Now(); date.After(now) {
		date = now
	}
	return filing{
		journal: i.Journal, now: i.Now, started: i.started, fixedDate: !i.Date.IsZero(),
		progress: func(inv record.Inventory, finishing bool) {
			at, _ := strconv.ParseInt(inv.Position, 10, 64) // an offset in the file; see read
			i.Reading(depot.Reading{Entries: inv.Entries, Bytes: at, Size: i.file.Size(), Finishing: finishing})
		},
		inventory: record.Inventory{
			Vault: i.VaultURL, Source: "file " + sum.String(), Date: date.UTC().Round(0), List: list,
		},
	}
}

// read records the entries of the file from the recorded position on.
func (i *importing) read(ctx context.Context, f *filing) error {
	var position int64
	if p := f.inventory.Position; p != "" {
		var err error
		if position, err = strconv.ParseInt(p, 10, 64); err != nil || position < 0 || position > i.file.Size() {
			return vault.Errorf(vault.ErrInvalid, "%q: an earlier run read it up to %q, which is not a position in it", i.path, p)
		}
	}
	reader := inventory.Resume(io.NewSectionReader(i.file.At, position, i.file.Size()-position), i.csv, position)
	err := f.all(ctx, func(yield func(vault.Entry, error) bool) {
		for e, err := range reader.All() {
			if i.Stopping() {
				err = depot.ErrInterrupted
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	})
	if err != nil && !errors.Is(err, depot.ErrInterrupted) {
		return fmt.Errorf("%q: %w", i.path, err)
	}
	after, looked := i.file.Identify()
	if what := source.Difference(i.file.Identity, after); looked == nil && what != "" {
		return fmt.Errorf("%q %w: it changed meanwhile: %s", i.path, source.ErrUnreadable, what)
	}
	return errors.Join(err, looked)
}

// checkHead refuses a file that is the inventory of another vault, or not an inventory, before
// any of it is recorded.
func (i *importing) checkHead() error {
	if i.Date.After(i.Now()) {
		return vault.Errorf(vault.ErrInvalid, "the list was made at %s, which is in the future", source.Stamp(i.Date))
	}
	reader := inventory.NewReader(io.NewSectionReader(i.file.At, 0, i.file.Size()), i.csv)
	if _, err := reader.Next(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	// arn:aws:glacier:REGION:ACCOUNT:vaults/NAME
	arn := strings.SplitN(reader.Head().VaultARN, ":", 6)
	if len(arn) < 6 {
		return nil // the file does not name its vault
	}
	region, name := arn[3], strings.TrimPrefix(arn[5], "vaults/")
	if (i.VaultName != "" && name != i.VaultName) || (i.Region != "" && region != i.Region) {
		return vault.Errorf(vault.ErrInvalid, "it is the inventory of the vault %.300q", reader.Head().VaultARN)
	}
	return nil
}
