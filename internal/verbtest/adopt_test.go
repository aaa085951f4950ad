package verbtest_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"strings"
	"testing"

	"firn/depot"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulttest"
)

// sparse is a vault whose list gives the size of the first part of an upload as its part
// size. The id of such an upload has the prefix listed.
type sparse struct{ *named }

const listed = "listed-"

func (v sparse) Uploads(ctx context.Context) iter.Seq2[vault.Upload, error] {
	return func(yield func(vault.Upload, error) bool) {
		for u, err := range v.named.Uploads(ctx) {
			for p, err := range v.Parts(ctx, u.ID) {
				if err == nil {
					u.ID, u.PartSize = listed+u.ID, p.Size
				}
				break
			}
			if !yield(u, err) {
				return
			}
		}
	}
}

func (v sparse) IsUpload(a, b vault.UploadID) bool {
	return strings.TrimPrefix(string(a), listed) == strings.TrimPrefix(string(b), listed)
}

func (v sparse) FindUpload(ctx context.Context, id vault.UploadID) (vault.Upload, error) {
	for u, err := range v.Uploads(ctx) {
		if err != nil || v.IsUpload(u.ID, id) {
			return u, err
		}
	}
	return vault.Upload{}, vault.ErrNotFound
}

func (v sparse) CountUploads(ctx context.Context) (int, error) {
	return vault.CountUploads(ctx, v.named)
}

// The record of an upload counts, if the list of the vault says less. The single part of
// this upload is not taken for one of many after the file has grown.
func TestAnUploadInOneShortPartIsTheOneOnRecord(t *testing.T) {
	s := newSite(t)
	s.write(content(1, 2*mib))
	o := s.options()
	o.PartSize = 4 * mib
	v := vaulttest.NewFaulty(sparse{s.vault}, vaulttest.Fault{Method: "UploadPart", Call: 1, Err: vault.ErrDenied, After: true})
	if _, err := upload.File(t.Context(), at(v, o.Depot), s.file, o.Options); !errors.Is(err, vault.ErrDenied) {
		t.Fatal(err)
	}
	grown := content(1, 9*mib)
	s.write(grown)
	o.PartSize = 0
	stored, _, err := s.uploadTo(sparse{s.vault}, o)
	if err != nil || stored.PartSize != 4*mib || stored.Parts != 3 {
		t.Fatalf("%+v, %v", stored, err)
	}
	s.wantOne(stored)
	if text, err := os.ReadFile(s.file); err != nil || !bytes.Equal(text, grown) {
		t.Errorf("the file is another one: %v", err)
	}
	if _, err := upload.RecordOf(t.Context(), depot.Depot{Vault: sparse{s.vault}, Journal: s.catalog}, "another"); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("the record of an upload that is on none: %v", err)
	}
}
