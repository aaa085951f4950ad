package dirvault_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/vault"
	"firn/vault/dirvault"
)

// startRetrieval starts a job for a whole archive.
func startRetrieval(t *testing.T, v vault.Vault, id vault.ArchiveID) vault.JobID {
	t.Helper()
	job, err := v.StartJob(t.Context(), vault.JobRequest{Kind: vault.RetrieveArchive, Archive: id})
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func describe(t *testing.T, v vault.Vault, id vault.JobID) vault.Job {
	t.Helper()
	j, err := v.Job(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// jobIDs lists the jobs of a vault.
func jobIDs(t *testing.T, v vault.Vault) []vault.JobID {
	t.Helper()
	var ids []vault.JobID
	for j, err := range v.Jobs(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if j != describe(t, v, j.ID) {
			t.Errorf("listed as %+v, which is not what Job tells", j)
		}
		ids = append(ids, j.ID)
	}
	return ids
}

// TestJobsAreListed, the oldest first, until their output expires; and are
// forgotten, with no trace, a day later.
func TestJobsAreListed(t *testing.T) {
	c := newClock()
	o := dirvault.Options{
		Now:            c.Now,
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return 4 * time.Hour },
		OutputLifetime: 24 * time.Hour,
	}
	dir := newVault(t)
	v := open(t, dir, o)
	archive := store(t, v, noise(10), 10)
	var want []vault.JobID
	for range 3 { // of one age
		want = append(want, startRetrieval(t, v, archive))
	}
	slices.Sort(want)
	for range 3 {
		c.Advance(time.Hour)
		want = append(want, startRetrieval(t, v, archive))
	}
	if got := jobIDs(t, v); !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	for j, err := range v.Jobs(t.Context()) {
		if err != nil || j.ID != want[0] {
			t.Errorf("the list begins with %q, %v", j.ID, err)
		}
		break // nobody has to read on
	}
	c.Advance(25*time.Hour - 1) // after the first three ended, and before they expire
	if got := jobIDs(t, v); !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	c.Advance(1)
	if got := jobIDs(t, v); !slices.Equal(got, want[3:]) {
		t.Errorf("after the first expired: listed %q, want %q", got, want[3:])
	}
	if j := describe(t, v, want[0]); j.Status != vault.Succeeded || !j.Expires.Equal(c.Now()) {
		t.Errorf("an expired job is %+v", j)
	}
	c.Advance(24 * time.Hour)
	if got := jobIDs(t, v); len(got) != 0 {
		t.Errorf("after all expired: listed %q", got)
	}
	_, err := v.Job(t.Context(), want[0])
	wantClass(t, "a day after it expired: Job", err, vault.ErrNotFound)
	_, err = v.OpenOutput(t.Context(), want[0], vault.Range{})
	wantClass(t, "a day after it expired: OpenOutput", err, vault.ErrNotFound)
	if left := files(t, filepath.Join(dir, "jobs")); len(left) != 3 {
		t.Errorf("besides those that only expired, jobs holds %v", left)
	}
}

// TestDamagedJobIsPassedOver when jobs are listed.
func TestDamagedJobIsPassedOver(t *testing.T) {
	var heard damages
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{OnDamage: heard.hear})
	job := startRetrieval(t, v, store(t, v, noise(10), 10))
	damaged, foreign := strings.Repeat("j", 92), "mine.json"
	leave(t, dir, "jobs/"+damaged+".json", "{")
	leave(t, dir, "jobs/"+foreign, "{")
	if got := jobIDs(t, v); !slices.Equal(got, []vault.JobID{job}) {
		t.Errorf("listed %q, want %q", got, job)
	}
	heard.want(t, "when jobs are listed", damaged)
}

// TestJobOfADeletedArchiveFails when its time comes, and later.
func TestJobOfADeletedArchiveFails(t *testing.T) {
	c := newClock()
	o := dirvault.Options{
		Now:            c.Now,
		RetrievalDelay: func(vault.JobKind, vault.Tier) time.Duration { return time.Hour },
	}
	dir := newVault(t)
	v := open(t, dir, o)
	archive := store(t, v, noise(10), 10)
	first := startRetrieval(t, v, archive)
	c.Advance(time.Hour)
	second := startRetrieval(t, v, archive)
	if err := v.DeleteArchive(t.Context(), archive); err != nil {
		t.Fatal(err)
	}
	v = reopen(t, v, dir, o, func() {})
	if j := describe(t, v, second); j.Status != vault.InProgress || !j.Completed.IsZero() {
		t.Errorf("before its time has come the job is %+v", j)
	}
	c.Advance(time.Hour)
	for _, job := range []vault.JobID{first, second} {
		if j := describe(t, v, job); j.Status != vault.Failed || j.Completed.IsZero() || !strings.Contains(j.Message, "deleted") {
			t.Errorf("the job is %+v", j)
		}
		_, err := v.OpenOutput(t.Context(), job, vault.Range{})
		wantClass(t, "OpenOutput", err, vault.ErrNotFound)
	}
}

// TestJobsFrom lists the later ones, and reads anew what it lists: a job that was
// known is told of when its file is damaged, and not listed when it is gone.
func TestJobsFrom(t *testing.T) {
	c := newClock()
	var heard damages
	dir := newVault(t)
	v := open(t, dir, dirvault.Options{Now: c.Now, OnDamage: heard.hear})
	archive := store(t, v, noise(10), 10)
	var ids []vault.JobID
	for range 4 {
		ids = append(ids, startRetrieval(t, v, archive))
		c.Advance(time.Minute)
	}
	want := func(what string, from time.Time, want ...vault.JobID) {
		t.Helper()
		var got []vault.JobID
		for j, err := range v.JobsFrom(t.Context(), from) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, j.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: listed %q, want %q", what, got, want)
		}
	}
	want("all", time.Time{}, ids...)
	want("from the second on", c.Now().Add(-3*time.Minute), ids[1:]...)
	heard.want(t, "before there is damage")
	leave(t, dir, "jobs/"+string(ids[2])+".json", "{")
	if err := os.Remove(filepath.Join(dir, "jobs", string(ids[3])+".json")); err != nil {
		t.Fatal(err)
	}
	want("with damage", time.Time{}, ids[0], ids[1])
	heard.want(t, "with damage", string(ids[2]))
}
