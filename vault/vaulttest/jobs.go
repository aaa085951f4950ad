package vaulttest

import (
	"fmt"

	"firn/treehash"
	"firn/vault"
)

// status asks for a job.
func (s *suite) status(id vault.JobID) vault.Job {
	s.Helper()
	j, err := s.v.Job(s.Context(), id)
	if err != nil {
		s.Fatalf("Job: %v", err)
	}
	return j
}

// jobBeforeReady: an unfinished job says so and gives nothing. A kind whose jobs
// are done at once says that.
func jobBeforeReady(s *suite) {
	data := content(1, mib)
	id := s.upload(data, "")
	for _, kind := range []vault.JobKind{vault.RetrieveArchive, vault.RetrieveInventory} {
		req := vault.JobRequest{Kind: kind, Description: "token 1"}
		if kind == vault.RetrieveArchive {
			req.Archive = id
		}
		job, err := s.v.StartJob(s.Context(), req)
		if err != nil {
			s.Fatalf("StartJob: %v", err)
		}
		if s.JobTime > 0 {
			s.wantNotReady(job, kind)
			s.Advance(s.JobTime - 1)
			s.wantNotReady(job, kind)
			s.Advance(1)
		}
		j := s.status(job)
		if j.ID != job || j.Kind != kind || j.Status != vault.Succeeded || j.Completed.IsZero() || j.Created.IsZero() ||
			j.Archive != req.Archive || j.Description != req.Description {
			s.Errorf("the finished job is %+v", j)
		}
		if kind == vault.RetrieveArchive {
			s.wantOutput(s.v, job, vault.Range{}, data)
		}
	}
}

func (s *suite) wantNotReady(job vault.JobID, kind vault.JobKind) {
	s.Helper()
	if j := s.status(job); j.Status != vault.InProgress || !j.Completed.IsZero() {
		s.Errorf("the unfinished job is %+v", j)
	}
	var err error
	if kind == vault.RetrieveArchive {
		_, err = s.v.OpenOutput(s.Context(), job, vault.Range{})
	} else {
		_, err = collect(s.v.Inventory(s.Context(), job, ""))
	}
	s.wantError("the output of an unfinished job", err, vault.ErrNotReady)
}

// outputByRanges: pieces of an output, put together, are the whole.
func outputByRanges(s *suite) {
	data := content(1, 3*s.PartSize+mib/2+7)
	job := s.job(s.v, vault.JobRequest{Kind: vault.RetrieveArchive, Archive: s.upload(data, "")})
	if j := s.status(job); j.Size != int64(len(data)) || j.TreeHash != treehash.Sum(data) ||
		j.Range != (vault.Range{Size: int64(len(data))}) {
		s.Errorf("a job for the whole archive is %+v", j)
	}
	for _, step := range []int64{mib, s.PartSize, 2 * s.PartSize, int64(len(data))} {
		for off := int64(0); off < int64(len(data)); off += step {
			r := vault.Range{Offset: off, Size: min(step, int64(len(data))-off)}
			s.wantOutput(s.v, job, r, data[off:off+r.Size])
		}
	}
	for _, r := range []vault.Range{{Offset: 1, Size: 1}, {Offset: mib - 1, Size: 2}, {Offset: int64(len(data)) - 1, Size: 1}} {
		s.wantOutput(s.v, job, r, data[r.Offset:r.Offset+r.Size])
	}
}

// jobOfARange: a job for a range has that range as its output, and a tree hash
// exactly when the range has one.
func jobOfARange(s *suite) {
	data := content(1, 6*mib+mib/2)
	archive := s.upload(data, "")
	for _, c := range []struct {
		first, end int64 // in MiB; an end beyond the archive means its end
		hashed     bool
	}{
		{0, 1, true},
		{1, 2, true},
		{0, 4, true},
		{4, 7, true},
		{0, 7, true},
		{6, 7, true},
		{1, 3, false},
		{0, 3, false},
		{3, 7, false},
	} {
		r := vault.Range{Offset: c.first * mib}
		r.Size = min(c.end*mib, int64(len(data))) - r.Offset
		piece := data[r.Offset : r.Offset+r.Size]
		job := s.job(s.v, vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive, Range: r, Tier: vault.Bulk})
		j := s.status(job)
		var hash treehash.Hash
		if c.hashed {
			hash = treehash.Sum(piece)
		}
		if j.Range != r || j.Size != r.Size || j.TreeHash != hash || j.Tier != vault.Bulk {
			s.Errorf("a job for %+v is %+v, want tree hash %s", r, j, hash)
		}
		s.wantOutput(s.v, job, vault.Range{}, piece)
		s.wantOutput(s.v, job, vault.Range{Offset: 1, Size: r.Size - 1}, piece[1:])
	}
}

// expiredOutput: an output lives as long as Limits says, by the vault's clock.
func expiredOutput(s *suite) {
	life := s.v.Limits().OutputLifetime
	data := content(1, mib)
	archive := s.job(s.v, vault.JobRequest{Kind: vault.RetrieveArchive, Archive: s.upload(data, "")})
	listing := s.job(s.v, vault.JobRequest{Kind: vault.RetrieveInventory})
	j := s.status(archive)
	if life == 0 {
		if !j.Expires.IsZero() {
			s.Errorf("an output that stays expires at %s", j.Expires)
		}
		return
	}
	if !j.Expires.Equal(j.Completed.Add(life)) {
		s.Errorf("completed at %s, expires at %s, want %s later", j.Completed, j.Expires, life)
	}
	s.Advance(life - s.JobTime - 1)
	s.wantOutput(s.v, archive, vault.Range{}, data)
	s.Advance(s.JobTime + 1)
	_, err := s.v.OpenOutput(s.Context(), archive, vault.Range{})
	s.wantError("OpenOutput", err, vault.ErrExpired)
	_, err = collect(s.v.Inventory(s.Context(), listing, ""))
	s.wantError("Inventory", err, vault.ErrExpired)
}

// jobSurvives: another process finds the job and its output.
func jobSurvives(s *suite) {
	data := content(1, mib)
	archive := s.upload(data, "")
	job, err := s.v.StartJob(s.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive})
	if err != nil {
		s.Fatalf("StartJob: %v", err)
	}
	s.v = s.Reopen(s.T, s.v)
	if s.JobTime > 0 {
		s.wantNotReady(job, vault.RetrieveArchive)
		s.Advance(s.JobTime)
	}
	s.v = s.Reopen(s.T, s.v)
	s.wantOutput(s.v, job, vault.Range{}, data)
}

// inventory: it lists exactly what was completed and not deleted.
func inventory(s *suite) {
	s.wantArchives()
	want := make(map[vault.ArchiveID]vault.Archive)
	for i := range uint64(5) {
		data := content(i, int64(i)*mib+1)
		description := fmt.Sprintf("archive %d", i)
		id := s.upload(data, description)
		want[id] = vault.Archive{ID: id, Description: description, Size: int64(len(data)), TreeHash: treehash.Sum(data)}
	}
	unfinished := s.create("unfinished")
	data := content(9, s.PartSize)
	s.send(unfinished, data, partOf(data, 0))
	deleted := s.upload(content(10, 1), "deleted")
	if err := s.v.DeleteArchive(s.Context(), deleted); err != nil {
		s.Fatalf("DeleteArchive: %v", err)
	}
	got := s.inventory()
	if len(got) != len(want) {
		s.Errorf("%d archives are listed, want %d", len(got), len(want))
	}
	for id, w := range want {
		a := got[id]
		if a.Created.IsZero() {
			s.Errorf("archive %q has no creation date", id)
		}
		w.Created = a.Created
		if a != w {
			s.Errorf("the inventory says %+v, want %+v", a, w)
		}
	}
}

// deleteTwice: the second time is no error, and other archives stay.
func deleteTwice(s *suite) {
	data := content(1, mib)
	kept, deleted := s.upload(data, "kept"), s.upload(data, "deleted")
	if kept == deleted {
		s.Fatal("two archives with the same bytes have one id")
	}
	for range 2 {
		if err := s.v.DeleteArchive(s.Context(), deleted); err != nil {
			s.Errorf("DeleteArchive: %v", err)
		}
	}
	s.wantArchives(kept)
	s.wantContent(kept, data)
}

// deleteThenRetrieve: what was deleted is not found.
func deleteThenRetrieve(s *suite) {
	id := s.upload(content(1, mib), "")
	if err := s.v.DeleteArchive(s.Context(), id); err != nil {
		s.Fatalf("DeleteArchive: %v", err)
	}
	_, err := s.v.StartJob(s.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id})
	s.wantError("StartJob", err, vault.ErrNotFound)
}
