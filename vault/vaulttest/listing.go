package vaulttest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"time"

	"firn/vault"
)

// Behaviours of inventories, except which archives they list.

// wait moves the vault's clock, if it can be moved.
func (s *suite) wait(d time.Duration) {
	if s.Advance != nil {
		s.Advance(d)
	}
}

// entries reads the inventory of a finished job behind an entry.
func (s *suite) entries(job vault.JobID, after string) []vault.Entry {
	s.Helper()
	entries, err := collect(s.v.Inventory(s.Context(), job, after))
	if err != nil {
		s.Fatalf("Inventory: %v", err)
	}
	for i, e := range entries {
		if e.Bad != "" || e.Raw != "" {
			s.Fatalf("entry %d is bad: %s in %q", i, e.Bad, e.Raw)
		}
	}
	return entries
}

// list starts an inventory job, waits for it, and returns the job and the archives that it
// lists.
func (s *suite) list(l vault.Listing) (vault.Job, []vault.Archive) {
	s.Helper()
	id := s.job(vault.JobRequest{Kind: vault.RetrieveInventory, List: l})
	var archives []vault.Archive
	for _, e := range s.entries(id, "") {
		archives = append(archives, e.Archive)
	}
	j := s.status(id)
	if got, want := j.List, l; !got.Since.Equal(want.Since) || !got.Until.Equal(want.Until) || got.Limit != want.Limit || got.CSV != want.CSV {
		s.Errorf("a job for %+v says that it was for %+v", want, got)
	}
	return j, archives
}

// fill stores some archives, at different times if the clock can be moved.
func (s *suite) fill() {
	s.Helper()
	for i, description := range []string{"", "plain", "with, a comma", `with "quotes"`, "{}", "last"} {
		s.wait(time.Minute)
		s.upload(content(uint64(i), int64(i)+1), description)
	}
}

// inventoryResumed: an inventory resumed behind any entry continues with exactly the rest.
func inventoryResumed(s *suite) {
	s.fill()
	for _, csv := range []bool{false, !s.Live} {
		job := s.job(vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{CSV: csv}})
		all := s.entries(job, "")
		if len(all) != 6 {
			s.Fatalf("%d archives are listed, want 6", len(all))
		}
		for i, e := range all {
			if e.Next == "" {
				s.Fatalf("entry %d does not tell where the list goes on", i)
			}
			rest := s.entries(job, e.Next)
			same := slices.EqualFunc(rest, all[i+1:], func(a, b vault.Entry) bool { return a.Archive == b.Archive && a.Next == b.Next })
			if !same {
				s.Errorf("behind entry %d come %+v, want %+v", i, rest, all[i+1:])
			}
		}
		for e, err := range s.v.Inventory(s.Context(), job, "") {
			if err != nil || e.ID != all[0].ID {
				s.Errorf("the list begins with %q, %v", e.ID, err)
			}
			break // a reader may stop early
		}
	}
}

// inventoryBetweenDates: the first bound is included, the second is not.
func inventoryBetweenDates(s *suite) {
	s.fill()
	_, all := s.list(vault.Listing{})
	times := []time.Time{{}} // the zero time is no bound
	for _, a := range all {
		if !slices.Contains(times, a.Created) {
			times = append(times, a.Created)
		}
	}
	for _, since := range times {
		for _, until := range times {
			if !until.IsZero() && !until.After(since) {
				continue
			}
			var want []vault.Archive
			for _, a := range all {
				if !a.Created.Before(since) && (until.IsZero() || a.Created.Before(until)) {
					want = append(want, a)
				}
			}
			if _, got := s.list(vault.Listing{Since: since, Until: until}); !slices.Equal(got, want) {
				s.Errorf("created from %s on and before %s: listed %+v, want %+v", since, until, got, want)
			}
		}
	}
}

// inventoryByPages: jobs with a Limit, each beginning where the one before ended, together
// list every archive once.
func inventoryByPages(s *suite) {
	if s.Live {
		_, err := s.v.StartJob(s.Context(), vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{Limit: 1}})
		s.wantError("an inventory in pages", err, vault.ErrInvalid)
		return
	}
	s.fill()
	_, all := s.list(vault.Listing{})
	for limit := range int64(len(all) + 1) {
		limit++
		var got []vault.Archive
		marker := ""
		for page := 1; ; page++ {
			j, archives := s.list(vault.Listing{Limit: limit, Marker: marker})
			if int64(len(archives)) > limit {
				s.Fatalf("%d archives on a page of %d", len(archives), limit)
			}
			got = append(got, archives...)
			if marker = j.Marker; marker == "" {
				break
			}
			if page > len(all) {
				s.Fatalf("with %d archives on a page there is no last page", limit)
			}
		}
		if !slices.Equal(got, all) {
			s.Errorf("with %d archives on a page: listed %+v, want %+v", limit, got, all)
		}
	}
}

// inventoryAsCSV: CSV lists the same archives as JSON.
func inventoryAsCSV(s *suite) {
	if s.Live {
		_, err := s.v.StartJob(s.Context(), vault.JobRequest{Kind: vault.RetrieveInventory, List: vault.Listing{CSV: true}})
		s.wantError("an inventory as CSV", err, vault.ErrInvalid)
		return
	}
	s.fill()
	_, want := s.list(vault.Listing{})
	if _, got := s.list(vault.Listing{CSV: true}); !slices.Equal(got, want) {
		s.Errorf("as CSV: listed %+v, want %+v", got, want)
	}
}

// inventoryStays: archives that are stored or deleted later do not change a finished
// inventory.
func inventoryStays(s *suite) {
	s.fill()
	job := s.job(vault.JobRequest{Kind: vault.RetrieveInventory})
	before := s.entries(job, "")
	s.upload(content(7, 1), "later")
	if err := s.v.DeleteArchive(s.Context(), before[0].ID); err != nil {
		s.Fatalf("DeleteArchive: %v", err)
	}
	s.reopen()
	same := slices.EqualFunc(s.entries(job, ""), before, func(a, b vault.Entry) bool { return a.Archive == b.Archive })
	if !same && !s.Live {
		s.Error("an inventory has changed since it was taken")
	}
	var now []vault.ArchiveID
	for id := range s.inventory() {
		now = append(now, id)
	}
	if slices.Contains(now, before[0].ID) || len(now) != len(before) {
		s.Errorf("the next inventory lists %q", now)
	}
}

// inventoryDocument: the concatenated ranges of the document are the whole document. A kind
// whose inventory is no document returns ErrInvalid.
func inventoryDocument(s *suite) {
	s.fill()
	job := s.job(vault.JobRequest{Kind: vault.RetrieveInventory})
	whole, err := s.read(job, vault.Range{})
	if errors.Is(err, vault.ErrInvalid) {
		return
	}
	if err != nil {
		s.Fatalf("OpenOutput of an inventory: %v", err)
	}
	size := int64(len(whole))
	if j := s.status(job); j.Size != size || size == 0 {
		s.Errorf("the document has %d bytes, the job says %d", size, j.Size)
	}
	for _, step := range []int64{100, size - 1, size} {
		var got []byte
		for off := int64(0); off < size; off += step {
			piece, err := s.read(job, vault.Range{Offset: off, Size: min(step, size-off)})
			if err != nil {
				s.Fatalf("OpenOutput from byte %d: %v", off, err)
			}
			got = append(got, piece...)
		}
		if !bytes.Equal(got, whole) {
			s.Errorf("pieces of %d bytes are not the whole", step)
		}
	}
	_, err = s.read(job, vault.Range{Offset: size, Size: 1})
	s.wantError("OpenOutput beyond the end", err, vault.ErrInvalid)
}

// read returns a range of an inventory job's output, which must have no tree hash.
func (s *suite) read(job vault.JobID, r vault.Range) ([]byte, error) {
	s.Helper()
	out, err := s.v.OpenOutput(s.Context(), job, r)
	if err != nil {
		return nil, err
	}
	if !out.TreeHash.IsZero() {
		s.Errorf("an inventory has tree hash %s", out.TreeHash)
	}
	b, err := io.ReadAll(out)
	return b, errors.Join(err, out.Close())
}
