package vaulttest

import (
	"bytes"
	"time"

	"firn/vault"
)

// classesOfError: every error of the upload half belongs to its class. The upload that does
// not exist here existed before, so its id has the kind's own form.
func classesOfError(s *suite) {
	data := content(1, s.PartSize)
	gone := s.create("")
	if err := s.v.AbortUpload(s.Context(), gone); err != nil {
		s.Fatalf("AbortUpload: %v", err)
	}
	open := s.create("")
	ctx := s.Context()
	for _, c := range []struct {
		what  string
		class error
		call  func() error
	}{
		{"UploadPart to no upload", vault.ErrNotFound, func() error {
			_, err := s.v.UploadPart(ctx, gone, partOf(data, 0), bytes.NewReader(data))
			return err
		}},
		{"Parts of no upload", vault.ErrNotFound, func() error {
			_, err := collect(s.v.Parts(ctx, gone))
			return err
		}},
		{"CompleteUpload of no upload", vault.ErrNotFound, func() error {
			_, err := s.v.CompleteUpload(ctx, gone, completion(data, s.PartSize))
			return err
		}},
		{"CompleteUpload without parts", vault.ErrInvalid, func() error {
			_, err := s.v.CompleteUpload(ctx, open, completion(data, s.PartSize))
			return err
		}},
		{"CreateUpload with a bad description", vault.ErrInvalid, func() error {
			_, err := s.v.CreateUpload(ctx, vault.UploadRequest{PartSize: s.PartSize, Description: "\x00"})
			return err
		}},
		{"UploadPart beside its place", vault.ErrInvalid, func() error {
			_, err := s.v.UploadPart(ctx, open, partOf(data, 1), bytes.NewReader(data))
			return err
		}},
		{"UploadPart with a wrong hash", vault.ErrChecksum, func() error {
			_, err := s.v.UploadPart(ctx, open, partOf(data[1:], 0), bytes.NewReader(data[:len(data)-1]))
			return err
		}},
	} {
		s.wantError(c.what, c.call(), c.class)
	}
}

// classesOfErrorOfJobs: every error of the job half belongs to its class.
func classesOfErrorOfJobs(s *suite) {
	kept, deleted := s.upload(content(1, 2*mib), ""), s.upload(content(2, 1), "")
	archiveJob := s.job(vault.JobRequest{Kind: vault.RetrieveArchive, Archive: kept})
	inventoryJob := s.job(vault.JobRequest{Kind: vault.RetrieveInventory})
	if err := s.v.DeleteArchive(s.Context(), deleted); err != nil {
		s.Fatalf("DeleteArchive: %v", err)
	}
	never := vault.JobID("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	ctx := s.Context()
	start := func(req vault.JobRequest) func() error {
		return func() error {
			_, err := s.v.StartJob(ctx, req)
			return err
		}
	}
	output := func(id vault.JobID, r vault.Range) func() error {
		return func() error {
			out, err := s.v.OpenOutput(ctx, id, r)
			if err == nil {
				_ = out.Close()
			}
			return err
		}
	}
	list := func(id vault.JobID, after string) func() error {
		return func() error {
			_, err := collect(s.v.Inventory(ctx, id, after))
			return err
		}
	}
	for _, c := range []struct {
		what  string
		class error
		call  func() error
	}{
		{"StartJob for no archive", vault.ErrNotFound, start(vault.JobRequest{Kind: vault.RetrieveArchive, Archive: deleted})},
		{"StartJob of no kind", vault.ErrInvalid, start(vault.JobRequest{Kind: "melt", Archive: kept})},
		{"StartJob of no tier", vault.ErrInvalid, start(vault.JobRequest{Kind: vault.RetrieveArchive, Archive: kept, Tier: "Soon"})},
		{"StartJob beyond the end", vault.ErrInvalid, start(vault.JobRequest{
			Kind: vault.RetrieveArchive, Archive: kept, Range: vault.Range{Offset: mib, Size: 2 * mib},
		})},
		{"StartJob before the beginning", vault.ErrInvalid, start(vault.JobRequest{
			Kind: vault.RetrieveArchive, Archive: kept, Range: vault.Range{Offset: -mib, Size: 2 * mib},
		})},
		{"StartJob with a bad description", vault.ErrInvalid, start(vault.JobRequest{
			Kind: vault.RetrieveArchive, Archive: kept, Description: "\x00",
		})},
		{"Job of no id", vault.ErrNotFound, func() error { _, err := s.v.Job(ctx, never); return err }},
		{"OpenOutput of no job", vault.ErrNotFound, output(never, vault.Range{})},
		{"OpenOutput beyond the end", vault.ErrInvalid, output(archiveJob, vault.Range{Offset: 2 * mib, Size: 1})},
		{"StartJob with a negative limit", vault.ErrInvalid, start(vault.JobRequest{
			Kind: vault.RetrieveInventory, List: vault.Listing{Limit: -1},
		})},
		{"StartJob with no marker", vault.ErrInvalid, start(vault.JobRequest{
			Kind: vault.RetrieveInventory, List: vault.Listing{Marker: "\x00"},
		})},
		{"StartJob with dates the wrong way round", vault.ErrInvalid, start(vault.JobRequest{
			Kind: vault.RetrieveInventory, List: vault.Listing{Since: time.Unix(2000, 0), Until: time.Unix(1000, 0)},
		})},
		{"StartJob of an inventory of an archive", vault.ErrInvalid, start(vault.JobRequest{
			Kind: vault.RetrieveInventory, Archive: kept,
		})},
		{"Inventory of no job", vault.ErrNotFound, list(never, "")},
		{"Inventory of an archive job", vault.ErrInvalid, list(archiveJob, "")},
		{"Inventory behind no entry", vault.ErrInvalid, list(inventoryJob, "nowhere")},
	} {
		s.wantError(c.what, c.call(), c.class)
	}
}
