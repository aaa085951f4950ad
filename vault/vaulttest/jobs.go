package vaulttest

import (
	"fmt"
	"time"

	"firn/treehash"
	"firn/vault"
)

func (s *suite) status(id vault.JobID) vault.Job {
	s.Helper()
	j, err := s.v.Job(s.Context(), id)
	if err != nil {
		s.Fatalf("Job: %v", err)
	}
	return j
}

// jobBeforeReady: an unfinished job has the status InProgress and no output.
// Options.JobTime is 0 for a kind whose jobs finish at once.
func jobBeforeReady(s *suite) {
	data := content(1, mib)
	id := s.upload(data, "")
	for _, kind := range []vault.JobKind{vault.RetrieveArchive, vault.RetrieveInventory} {
		req := vault.JobRequest{Kind: kind, Description: "token 1"}
		if kind == vault.RetrieveArchive {
			req.Archive = id
		}
		job := s.start(req)
		if s.JobTime > 0 && (!s.Live || kind == vault.RetrieveArchive) {
			s.wantNotReady(job, kind)
			s.advance(s.JobTime - time.Second)
			s.wantNotReady(job, kind)
			s.advance(time.Second)
		}
		j := s.status(job)
		if j.ID != job || j.Kind != kind || j.Status != vault.Succeeded || j.Completed.IsZero() || j.Created.IsZero() ||
			j.Archive != req.Archive || j.Description != req.Description {
			s.Errorf("the finished job is %+v", j)
		}
		if kind == vault.RetrieveArchive {
			s.wantOutput(job, vault.Range{}, data)
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

// expiredOutput: an output lives as long as Limits says, by the vault's clock.
func expiredOutput(s *suite) {
	life := s.v.Limits().OutputLifetime
	data := content(1, mib)
	archive := s.job(vault.JobRequest{Kind: vault.RetrieveArchive, Archive: s.upload(data, "")})
	listing := s.job(vault.JobRequest{Kind: vault.RetrieveInventory})
	j := s.status(archive)
	if life == 0 {
		if s.Shared && s.JobTime > 0 {
			s.expiredWhenTold(archive, j)
			return
		}
		if !j.Expires.IsZero() {
			s.Errorf("an output that stays expires at %s", j.Expires)
		}
		return
	}
	if !j.Expires.IsZero() && !j.Expires.Equal(j.Completed.Add(life)) {
		s.Errorf("completed at %s, expires at %s, want %s later", j.Completed, j.Expires, life)
	}
	s.advance(life - s.JobTime - time.Second)
	s.wantOutput(archive, vault.Range{}, data)
	s.advance(s.JobTime + time.Second)
	_, err := s.v.OpenOutput(s.Context(), archive, vault.Range{})
	s.wantError("OpenOutput", err, vault.ErrExpired)
	_, err = collect(s.v.Inventory(s.Context(), listing, ""))
	s.wantError("Inventory", err, vault.ErrExpired)
}

// expiredWhenTold: an output lives until the Expires of its job.
func (s *suite) expiredWhenTold(id vault.JobID, j vault.Job) {
	s.Helper()
	if j.Expires.IsZero() {
		s.Fatal("the job does not tell when its output expires")
	}
	s.advance(j.Expires.Sub(j.Completed)) // this is later than Expires, since the job took some time
	_, err := s.v.OpenOutput(s.Context(), id, vault.Range{})
	s.wantError("OpenOutput", err, vault.ErrExpired)
	_, err = s.v.Job(s.Context(), id)
	s.wantError("Job", err, vault.ErrNotFound)
}

// jobSurvives: another process finds the job and its output.
func jobSurvives(s *suite) {
	data := content(1, mib)
	archive := s.upload(data, "")
	job := s.start(vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive})
	s.reopen()
	if s.JobTime > 0 {
		s.wantNotReady(job, vault.RetrieveArchive)
		s.advance(s.JobTime)
	}
	s.reopen()
	s.wantOutput(job, vault.Range{}, data)
}

// inventory: it lists exactly the archives that were completed and not deleted.
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
		if w = s.asListed(w, a); a != w {
			s.Errorf("the inventory says %+v, want %+v", a, w)
		}
	}
}

// deleteTwice: the second deletion succeeds, and other archives remain.
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

// deleteThenRetrieve: a deleted archive is not found.
func deleteThenRetrieve(s *suite) {
	id := s.upload(content(1, mib), "")
	if err := s.v.DeleteArchive(s.Context(), id); err != nil {
		s.Fatalf("DeleteArchive: %v", err)
	}
	_, err := s.v.StartJob(s.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id})
	s.wantError("StartJob", err, vault.ErrNotFound)
}
