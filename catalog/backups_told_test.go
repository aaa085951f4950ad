package catalog_test

import (
	"errors"
	"slices"
	"testing"

	"firn/record"
)

// A snapshot lists what is gone from it, also what it had itself before it was interrupted, and
// of a directory only the directory.
func TestGoneFilesAreListed(t *testing.T) {
	b := fresh(t).Backups()
	never, atLast := func() bool { return false }, func() func() bool { n := 0; return func() bool { n++; return n == 3 } }
	was := backed{"keeps": 1, "goes": 1, "d": -1, "d/x": 1, "d/e": -1, "d/e/y": 1, "file to dir": 1, "dir to file": -1, "dir to file/z": 1}
	run(t, b, "1", map[string]backed{"srv": was}, never)
	run(t, b, "2", map[string]backed{"srv": {"keeps": 1, "short-lived": 5, "sub": -1, "file to dir": -1, "dir to file": 1}}, atLast())
	s, _ := run(t, b, "3", map[string]backed{"srv": {"keeps": 1, "sub": -1, "file to dir": -1, "dir to file": 1}}, atLast())
	if s.ID != "2" {
		t.Fatalf("the snapshot is %s, not continued", s.ID)
	}
	var got []string
	for f, err := range b.Gone(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f.Path)
	}
	if want := []string{"srv/d", "srv/goes", "srv/short-lived"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A backup that is running learns what is gone, and ends as it would have, although a snapshot is
// forgotten meanwhile.
func TestForgetWhileABackupRuns(t *testing.T) {
	b := fresh(t).Backups()
	first, _ := run(t, b, "1", map[string]backed{"srv": {"goes": 1, "keeps": 1}}, func() bool { return false })
	s := record.Snapshot{ID: "2", Vault: packVault, Host: "h", Roots: []string{"srv"}}
	if _, err := b.Begin(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
	goes := record.FileChange{Directory: rootOf(t, b, s, "srv"), File: record.File{Name: "goes"}, IsGone: true}
	if err := b.Apply(t.Context(), s.Key, []record.FileChange{goes}); err != nil {
		t.Fatal(err)
	}
	if err := b.Forget(t.Context(), first.Key); err != nil {
		t.Fatal(err)
	}
	var gone []string
	for f, err := range b.Gone(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		gone = append(gone, f.Path)
	}
	if !slices.Equal(gone, []string{"srv/goes"}) {
		t.Errorf("gone are %q", gone)
	}
	first.EndPack = 1 // the backup had read the snapshot before
	if err := b.Save(t.Context(), &first); err != nil || first.State != record.Forgotten {
		t.Errorf("the snapshot is %s, %v", first.State, err)
	}
	for s, err := range b.Snapshots(t.Context(), packVault) {
		if err != nil || s.ID == first.ID {
			t.Errorf("listed: %+v, %v", s, err)
		}
	}
}

// A snapshot is listed as untold until a pack that is not lost has its end. Its parent is the
// snapshot before it with the same roots.
func TestSnapshotsAreTold(t *testing.T) {
	b := fresh(t).Backups()
	never := func() bool { return false }
	one, both := map[string]backed{"srv/a": {}}, map[string]backed{"srv/a": {}, "srv/b": {}}
	first, _ := run(t, b, "1", one, never)
	run(t, b, "2", both, never)
	third, _ := run(t, b, "3", one, never)
	for s, want := range map[*record.Snapshot]string{&first: "", &third: "1"} {
		if got, err := b.Parent(t.Context(), *s); err != nil || got != want {
			t.Errorf("the parent of %s is %q, %v, want %q", s.ID, got, err, want)
		}
	}
	untold := func(want ...string) {
		t.Helper()
		var got []string
		for s, err := range b.Untold(t.Context(), packVault) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, s.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("untold: %q, want %q", got, want)
		}
	}
	untold("1", "2", "3")
	p := record.Pack{ID: "p", Vault: packVault, Snapshot: third.Key, Sequence: 2, State: record.Spooled}
	if err := b.SavePack(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	p.Last, p.Through = []byte("last"), "srv/\xff/"
	first.EndPack = p.Key
	if err := errors.Join(b.SavePack(t.Context(), &p), b.Save(t.Context(), &first)); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Pack(t.Context(), p.Key); err != nil || string(got.Last) != "last" || got.Through != p.Through {
		t.Errorf("the pack is %+v, %v", got, err)
	}
	if got, err := b.PackByID(t.Context(), packVault, "p"); err != nil || got.Key != p.Key {
		t.Errorf("the pack is %+v, %v", got, err)
	}
	untold("2", "3")
	p.State = record.Lost
	if err := b.SavePack(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	untold("1", "2", "3")
}

// Contents that belong to no file, such as segments, are found like others.
func TestContentsWithoutFiles(t *testing.T) {
	b := fresh(t).Backups()
	s, _ := run(t, b, "1", map[string]backed{"srv": {"x": 9 << 20}}, func() bool { return false })
	p := record.Pack{ID: "p", Vault: packVault, Snapshot: s.Key, Sequence: 2, State: record.Writing}
	if err := b.SavePack(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	parts := []*record.Content{{Digest: digestOf(1), Size: 1, Pack: p.Key}, {Digest: digestOf(2), Size: 2, Pack: p.Key, Offset: 1}}
	if err := b.AddContents(t.Context(), parts...); err != nil {
		t.Fatal(err)
	}
	if c, err := b.Content(t.Context(), packVault, digestOf(2), 2); err != nil || c.Key != parts[1].Key || c.Offset != 1 {
		t.Errorf("got %+v, %v", c, err)
	}
	prefixes := map[[8]byte]int{}
	for prefix, err := range b.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		prefixes[prefix]++
	}
	if d := digestOf(2); len(prefixes) != 3 || prefixes[[8]byte(d[:8])] != 1 {
		t.Errorf("the digests begin with %x", prefixes)
	}
	for size, want := range map[int64]bool{9 << 20: true, 9<<20 + 1: false, 1: false} {
		if has, err := b.HasLargeContent(t.Context(), size); err != nil || has != want {
			t.Errorf("a large content of %d bytes: %v, %v", size, has, err)
		}
	}
}

// Files that share a new content, in one transaction or in two, have one row of it.
func TestSharedContents(t *testing.T) {
	b := fresh(t).Backups()
	s, _ := run(t, b, "1", map[string]backed{"srv": {}}, func() bool { return false })
	p := record.Pack{ID: "p", Vault: packVault, Snapshot: s.Key, Sequence: 2, State: record.Writing}
	if err := b.SavePack(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	next := record.Snapshot{ID: "2", Vault: packVault, Host: "h", Roots: []string{"srv"}}
	if _, err := b.Begin(t.Context(), &next); err != nil {
		t.Fatal(err)
	}
	root := rootOf(t, b, next, "srv")
	first, second, third := changed(root, "a", 5, p), changed(root, "b", 5, p), changed(root, "c", 5, p)
	second.Content, third.Content = first.Content, first.Content
	for _, changes := range [][]record.FileChange{{first, second}, {third}} {
		if err := b.Apply(t.Context(), next.Key, changes); err != nil {
			t.Fatal(err)
		}
	}
	was, _ := current(t, b, root.Key)
	for _, name := range []string{"a", "b", "c"} {
		if was[name].Content != first.Content.Key || first.Content.Key == 0 {
			t.Errorf("%q has the content %d, not %d", name, was[name].Content, first.Content.Key)
		}
	}
	rows := 0
	for _, err := range b.Digests(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		rows++
	}
	if rows != 1 {
		t.Errorf("%d contents are on record, want 1", rows)
	}
}
