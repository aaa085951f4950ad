package vaulttest

import (
	"fmt"
	"time"

	"firn/vault"
)

// jobsAreListed: a caller that lost the answer to StartJob finds the job by its token, also
// from another process.
func jobsAreListed(s *suite) {
	if all := s.jobs(); len(all) != 0 {
		if s.JobTime > 0 && s.Advance == nil {
			s.Skip("the vault has jobs already")
		}
		s.Fatalf("a vault without jobs lists %+v", all)
	}
	archive := s.upload(content(1, 2*mib), "")
	want := make(map[string]vault.JobID) // by token
	for i, req := range []vault.JobRequest{
		{Kind: vault.RetrieveArchive, Archive: archive},
		{Kind: vault.RetrieveArchive, Archive: archive, Tier: vault.Bulk, Range: vault.Range{Offset: mib, Size: mib}},
		{Kind: vault.RetrieveInventory},
	} {
		req.Description = fmt.Sprintf("token %d, {} \"quoted\"", i)
		id := s.start(req)
		want[req.Description] = id
	}
	switch {
	case s.Shared && s.JobTime == 0: // bytes that are readable at once need no job
		s.wantListed(nil)
		return
	case s.Shared:
		s.wantListedOnce(archive)
		return
	}
	s.wantListed(want)
	s.reopen()
	s.wantListed(want)
	if s.JobTime > 0 {
		s.advance(s.JobTime)
		s.wantListed(want)
	}
	s.listedUntilExpired(len(want))
}

// listedUntilExpired: an ended job is listed until its output expires.
func (s *suite) listedUntilExpired(jobs int) {
	s.Helper()
	life := s.v.Limits().OutputLifetime
	if life == 0 || s.Advance == nil {
		return
	}
	s.advance(life - time.Second)
	if all := s.jobs(); len(all) != jobs {
		s.Errorf("%d jobs are listed before their output expires, want %d", len(all), jobs)
	}
}

func (s *suite) jobs() []vault.Job {
	s.Helper()
	all, err := collect(s.v.Jobs(s.Context()))
	if err != nil {
		s.Fatalf("Jobs: %v", err)
	}
	return all
}

// wantListed checks that exactly these jobs are listed, and that Job agrees with the list.
func (s *suite) wantListed(want map[string]vault.JobID) {
	s.Helper()
	all := s.jobs()
	if len(all) != len(want) {
		s.Errorf("%d jobs are listed, want %d", len(all), len(want))
	}
	for _, j := range all {
		if want[j.Description] != j.ID {
			s.Errorf("job %q is listed with the token %q", j.ID, j.Description)
			continue
		}
		if told := s.status(j.ID); told != j {
			s.Errorf("listed as %+v, told as %+v", j, told)
		}
	}
}

// wantListedOnce checks that one job for the archive is listed, which every caller who
// needs the archive finds.
func (s *suite) wantListedOnce(archive vault.ArchiveID) {
	s.Helper()
	for _, status := range []vault.JobStatus{vault.InProgress, vault.Succeeded} {
		s.reopen()
		all := s.jobs()
		if len(all) != 1 || all[0].Archive != archive || all[0].Status != status {
			s.Fatalf("the jobs listed are %+v, want one that is %s", all, status)
		}
		if told := s.status(all[0].ID); told.Status != status {
			s.Errorf("listed as %+v, told as %+v", all[0], told)
		}
		s.advance(s.JobTime)
	}
}

// jobOfADeletedArchive: a job for a deleted archive fails and says why.
func jobOfADeletedArchive(s *suite) {
	if s.JobTime == 0 {
		return // each kind decides whether the output of a finished job outlives its archive
	}
	archive := s.upload(content(1, mib), "")
	id := s.start(vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive})
	if err := s.v.DeleteArchive(s.Context(), archive); err != nil {
		s.Fatalf("DeleteArchive: %v", err)
	}
	s.advance(s.JobTime)
	if s.Shared {
		_, err := s.v.Job(s.Context(), id)
		s.wantError("Job for a deleted archive", err, vault.ErrNotFound)
	} else if j := s.status(id); j.Status != vault.Failed || j.Message == "" || j.Completed.IsZero() {
		s.Errorf("a job whose archive was deleted is %+v", j)
	}
	out, err := s.v.OpenOutput(s.Context(), id, vault.Range{})
	if err == nil {
		_ = out.Close()
		s.Error("a failed job has an output")
	}
}
