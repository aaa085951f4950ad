package vaulttest

import (
	"bytes"

	"firn/vault"
)

// resume: a fresh value over the same vault continues from what Parts lists.
func resume(s *suite) {
	data := content(1, 3*s.PartSize+1)
	parts := split(data, s.PartSize)
	id := s.create("half way")
	s.send(id, data, parts[0])
	s.send(id, data, parts[2])
	s.reopen()
	s.wantParts(id, parts[0], parts[2])
	s.send(id, data, parts[1])
	s.send(id, data, parts[3])
	s.reopen()
	s.wantParts(id, parts...)
	archive := s.complete(id, data)
	s.reopen()
	s.wantArchives(archive)
	s.wantContent(archive, data)
}

// uploads returns the unfinished uploads by id.
func (s *suite) uploads() map[vault.UploadID]vault.Upload {
	s.Helper()
	uploads, err := collect(s.v.Uploads(s.Context()))
	if err != nil {
		s.Fatalf("Uploads: %v", err)
	}
	byID := make(map[vault.UploadID]vault.Upload)
	for _, u := range uploads {
		byID[u.ID] = u
	}
	return byID
}

// uploadsAreListed: Uploads lists open uploads, and none that has ended.
func uploadsAreListed(s *suite) {
	data := content(1, s.PartSize)
	open, aborted, completed := s.create("open"), s.create("aborted"), s.create("completed")
	s.send(open, data, partOf(data, 0))
	if got := s.uploads(); len(got) != 3 {
		s.Errorf("%d uploads are listed, want 3", len(got))
	}
	if err := s.v.AbortUpload(s.Context(), aborted); err != nil {
		s.Errorf("AbortUpload: %v", err)
	}
	s.send(completed, data, partOf(data, 0))
	s.complete(completed, data)
	for _, fresh := range []bool{false, true} {
		if fresh {
			s.reopen()
		}
		got := s.uploads()
		if u, err := vault.FindUpload(s.Context(), s.v, open); err != nil || !vault.IsUpload(s.v, u.ID, open) {
			s.Errorf("FindUpload found %+v, %v", u, err)
		}
		_, err := vault.FindUpload(s.Context(), s.v, aborted)
		s.wantError("FindUpload of one that was aborted", err, vault.ErrNotFound)
		described := s.Bare || got[open].Description == "open"
		if u := got[open]; len(got) != 1 || !described || u.PartSize != s.PartSize || u.Created.IsZero() {
			s.Errorf("Uploads lists %+v, want only %q", got, open)
		}
	}
}

// completeTwice: a repeated call returns the first result.
func completeTwice(s *suite) {
	data := content(1, s.PartSize+1)
	id := s.create("twice")
	for _, p := range split(data, s.PartSize) {
		s.send(id, data, p)
	}
	first := s.complete(id, data)
	if second := s.complete(id, data); second != first {
		s.Errorf("completed again, the archive is %q rather than %q", second, first)
	}
	s.reopen()
	switch third, err := s.v.CompleteUpload(s.Context(), id, s.completion(id, data)); {
	case err == nil && third != first:
		s.Errorf("completed by another process, the archive is %q rather than %q", third, first)
	case err != nil && s.ShortMemory:
		s.wantError("CompleteUpload by another process", err, vault.ErrNotFound)
	case err != nil:
		s.Errorf("CompleteUpload by another process: %v", err)
	}
	s.wantArchives(first)
}

// abortThenComplete: no method finds an aborted upload.
func abortThenComplete(s *suite) {
	data := content(1, s.PartSize)
	id := s.create("")
	s.send(id, data, partOf(data, 0))
	if err := s.v.AbortUpload(s.Context(), id); err != nil {
		s.Fatalf("AbortUpload: %v", err)
	}
	_, err := s.v.CompleteUpload(s.Context(), id, completion(data, s.PartSize))
	s.wantError("CompleteUpload", err, vault.ErrNotFound)
	_, err = s.v.UploadPart(s.Context(), id, partOf(data, 0), bytes.NewReader(data))
	s.wantError("UploadPart", err, vault.ErrNotFound)
	_, err = collect(s.v.Parts(s.Context(), id))
	s.wantError("Parts", err, vault.ErrNotFound)
	s.wantArchives()
}

// abortTwice: aborting an upload that does not exist succeeds.
func abortTwice(s *suite) {
	id := s.create("")
	for range 2 {
		if err := s.v.AbortUpload(s.Context(), id); err != nil {
			s.Errorf("AbortUpload: %v", err)
		}
	}
	if got := s.uploads(); len(got) != 0 {
		s.Errorf("%d uploads are listed after the abort", len(got))
	}
}

// abortLeavesArchivesAlone: aborting a completed upload may be an error, and never touches
// the archive.
func abortLeavesArchivesAlone(s *suite) {
	data := content(1, s.PartSize)
	id := s.create("")
	s.send(id, data, partOf(data, 0))
	archive := s.complete(id, data)
	if err := s.v.AbortUpload(s.Context(), id); err != nil {
		s.wantError("AbortUpload of a completed upload", err, vault.ErrNotFound)
	}
	s.wantContent(archive, data)
}

// cancelled: a call with a cancelled context changes nothing and returns the cause.
func cancelled(s *suite) {
	data := content(1, s.PartSize)
	ready := s.create("ready")
	s.send(ready, data, partOf(data, 0))
	empty := s.create("empty")
	ctx, cause := s.ended()

	_, err := s.v.CreateUpload(ctx, vault.UploadRequest{PartSize: s.PartSize})
	s.wantError("CreateUpload", err, cause)
	_, err = s.v.UploadPart(ctx, empty, partOf(data, 0), bytes.NewReader(data))
	s.wantError("UploadPart", err, cause)
	_, err = s.v.CompleteUpload(ctx, ready, completion(data, s.PartSize))
	s.wantError("CompleteUpload", err, cause)
	s.wantError("AbortUpload", s.v.AbortUpload(ctx, ready), cause)
	_, err = collect(s.v.Parts(ctx, ready))
	s.wantError("Parts", err, cause)
	_, err = collect(s.v.Uploads(ctx))
	s.wantError("Uploads", err, cause)

	s.wantArchives()
	s.wantParts(empty)
	if got := s.uploads(); len(got) != 2 {
		s.Errorf("%d uploads are listed, want 2", len(got))
	}
	archive := s.complete(ready, data)
	s.wantError("DeleteArchive", s.v.DeleteArchive(ctx, archive), cause)
	s.wantContent(archive, data)
}
