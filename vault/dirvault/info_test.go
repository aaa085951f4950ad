package dirvault_test

import (
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

// TestInfo: counts are as of the last inventory, which is taken when somebody
// asks, it is due and something changed, and outlives the process. The first is
// due when the first change is old enough.
func TestInfo(t *testing.T) {
	c := newClock()
	o := dirvault.Options{Now: c.Now}
	dir := newVault(t)
	v := open(t, dir, o)
	want := func(what string, inventoried time.Time, archives, bytes int64) {
		t.Helper()
		got := info(t, v)
		if !got.Inventoried.Equal(inventoried) || got.Archives != archives || got.Bytes != bytes || got.Name != "vault" {
			t.Errorf("%s: %+v", what, got)
		}
	}
	c.Advance(48 * time.Hour)
	want("nothing was ever there", time.Time{}, 0, 0)
	first := store(t, v, noise(1000), 1000)
	want("the first archive", time.Time{}, 0, 0)
	c.Advance(time.Hour)
	store(t, v, noise(10), 10)
	v = reopen(t, v, dir, o, func() {})
	c.Advance(23*time.Hour - 1)
	want("the first is not yet due", time.Time{}, 0, 0)
	c.Advance(1)
	day := c.Now()
	want("the first is due", day, 2, 1010+2*32768)
	store(t, v, noise(10), 10)
	c.Advance(24*time.Hour - 1)
	want("the next is not yet due", day, 2, 1010+2*32768)
	v = reopen(t, v, dir, o, func() {})
	c.Advance(1)
	day = c.Now()
	want("the next is due", day, 3, 1020+3*32768)
	c.Advance(24 * time.Hour)
	want("nothing changed", day, 3, 1020+3*32768)
	if err := v.DeleteArchive(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	want("one was deleted", c.Now(), 2, 20+2*32768)
}

func info(t *testing.T, v *dirvault.Vault) vault.Info {
	t.Helper()
	i, err := v.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// TestHostileIDs: an id that this package did not make is not there, whatever
// it says, and reaches no file.
func TestHostileIDs(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	archive := store(t, v, noise(10), 10)
	upload, completion := begin(t, v, noise(10), 10)
	before := files(t, dir)
	ctx := t.Context()
	for _, id := range []string{
		"", ".", "..", "/", "../vault.json", "../../etc/passwd", "archives/" + string(archive), string(archive) + ".json",
		string(archive)[:137], string(archive) + "/", string(upload) + "/..", "\x00", "~" + string(upload)[1:],
		"../archives/" + string(archive), string(upload)[:91] + "/", string(upload)[:91] + "\\", string(upload)[:91] + "é",
	} {
		if err := v.DeleteArchive(ctx, vault.ArchiveID(id)); err != nil {
			t.Errorf("DeleteArchive %q: %v", id, err)
		}
		if err := v.AbortUpload(ctx, vault.UploadID(id)); err != nil {
			t.Errorf("AbortUpload %q: %v", id, err)
		}
		part, body := partOf(noise(10), 0, 10)
		_, err := v.UploadPart(ctx, vault.UploadID(id), part, body)
		wantClass(t, "UploadPart "+id, err, vault.ErrNotFound)
		_, err = v.CompleteUpload(ctx, vault.UploadID(id), completion)
		wantClass(t, "CompleteUpload "+id, err, vault.ErrNotFound)
		_, err = v.StartJob(ctx, vault.JobRequest{Kind: vault.RetrieveArchive, Archive: vault.ArchiveID(id)})
		wantClass(t, "StartJob "+id, err, vault.ErrNotFound)
		_, err = v.Job(ctx, vault.JobID(id))
		wantClass(t, "Job "+id, err, vault.ErrNotFound)
		_, err = v.OpenOutput(ctx, vault.JobID(id), vault.Range{})
		wantClass(t, "OpenOutput "+id, err, vault.ErrNotFound)
	}
	if after := files(t, dir); len(after) != len(before) {
		t.Errorf("the vault holds %v, want %v", after, before)
	}
}
