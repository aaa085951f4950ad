package dirvault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"firn/vault"
	"firn/vault/dirvault"
)

// jobsData is the archive number seed of the process that starts jobs: two leaves
// and a bit.
func jobsData(seed int) []byte {
	b := make([]byte, 2*mib+100)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 2}).Read(b)
	return b
}

// childStartsJobs stores archives, starts jobs, leaves notes and deletes without
// end, in the vault "cold" of a directory of vaults. It says what was
// acknowledged, and what it is about to delete.
func childStartsJobs(dir string) error {
	r, err := dirvault.OpenRoot(dir, fresh())
	if err != nil {
		return err
	}
	ctx := context.Background()
	v, err := r.Open(ctx, "cold")
	if err != nil {
		return err
	}
	seed, err := strconv.Atoi(os.Getenv("FIRN_TEST_SEED"))
	if err != nil {
		return err
	}
	for ; ; seed++ {
		if err := childStartJobs(ctx, r, v, seed); err != nil {
			return err
		}
	}
}

func childStartJobs(ctx context.Context, r *dirvault.Root, v vault.Vault, seed int) error {
	id, c, err := childSends(ctx, v, seed)
	if err != nil {
		return err
	}
	archive, err := v.CompleteUpload(ctx, id, c)
	if err != nil {
		return err
	}
	fmt.Println("archive", archive, seed)
	for _, req := range []vault.JobRequest{
		{Kind: vault.RetrieveInventory},
		{Kind: vault.RetrieveArchive, Archive: archive, Range: vault.Range{Offset: 0, Size: 2 * mib}},
		{Kind: vault.RetrieveInventory, List: vault.Listing{CSV: true}},
	} {
		job, err := v.StartJob(ctx, req)
		if err != nil {
			return err
		}
		fmt.Println("job", job)
	}
	if err := r.SetNote(ctx, "cold", "note", bytes.Repeat([]byte{byte(seed)}, 10_000)); err != nil {
		return err
	}
	fmt.Println("note", seed)
	if seed%3 != 1 {
		return nil
	}
	fmt.Println("deleting", archive)
	if err := v.DeleteArchive(ctx, archive); err != nil {
		return err
	}
	fmt.Println("deleted", archive)
	return nil
}

func childSends(ctx context.Context, v vault.Vault, seed int) (vault.UploadID, vault.Completion, error) {
	data := jobsData(seed)
	whole, _ := partOf(data, 0, int64(len(data)))
	c := vault.Completion{Size: whole.Size, TreeHash: whole.TreeHash}
	id, err := v.CreateUpload(ctx, vault.UploadRequest{PartSize: mib, Description: strconv.Itoa(seed)})
	for offset := int64(0); err == nil && offset < whole.Size; offset += mib {
		part, body := partOf(data, offset, min(mib, whole.Size-offset))
		c.Parts = append(c.Parts, part)
		_, err = v.UploadPart(ctx, id, part, body)
	}
	return id, c, err
}

// toldOfJobs is what killed processes had said.
type toldOfJobs struct {
	archives map[vault.ArchiveID]int // seeds
	deleting map[vault.ArchiveID]bool
	jobs     map[vault.JobID][]vault.ArchiveID // what was there for certain when the job was started
	note     int                               // -1 before the first
}

func (o *toldOfJobs) hear(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	number := func() int {
		n, err := strconv.Atoi(words[len(words)-1])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	switch words[0] {
	case "archive":
		o.archives[vault.ArchiveID(words[1])] = number()
	case "job":
		o.jobs[vault.JobID(words[1])] = o.certain()
	case "note":
		o.note = number()
	case "deleting", "deleted":
		o.deleting[vault.ArchiveID(words[1])] = words[0] == "deleted"
	default:
		t.Fatalf("the child said %q", line)
	}
}

// certain lists the archives that were stored and that nobody began to delete.
func (o *toldOfJobs) certain() []vault.ArchiveID {
	var ids []vault.ArchiveID
	for id := range o.archives {
		if _, deleting := o.deleting[id]; !deleting {
			ids = append(ids, id)
		}
	}
	return ids
}

// TestKilledAmongJobs kills a process that starts jobs, again and again on one
// vault. Jobs that were acknowledged are there, whole inventories and all; so are
// notes; and every archive has its leaves.
func TestKilledAmongJobs(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "root")
	r := openRoot(t, dir, fresh())
	if err := r.CreateVault(t.Context(), "cold"); err != nil {
		t.Fatal(err)
	}
	o := &toldOfJobs{
		archives: make(map[vault.ArchiveID]int), deleting: make(map[vault.ArchiveID]bool),
		jobs: make(map[vault.JobID][]vault.ArchiveID), note: -1,
	}
	for round, lines := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 17} {
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		killAfter(t, "jobs", dir, 10*round, lines, o.hear)
		r = openRoot(t, dir, fresh())
		v, err := r.Open(t.Context(), "cold")
		if err != nil {
			t.Fatal(err)
		}
		o.checkArchives(t, v, filepath.Join(dir, "cold"))
		o.checkJobs(t, v)
		o.checkNote(t, r)
	}
	wantTidyButUploads(t, filepath.Join(dir, "cold"))
}

func (o *toldOfJobs) checkArchives(t *testing.T, v vault.Vault, dir string) {
	t.Helper()
	there := inventory(t, v)
	for _, id := range o.certain() {
		if _, listed := there[id]; !listed {
			t.Errorf("archive %q was acknowledged and is not listed", id)
		}
	}
	for id, a := range there {
		if o.deleting[id] {
			t.Errorf("archive %q was deleted and is listed", id)
		}
		seed, err := strconv.Atoi(a.Description)
		if err != nil {
			t.Fatal(err)
		}
		leaves, err := os.ReadFile(leavesFile(dir, id))
		if err != nil || !bytes.Equal(leaves, leavesOf(jobsData(seed))) {
			t.Errorf("the leaves of archive %q are wrong, or %v", id, err)
		}
	}
}

func (o *toldOfJobs) checkJobs(t *testing.T, v vault.Vault) {
	t.Helper()
	listed := jobIDs(t, v)
	for id := range o.jobs {
		if !slices.Contains(listed, id) {
			t.Errorf("job %q was acknowledged and is not listed", id)
		}
	}
	for _, id := range listed {
		j := describe(t, v, id)
		if j.Kind == vault.RetrieveArchive {
			_, deleting := o.deleting[j.Archive]
			if j.Status != vault.Succeeded && !deleting || j.TreeHash.IsZero() {
				t.Errorf("the job is %+v", j)
			}
			continue
		}
		var got []vault.ArchiveID
		for e, err := range v.Inventory(t.Context(), id, "") {
			if err != nil || e.Bad != "" {
				t.Fatalf("entry %+v: %v", e, err)
			}
			got = append(got, e.ID)
		}
		for _, want := range o.jobs[id] {
			if !slices.Contains(got, want) {
				t.Errorf("the inventory of job %q lacks archive %q", id, want)
			}
		}
	}
}

// checkNote: the note is the last that was acknowledged, or the next.
func (o *toldOfJobs) checkNote(t *testing.T, r *dirvault.Root) {
	t.Helper()
	got, err := r.Note(t.Context(), "cold", "note")
	if errors.Is(err, vault.ErrNotFound) && o.note < 0 {
		return
	}
	if err != nil || len(got) != 10_000 || !bytes.Equal(got, bytes.Repeat(got[:1], 10_000)) {
		t.Fatalf("a note of %d bytes, or %v", len(got), err)
	}
	// The child of a later round begins with another seed.
	if n := int(got[0]); n < o.note {
		t.Errorf("the note is of seed %d, %d was acknowledged", n, o.note)
	}
}

// wantTidyButUploads is wantTidy where uploads were left open, as they may be.
func wantTidyButUploads(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, "uploads")); err != nil {
		t.Fatal(err)
	}
	wantTidy(t, dir)
}
