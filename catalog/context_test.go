package catalog_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"firn/catalog"
	"firn/record"
	"firn/vault"
)

// Every method ends with the cause of a context that has ended, and changes
// nothing.
func TestEndedContext(t *testing.T) {
	c := fresh(t)
	u := saved(t, c, anUpload())
	store(t, c, anArchive("a"))
	reason := errors.New("the user had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)

	other := anUpload()
	for name, call := range map[string]func() error{
		"Open": func() error {
			_, err := catalog.Open(ctx, filepath.Join(t.TempDir(), "catalog.db"), catalog.Options{})
			return err
		},
		"LockUpload":   func() error { _, err := c.LockUpload(ctx, vaultURL, "p", "d"); return err },
		"SaveUpload":   func() error { return c.SaveUpload(ctx, &other) },
		"SavePart":     func() error { return c.SavePart(ctx, u.Key, aPart(0)) },
		"DropParts":    func() error { return c.DropParts(ctx, u.Key) },
		"FinishUpload": func() error { return c.FinishUpload(ctx, &u, anArchive("b")) },
		"MarkDeleted":  func() error { return c.MarkDeleted(ctx, vaultURL, []vault.ArchiveID{"a"}) },
		"MarkLooked":   func() error { return c.MarkLooked(ctx, vaultURL, "a", record.Missing) },
		"FindUnproved": func() error { _, _, err := c.FindUnproved(ctx, vaultURL, "p", "d"); return err },
		"FindUpload":   func() error { _, err := c.FindUpload(ctx, vaultURL, "p", "d"); return err },
		"UploadByID":   func() error { _, err := c.UploadByID(ctx, vaultURL, u.ID); return err },
		"FindArchive":  func() error { _, err := c.FindArchive(ctx, vaultURL, "a"); return err },
		"Rate":         func() error { _, err := c.Rate(ctx, vaultURL); return err },
		"Parts": func() error {
			var last error
			for _, err := range c.Parts(ctx, u.Key) {
				last = err
			}
			return last
		},
	} {
		if err := call(); !errors.Is(err, reason) {
			t.Errorf("%s: %v, want the cause", name, err)
		}
	}
	one(t, c.Archives(t.Context(), catalog.Filter{}))
	if got := one(t, c.Uploads(t.Context(), "")); got != u {
		t.Errorf("the upload is now %+v", got)
	}
}
