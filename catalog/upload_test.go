package catalog_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"firn/record"
	"firn/treehash"
	"firn/vault"
)

func TestUploadKeepsEveryField(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	full := anUpload()
	bare := record.Upload{Vault: vaultURL, Source: record.Source{Path: record.Stream, Size: -1}, State: record.Initiating}
	odd := anUpload()
	odd.Source.Path = "/srv/\xff\xfe\x00\n\u202e$1';--"
	odd.Description = "\x00\x80 ' \" % _ \xc3\x28"
	for name, u := range map[string]record.Upload{"full": full, "bare": bare, "odd bytes": odd} {
		t.Run(name, func(t *testing.T) {
			want := saved(t, open(t, path), u)
			if want.Key == 0 || !want.Updated.Equal(instant) {
				t.Fatalf("key %d, updated %s; want a key and %s", want.Key, want.Updated, instant)
			}
			got, err := open(t, path).FindUpload(t.Context(), u.Vault, u.Source.Path, u.Description)
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestSaveUploadUpdates(t *testing.T) {
	c := fresh(t)
	u := saved(t, c, anUpload())
	key := u.Key
	u.State, u.Sent = record.Completing, 7
	u = saved(t, c, u)
	if u.Key != key {
		t.Errorf("the key changed from %d to %d", key, u.Key)
	}
	if got := one(t, c.Uploads(t.Context(), "")); got != u {
		t.Errorf("got  %+v\nwant %+v", got, u)
	}
}

func TestSaveUploadFailsWhole(t *testing.T) {
	c := fresh(t)
	unknown := anUpload()
	unknown.Key = 42
	late := anUpload()
	late.Source.ModTime = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, u := range map[string]record.Upload{"unknown key": unknown, "five digits of a year": late} {
		before := u
		if err := c.SaveUpload(t.Context(), &u); err == nil {
			t.Errorf("%s: no error", name)
		}
		if u != before {
			t.Errorf("%s: the upload was changed to %+v", name, u)
		}
	}
	if err := c.SaveUpload(t.Context(), &unknown); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("unknown key: %v, want ErrNotFound", err)
	}
	if left := all(t, c.Uploads(t.Context(), "")); len(left) != 0 {
		t.Errorf("%d uploads were saved", len(left))
	}
}

func TestFindUploadReturnsTheNewest(t *testing.T) {
	c := fresh(t)
	first := anUpload()
	first.State = record.Expired
	saved(t, c, first)
	second := saved(t, c, anUpload())
	other := anUpload()
	other.Description = "another"
	saved(t, c, other)

	got, err := c.FindUpload(t.Context(), vaultURL, second.Source.Path, second.Description)
	if err != nil || got != second {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, second)
	}
	for _, q := range [][3]string{
		{"glacier://other", second.Source.Path, second.Description},
		{vaultURL, second.Source.Path + "x", second.Description},
		{vaultURL, second.Source.Path, ""},
	} {
		if _, err := c.FindUpload(t.Context(), q[0], q[1], q[2]); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("FindUpload(%q): %v, want ErrNotFound", q, err)
		}
	}
}

func TestUploadByID(t *testing.T) {
	c := fresh(t)
	u := saved(t, c, anUpload())
	nameless := anUpload()
	nameless.ID = ""
	saved(t, c, nameless)

	if got, err := c.UploadByID(t.Context(), vaultURL, u.ID); err != nil || got != u {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, u)
	}
	for _, id := range []vault.UploadID{"", "-upload_id", "-upload_I"} {
		if _, err := c.UploadByID(t.Context(), vaultURL, id); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("UploadByID(%q): %v, want ErrNotFound", id, err)
		}
	}
}

func TestUploadsListsTheUnsettled(t *testing.T) {
	c := fresh(t)
	var want []record.UploadState
	for _, s := range []record.UploadState{
		record.Initiating, record.Completed, record.Open, record.Expired,
		record.Completing, record.Aborted, record.Unknown,
	} {
		u := anUpload()
		u.State = s
		saved(t, c, u)
	}
	want = []record.UploadState{record.Initiating, record.Open, record.Completing, record.Unknown}
	for _, url := range []string{"", vaultURL} {
		var got []record.UploadState
		for _, u := range all(t, c.Uploads(t.Context(), url)) {
			got = append(got, u.State)
		}
		if !slices.Equal(got, want) {
			t.Errorf("Uploads(%q): %v, want %v", url, got, want)
		}
	}
	if got := all(t, c.Uploads(t.Context(), "glacier://other")); len(got) != 0 {
		t.Errorf("another vault has %d uploads", len(got))
	}
}

func TestFinishUpload(t *testing.T) {
	c := fresh(t)
	u := saved(t, c, anUpload())
	other := saved(t, c, anUpload())
	for n := range int64(3) {
		for _, key := range []int64{u.Key, other.Key} {
			if err := c.SavePart(t.Context(), key, aPart(n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	a := anArchive("id-1")
	for range 2 { // it may be repeated
		if err := c.FinishUpload(t.Context(), &u, a); err != nil {
			t.Fatal(err)
		}
		if u.State != record.Completed || u.ArchiveID != a.ID {
			t.Errorf("the upload is %s with archive %q", u.State, u.ArchiveID)
		}
		if got := one(t, c.Archives(t.Context(), catalogAll)); got != a {
			t.Errorf("got  %+v\nwant %+v", got, a)
		}
	}
	if got := all(t, c.Parts(t.Context(), u.Key)); len(got) != 0 {
		t.Errorf("%d parts are left", len(got))
	}
	if got := all(t, c.Parts(t.Context(), other.Key)); len(got) != 3 {
		t.Errorf("%d parts of the other upload are left, want 3", len(got))
	}
	got, err := c.FindUpload(t.Context(), vaultURL, u.Source.Path, u.Description)
	if err != nil || got.Key != other.Key {
		t.Errorf("got upload %d, %v; want %d", got.Key, err, other.Key)
	}
}

func TestFinishUploadFailsWhole(t *testing.T) {
	c := fresh(t)
	u := saved(t, c, anUpload())
	if err := c.SavePart(t.Context(), u.Key, aPart(0)); err != nil {
		t.Fatal(err)
	}
	late := anArchive("id-1")
	late.Created = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	before := u
	if err := c.FinishUpload(t.Context(), &u, late); err == nil {
		t.Fatal("an archive that cannot be saved finished the upload")
	}
	if u != before {
		t.Errorf("the upload was changed to %+v", u)
	}
	if got := one(t, c.Uploads(t.Context(), vaultURL)); got != before {
		t.Errorf("got  %+v\nwant %+v", got, before)
	}
	if got := one(t, c.Parts(t.Context(), u.Key)); got != aPart(0) {
		t.Errorf("the part is %+v", got)
	}
	never := anUpload()
	if err := c.FinishUpload(t.Context(), &never, anArchive("id-2")); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("an upload never saved: %v, want ErrInvalid", err)
	}
	never.Key = 99
	if err := c.FinishUpload(t.Context(), &never, anArchive("id-2")); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("an unknown upload: %v, want ErrNotFound", err)
	}
	if got := all(t, c.Archives(t.Context(), catalogAll)); len(got) != 0 {
		t.Errorf("%d archives were saved", len(got))
	}
}

func TestRate(t *testing.T) {
	c := fresh(t)
	rateOf := func(url string) float64 {
		r, err := c.Rate(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	rate := func() float64 { return rateOf(vaultURL) }
	add := func(url string, sent int64, busy time.Duration) {
		saved(t, c, record.Upload{Vault: url, State: record.Open, Sent: sent, Busy: busy})
	}
	if r := rate(); r != 0 {
		t.Errorf("with nothing known: %v, want 0", r)
	}
	add("glacier://other", 1<<40, time.Second)
	add(vaultURL, 0, time.Hour)
	add(vaultURL, 5, 0)
	if r := rate(); r != 0 {
		t.Errorf("with nothing sent: %v, want 0", r)
	}
	add(vaultURL, 9*treehash.LeafSize, 9*time.Second)
	if r := rate(); r != treehash.LeafSize {
		t.Errorf("after one upload: %v, want %v", r, treehash.LeafSize)
	}
	for range 5 {
		add(vaultURL, 1000, 500*time.Millisecond)
	}
	if r := rate(); r != 2000 {
		t.Errorf("after five newer ones: %v, want 2000", r)
	}
	add("file:///cold", 1<<40, time.Second)
	add("glacier://other", 6000, time.Second)
	if r := rateOf(""); r != 10000/3. { // four of the five and the other
		t.Errorf("of all services: %v, want %v", r, 10000/3.)
	}
}
