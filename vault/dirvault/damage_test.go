package dirvault_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

// damages remembers what Options.OnDamage is told.
type damages struct {
	mu   sync.Mutex
	told []string
}

func (d *damages) hear(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, err.Error())
}

// want looks for a report of damage that names each of names, and forgets all.
func (d *damages) want(t *testing.T, what string, names ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range names {
		if !slices.ContainsFunc(d.told, func(s string) bool { return strings.Contains(s, name) }) {
			t.Errorf("%s: nobody was told of %q, but of %q", what, name, d.told)
		}
	}
	if len(d.told) != len(names) {
		t.Errorf("%s: told of %q", what, d.told)
	}
	d.told = nil
}

func wantDamaged(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("%s: got error %v, want one that tells of damage", what, err)
	}
}

// TestDamage: a file that is not as it was written is never taken for what it
// says, and never for nothing, when somebody asks for it.
func TestDamage(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{})
	archive := store(t, v, noise(10), 10)
	upload, c := begin(t, v, noise(1000), 300)
	lost, lostCompletion := begin(t, v, noise(10), 10)
	before := files(t, dir)
	v = reopen(t, v, dir, dirvault.Options{}, func() {
		leave(t, dir, "archives/"+string(archive)+".json", "{}")
		leave(t, dir, "uploads/"+string(upload)+"/parts", "nonsense\n{}\n")
		leave(t, dir, "uploads/"+string(lost)+"/upload.json", "")
		leave(t, dir, "jobs/"+strings.Repeat("j", 92)+".json", "\x00")
	})
	_, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: archive})
	wantDamaged(t, "StartJob", err)
	for _, err = range v.Parts(t.Context(), upload) {
	}
	wantDamaged(t, "Parts", err)
	_, err = v.CompleteUpload(t.Context(), upload, c)
	wantDamaged(t, "CompleteUpload", err)
	_, err = v.CompleteUpload(t.Context(), lost, lostCompletion)
	wantDamaged(t, "CompleteUpload without upload.json", err)
	wantDamaged(t, "AbortUpload", v.AbortUpload(t.Context(), lost))
	_, err = v.Job(t.Context(), vault.JobID(strings.Repeat("j", 92)))
	wantDamaged(t, "Job", err)
	after := files(t, dir)
	for name := range before {
		if _, there := after[name]; !there {
			t.Errorf("%s was removed", name)
		}
	}
}

// TestDamagedUploadIsPassedOver: the other uploads are listed, and new ones
// begin, beside one that cannot be read.
func TestDamagedUploadIsPassedOver(t *testing.T) {
	var heard damages
	o := dirvault.Options{OnDamage: heard.hear}
	dir := newVault(t)
	v := open(t, dir, o)
	damaged, _ := begin(t, v, noise(10), 10)
	swapped, _ := begin(t, v, noise(10), 10)
	good, _ := begin(t, v, noise(10), 10)
	v = reopen(t, v, dir, o, func() {
		other, err := os.ReadFile(filepath.Join(dir, "uploads", string(good), "upload.json"))
		if err != nil {
			t.Fatal(err)
		}
		leave(t, dir, "uploads/"+string(damaged)+"/upload.json", "{")
		leave(t, dir, "uploads/"+string(swapped)+"/upload.json", string(other))
	})
	heard.want(t, "when the vault is opened", string(damaged), string(swapped))
	var listed []vault.UploadID
	for u, err := range v.Uploads(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, u.ID)
	}
	if !slices.Equal(listed, []vault.UploadID{good}) {
		t.Errorf("listed %q, want %q", listed, good)
	}
	heard.want(t, "when uploads are listed", string(damaged), string(swapped))
	store(t, v, noise(100), 10)
}

// damagedArchives makes three archives of 10, 20 and 30 bytes. The truth about
// the first is damaged, that about the second missing and that about the third
// is of another.
func damagedArchives(t *testing.T, v vault.Vault, dir string) []string {
	t.Helper()
	var ids []string
	for i := range 3 {
		ids = append(ids, string(store(t, v, noise(10*(i+1)), 10)))
	}
	truth, err := os.ReadFile(filepath.Join(dir, "archives", ids[0]+".json"))
	if err != nil {
		t.Fatal(err)
	}
	leave(t, dir, "archives/"+ids[2]+".json", string(truth))
	leave(t, dir, "archives/"+ids[0]+".json", "{")
	if err := os.Remove(filepath.Join(dir, "archives", ids[1]+".json")); err != nil {
		t.Fatal(err)
	}
	return ids
}

// TestDamagedArchivesAreCounted, by the sizes of their files.
func TestDamagedArchivesAreCounted(t *testing.T) {
	c := newClock()
	var heard damages
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, dirvault.Options{Now: c.Now, OnDamage: heard.hear})
	for _, name := range []string{"a", "b"} {
		if err := r.CreateVault(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	v, err := r.Open(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	store(t, v, noise(40), 10)
	ids := damagedArchives(t, v, filepath.Join(dir, "a"))
	c.Advance(24 * time.Hour)
	if got := names(t, r, ""); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("the vaults are %q", got)
	}
	heard.want(t, "when the archives are counted", ids...)
	info, err := r.DescribeVault(t.Context(), "a")
	if err != nil || info.Archives != 4 || info.Bytes != 10+20+30+40+4*32768 {
		t.Errorf("described as %+v, %v", info, err)
	}
}

// TestInventoryListsTheDamaged: they are there, so they are entries, whoever reads
// the list in whatever form, and never taken for whole.
func TestInventoryListsTheDamaged(t *testing.T) {
	var heard damages
	o := fresh()
	o.OnDamage = heard.hear
	dir := newVault(t)
	v := open(t, dir, o)
	ids := damagedArchives(t, v, dir)
	good := store(t, v, noise(40), 10)
	all := sorted(vault.ArchiveID(ids[0]), vault.ArchiveID(ids[1]), vault.ArchiveID(ids[2]), good)
	created := info(t, v).Created
	heard.want(t, "when the archives are counted, for which nobody looks into them")
	list(t, v, vault.Listing{})
	heard.want(t, "when the inventory is taken", ids...)
	for _, l := range []vault.Listing{{}, {Limit: 4}, {CSV: true}, {Since: created.Add(-time.Hour)}} {
		j, listed := list(t, v, l)
		if !slices.Equal(listed, all) {
			t.Errorf("%+v: listed %q, want %q", l, listed, all)
		}
		if j.Status != vault.Succeeded || !strings.Contains(j.Message, "damaged: 3") {
			t.Errorf("%+v: the job says %+v", l, j)
		}
		for e, err := range v.Inventory(t.Context(), j.ID, "") {
			if err != nil {
				t.Fatal(err)
			}
			switch i := slices.Index(ids, string(e.ID)); {
			case i < 0:
				if e.Bad != "" {
					t.Errorf("%+v: the good archive is bad: %q", l, e.Bad)
				}
			case e.Size != int64(10*(i+1)):
				t.Errorf("%+v: archive %d has %d bytes", l, i, e.Size)
			case !strings.Contains(e.Raw, "archives/"+ids[i]+".json: the file is damaged") || !l.CSV && !strings.HasPrefix(e.Bad, "archive "):
				t.Errorf("%+v: archive %d is bad because %q in %q", l, i, e.Bad, e.Raw)
			}
		}
	}
	heard.want(t, "each time that another is taken", slices.Repeat(ids, 4)...)
}

// TestInventoryOfTheDamagedByPages: each page has its own, and says how many.
func TestInventoryOfTheDamagedByPages(t *testing.T) {
	dir := newVault(t)
	v := open(t, dir, fresh())
	for _, last := range "abcde" {
		leave(t, dir, "archives/"+strings.Repeat("a", 137)+string(last), "bytes")
	}
	var l vault.Listing
	for _, want := range []int{2, 2, 1} {
		l.Limit = 2
		j, listed := list(t, v, l)
		if len(listed) != want || !strings.Contains(j.Message, fmt.Sprintf("damaged: %d.", want)) {
			t.Errorf("a page lists %d, want %d, and says %q", len(listed), want, j.Message)
		}
		l.Marker = j.Marker
	}
	if _, listed := list(t, v, vault.Listing{Marker: strings.Repeat("a", 137) + "d"}); len(listed) != 2 {
		t.Errorf("from a marker on %d are listed", len(listed))
	}
}

// TestDamagedVaultIsNotDeleted: what is damaged may be all that is left.
func TestDamagedVaultIsNotDeleted(t *testing.T) {
	c := newClock()
	for _, damage := range []string{"archives/" + strings.Repeat("a", 138), "uploads/" + strings.Repeat("u", 92) + "/data"} {
		dir := filepath.Join(t.TempDir(), "root")
		r := openRoot(t, dir, dirvault.Options{Now: c.Now})
		if err := r.CreateVault(t.Context(), "cold"); err != nil {
			t.Fatal(err)
		}
		leave(t, dir, "cold/"+damage, "bytes")
		if strings.HasPrefix(damage, "uploads") {
			leave(t, dir, "cold/"+filepath.Dir(damage)+"/upload.json", "{")
		}
		c.Advance(24 * time.Hour)
		wantClass(t, "DeleteVault", r.DeleteVault(t.Context(), "cold"), vault.ErrInvalid)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		wantClass(t, "Delete", dirvault.Delete(t.Context(), filepath.Join(dir, "cold"), dirvault.Options{}), vault.ErrInvalid)
		if _, there := files(t, dir)["cold/"+damage]; !there {
			t.Errorf("%s is gone", damage)
		}
	}
}

// TestCountHoldsNobodyUp: archives come and go while they are counted, and the
// vault then counts as written to since.
func TestCountHoldsNobodyUp(t *testing.T) {
	c := newClock()
	counting, goOn := make(chan struct{}), make(chan struct{})
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{Now: c.Now, OnDamage: func(error) {
		counting <- struct{}{}
		<-goOn
	}})
	first := store(t, v, noise(10), 10)
	c.Advance(24 * time.Hour)
	leave(t, dir, "archives/"+strings.Repeat("a", 138), "damaged")
	described := make(chan error, 1)
	go func() {
		_, err := v.Info(t.Context())
		described <- err
	}()
	<-counting
	store(t, v, noise(20), 10)
	if err := v.DeleteArchive(t.Context(), first); err != nil {
		t.Error(err)
	}
	close(goOn)
	if err := <-described; err != nil {
		t.Fatal(err)
	}
	go func() { <-counting }()
	c.Advance(24 * time.Hour)
	if got := info(t, v); got.Archives != 2 || !got.Inventoried.Equal(c.Now()) {
		t.Errorf("after the next count: %+v", got)
	}
}

// TestInventoryGoesOn when who asked for it has given up, so that who asks again is
// answered; and it ends with the vault.
func TestInventoryGoesOn(t *testing.T) {
	c := newClock()
	counting, goOn := make(chan struct{}), make(chan struct{})
	dir := newVault(t)
	o := dirvault.Options{Now: c.Now, OnDamage: func(error) {
		counting <- struct{}{}
		<-goOn
	}}
	v := open(t, dir, o)
	store(t, v, noise(10), 10)
	leave(t, dir, "archives/"+strings.Repeat("a", 138), "damaged")
	c.Advance(24 * time.Hour)
	ctx, giveUp := context.WithCancelCause(t.Context())
	described := make(chan error)
	describe := func(ctx context.Context) {
		_, err := v.Info(ctx)
		described <- err
	}
	go describe(ctx)
	<-counting
	tired := errors.New("tired of waiting")
	giveUp(tired)
	wantClass(t, "who has given up", <-described, tired)
	go describe(t.Context())
	goOn <- struct{}{}
	if err := <-described; err != nil {
		t.Errorf("who asked again: %v", err)
	}
	if got := info(t, v); got.Archives != 2 || !got.Inventoried.Equal(c.Now()) {
		t.Errorf("described as %+v", got)
	}

	c.Advance(24 * time.Hour)
	go describe(t.Context())
	<-counting
	closed := make(chan error)
	go func() { closed <- v.Close() }()
	goOn <- struct{}{}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if err := <-described; err != nil && !errors.Is(err, fs.ErrClosed) {
		t.Errorf("an inventory of a vault that was closed: %v", err)
	}
}
