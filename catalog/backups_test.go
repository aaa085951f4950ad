package catalog_test

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firn/catalog"
	"firn/record"
	"firn/vault"
)

const packVault = "s3://bench/packs/?class=DEEP_ARCHIVE"

// backed is a model of one tree: the files by path, with their sizes. A directory has size -1.
type backed map[string]int64

// snapshot is one that the model has taken.
type taken struct {
	record.Snapshot
	files map[string]backed // by root
}

// run saves what changed in the trees since the snapshot before, as a backup does.
func run(t *testing.T, b *catalog.Backups, id string, trees map[string]backed, stop func() bool) (record.Snapshot, bool) {
	t.Helper()
	s := record.Snapshot{ID: id, Vault: packVault, Host: "h", Roots: slices.Sorted(maps.Keys(trees))}
	if _, err := b.Begin(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
	p := record.Pack{ID: "p" + id + fmt.Sprint(rand.Uint64()), Vault: packVault, Snapshot: s.Key, Sequence: 1, State: record.Writing}
	if err := b.SavePack(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	for _, root := range s.Roots {
		key, err := b.Root(t.Context(), s.Vault, s.Host, root)
		if err != nil {
			t.Fatal(err)
		}
		if !runDirectory(t, b, s, p, &record.Place{Key: key}, "", trees[root], stop) {
			return s, false
		}
	}
	p.State = record.Packed
	s.State = record.Complete
	if err := errors.Join(b.SavePack(t.Context(), &p), b.Save(t.Context(), &s)); err != nil {
		t.Fatal(err)
	}
	return s, true
}

// runDirectory saves the changes in one directory and below. It reports false if it was stopped.
func runDirectory(t *testing.T, b *catalog.Backups, s record.Snapshot, p record.Pack, place *record.Place, dir string, tree backed, stop func() bool) bool {
	t.Helper()
	if stop() {
		return false
	}
	was, keys := current(t, b, place.Key)
	var changes []record.FileChange
	if _, ok := was[""]; !ok && dir == "" {
		changes = append(changes, record.FileChange{Directory: place, File: record.File{Kind: record.Directory}})
	}
	delete(was, "")
	var below []string
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		if path.Dir("/"+name) != "/"+dir {
			continue
		}
		base, size := path.Base(name), tree[name]
		old, ok := was[base]
		delete(was, base)
		isDirectory := size < 0
		if isDirectory {
			below = append(below, base)
		}
		if ok && isDirectory == (old.Kind == record.Directory) && (isDirectory || old.Size == size) {
			continue
		}
		if ok { // of another kind, perhaps
			changes = append(changes, record.FileChange{Directory: place, File: record.File{Name: base}, IsGone: true})
		}
		changes = append(changes, changed(place, base, size, p))
	}
	for _, name := range slices.Sorted(maps.Keys(was)) {
		changes = append(changes, record.FileChange{Directory: place, File: record.File{Name: name}, IsGone: true})
	}
	if err := b.Apply(t.Context(), s.Key, changes); err != nil {
		t.Fatal(err)
	}
	for _, name := range below {
		child := &record.Place{Key: keys[name], Parent: place, Name: name}
		if !runDirectory(t, b, s, p, child, path.Join(dir, name), tree, stop) {
			return false
		}
	}
	return true
}

func changed(directory *record.Place, name string, size int64, p record.Pack) record.FileChange {
	c := record.FileChange{Directory: directory, File: record.File{Name: name, Kind: record.Directory, Mode: 0o755}}
	if size >= 0 {
		c.File.Kind, c.File.Size, c.File.Mode = record.Regular, size, 0o644
		c.Content = &record.Content{Digest: digestOf(size), Size: size, Pack: p.Key, Offset: size}
	}
	return c
}

// current returns the files of a directory on record, and the places of its directories.
func current(t *testing.T, b *catalog.Backups, directory int64) (was map[string]record.File, keys map[string]int64) {
	t.Helper()
	was, keys = map[string]record.File{}, map[string]int64{}
	for from := ""; ; {
		files, err := b.CurrentFiles(t.Context(), directory, from, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			was[f.Name], from = f, f.Name+"\x00"
		}
		if len(files) < 2 {
			break
		}
	}
	for from := ""; ; {
		dirs, err := b.Subdirectories(t.Context(), directory, from, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range dirs {
			was[d.Name], keys[d.Name], from = d.File, d.Key, d.Name+"\x00"
		}
		if len(dirs) < 2 {
			return was, keys
		}
	}
}

func rootOf(t *testing.T, b *catalog.Backups, s record.Snapshot, root string) *record.Place {
	t.Helper()
	key, err := b.Root(t.Context(), s.Vault, s.Host, root)
	if err != nil {
		t.Fatal(err)
	}
	return &record.Place{Key: key}
}

func digestOf(size int64) record.Digest { return sha256.Sum256([]byte(fmt.Sprint(size))) }

// filesOf returns what the record has of a snapshot, by path.
func filesOf(t *testing.T, b *catalog.Backups, s record.Snapshot) map[string]int64 {
	t.Helper()
	got := map[string]int64{}
	last := ""
	for f, err := range b.Files(t.Context(), s, nil) {
		if err != nil {
			t.Fatal(err)
		}
		size := f.Size
		if f.Kind == record.Directory {
			size = -1
		}
		if _, twice := got[f.Path]; twice {
			t.Errorf("snapshot %d has %q twice", s.Key, f.Path)
		}
		if parent := path.Dir(f.Path); last != "" && strings.Contains(parent, "/") && got[parent] != -1 {
			t.Errorf("%q is listed before its directory", f.Path)
		}
		got[f.Path], last = size, f.Path
	}
	return got
}

// want returns what a snapshot should have, by path.
func (s taken) want() map[string]int64 {
	want := map[string]int64{}
	for root, tree := range s.files {
		want[root] = -1
		for name, size := range tree {
			want[root+"/"+name] = size
		}
	}
	return want
}

// edit changes a tree at random: it adds, changes and removes files and directories, and turns
// files into directories.
func edit(r *rand.Rand, tree backed) {
	for range r.IntN(6) {
		dirs := []string{""}
		for name, size := range tree {
			if size < 0 {
				dirs = append(dirs, name+"/")
			}
		}
		slices.Sort(dirs)
		name := dirs[r.IntN(len(dirs))] + string(rune('a'+r.IntN(5)))
		switch r.IntN(4) {
		case 0:
			remove(tree, name)
		case 1:
			remove(tree, name)
			tree[name] = -1
		default:
			remove(tree, name)
			tree[name] = int64(r.IntN(50))
		}
	}
}

func remove(tree backed, name string) {
	maps.DeleteFunc(tree, func(n string, _ int64) bool { return n == name || strings.HasPrefix(n, name+"/") })
}

// Whatever happens to files between backups, which are interrupted at any moment and continued,
// each snapshot that is complete has the files that were there, also after others were
// forgotten. A model says which.
func TestSnapshotsAgreeWithAModel(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := fresh(t).Backups()
		trees := map[string]backed{"srv/a": {}, "srv/b": {}}
		var all []taken
		for step := range 12 {
			for _, root := range slices.Sorted(maps.Keys(trees)) {
				edit(r, trees[root])
			}
			now := map[string]backed{}
			for _, root := range slices.Sorted(maps.Keys(trees)) {
				if len(all) == 0 || r.IntN(4) > 0 {
					now[root] = maps.Clone(trees[root])
				}
			}
			if len(now) == 0 {
				continue
			}
			left := r.IntN(8)
			s, isComplete := run(t, b, fmt.Sprintf("%d-%d", seed, step), now, func() bool { left--; return left == 0 })
			if isComplete {
				all = append(all, taken{s, now})
			}
			if len(all) > 3 && r.IntN(3) == 0 {
				i := r.IntN(len(all) - 1)
				if err := b.Forget(t.Context(), all[i].Key); err != nil {
					t.Fatal(err)
				}
				all = slices.Delete(all, i, i+1)
			}
		}
		for _, s := range all {
			if got, want := filesOf(t, b, s.Snapshot), s.want(); !maps.Equal(got, want) {
				t.Fatalf("seed %d: snapshot %d of %q has\n%v, want\n%v", seed, s.Key, s.Roots, got, want)
			}
		}
		checkFound(t, b, all, "*")
		checkFound(t, b, all, "a*")
		checkFound(t, b, all, "b")
		checkFound(t, b, all, "srv/a/**/c")
		checkListed(t, b, all)
		for i := range all {
			checkDifferences(t, b, all[r.IntN(len(all))], all[i])
		}
	}
}

// checkFound compares the versions that Find returns with the complete snapshots: a snapshot has
// a version if it lies between since and until.
func checkFound(t *testing.T, b *catalog.Backups, all []taken, pattern string) {
	t.Helper()
	found := map[int64]map[string]int64{}
	for _, s := range all {
		found[s.Key] = map[string]int64{}
	}
	for f, err := range b.Find(t.Context(), packVault, pattern) {
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			isIn := f.Since <= s.Key && (f.Until == 0 || f.Until > s.Key)
			hasTree := slices.ContainsFunc(s.Roots, func(root string) bool { return strings.HasPrefix(f.Path, root+"/") })
			if isIn && hasTree {
				found[s.Key][f.Path] = f.Size
			}
		}
	}
	for _, s := range all {
		want := map[string]int64{}
		for name, size := range s.want() {
			matches := pattern == "*" || pattern == "a*" && path.Base(name)[0] == 'a' || pattern == "b" && path.Base(name) == "b" ||
				pattern == "srv/a/**/c" && strings.HasPrefix(name, "srv/a/") && path.Base(name) == "c"
			if matches && strings.Count(name, "/") > 1 {
				want[name] = max(size, 0)
			}
		}
		if !maps.Equal(found[s.Key], want) {
			t.Fatalf("%q finds in snapshot %d\n%v, want\n%v", pattern, s.Key, found[s.Key], want)
		}
	}
}

func checkListed(t *testing.T, b *catalog.Backups, all []taken) {
	t.Helper()
	var got, want []string
	for s, err := range b.Snapshots(t.Context(), packVault) {
		if err != nil {
			t.Fatal(err)
		}
		if s.State == record.Complete {
			got = append(got, s.ID)
		}
	}
	// A snapshot may end after one that began later, if they have no tree in common.
	slices.SortFunc(all, func(a, b taken) int { return cmp.Compare(a.Key, b.Key) })
	for _, s := range all {
		want = append(want, s.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
}

// A backup that was interrupted continues its snapshot, unless a later snapshot has one of its
// trees.
func TestSnapshotsAreContinued(t *testing.T) {
	b := fresh(t).Backups()
	never, atOnce := func() bool { return false }, func() bool { return true }
	one, both := map[string]backed{"srv/a": {"x": 1}}, map[string]backed{"srv/a": {"x": 1}, "srv/b": {"y": 2}}
	wants := func(trees map[string]backed, id string, stop func() bool, want string) {
		t.Helper()
		if s, _ := run(t, b, id, trees, stop); s.ID != want {
			t.Errorf("run %s has snapshot %s, want %s", id, s.ID, want)
		}
	}
	wants(both, "1", never, "1")
	wants(both, "2", atOnce, "2")
	wants(both, "3", atOnce, "2")
	wants(both, "4", never, "2")
	wants(both, "5", atOnce, "5")
	wants(one, "6", never, "6")
	wants(both, "7", never, "7")
}

// A snapshot whose backup has not ended can be forgotten only once no backup continues it.
func TestForgetAPartialSnapshot(t *testing.T) {
	b := fresh(t).Backups()
	one, both := map[string]backed{"srv/a": {"x": 1}}, map[string]backed{"srv/a": {"x": 1}, "srv/b": {"y": 2}}
	partial, _ := run(t, b, "1", both, func() bool { return true })
	if err := b.Forget(t.Context(), partial.Key); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("a snapshot that a backup continues is forgotten: %v", err)
	}
	run(t, b, "2", one, func() bool { return false })
	if err := b.Forget(t.Context(), partial.Key); err != nil {
		t.Errorf("a snapshot that no backup continues is not forgotten: %v", err)
	}
}

// Versions that only forgotten snapshots had are removed.
func TestForgottenVersionsTakeNoRoom(t *testing.T) {
	file := filepath.Join(t.TempDir(), "catalog.db")
	c := open(t, file)
	var all []int64
	for i := range 4 {
		s, _ := run(t, c.Backups(), fmt.Sprint(i), map[string]backed{"srv": {"d": -1, "d/x": int64(i), "y": 1}}, func() bool { return false })
		all = append(all, s.Key)
	}
	count := func() (versions int) {
		t.Helper()
		if err := raw(t, file).QueryRowContext(t.Context(), `SELECT count(*) FROM versions`).Scan(&versions); err != nil {
			t.Fatal(err)
		}
		return versions
	}
	if got := count(); got != 3+4 {
		t.Errorf("%d versions, want 7", got)
	}
	if err := c.Backups().Forget(t.Context(), all[0], all[2]); err != nil {
		t.Fatal(err)
	}
	if got := count(); got != 3+2 {
		t.Errorf("%d versions after two snapshots were forgotten, want 5", got)
	}
	if err := c.Backups().Forget(t.Context(), 99); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("an unknown snapshot: %v", err)
	}
}

// A content is found by digest and size, unless its pack, or that of one of its segments, was
// lost; and only in its vault.
func TestContentsAreFoundAndLost(t *testing.T) {
	b := fresh(t).Backups()
	s := record.Snapshot{ID: "s", Vault: packVault, Host: "h", Roots: []string{"srv"}}
	if _, err := b.Begin(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
	root := rootOf(t, b, s, "srv")
	packs := []record.Pack{
		{ID: "one", Vault: packVault, Snapshot: s.Key, Sequence: 1, State: record.Writing, Tail: []byte("t"), Header: []byte{}, IndexDigest: []byte{}},
		{ID: "two", Vault: packVault, Snapshot: s.Key, Sequence: 2, State: record.Spooled},
	}
	for i := range packs {
		if err := b.SavePack(t.Context(), &packs[i]); err != nil {
			t.Fatal(err)
		}
	}
	part := changed(root, "part", 7, packs[1])
	if err := b.Apply(t.Context(), s.Key, []record.FileChange{changed(root, "small", 5, packs[0]), part}); err != nil {
		t.Fatal(err)
	}
	large := record.FileChange{Directory: root, File: record.File{Name: "large", Kind: record.Regular, Size: 14}, Content: &record.Content{
		Digest: digestOf(14), Size: 14, Segments: []record.Segmented{{Offset: 0, Size: 7, Part: part.Content.Key}, {Offset: 7, Size: 7}},
	}}
	if err := b.Apply(t.Context(), s.Key, []record.FileChange{large}); err != nil {
		t.Fatal(err)
	}
	check := func(size int64, vaultURL string, want bool) {
		t.Helper()
		c, err := b.Content(t.Context(), vaultURL, digestOf(size), size)
		if want && (err != nil || c.Size != size) || !want && !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("content of %d bytes in %q: %+v, %v", size, vaultURL, c, err)
		}
	}
	check(5, packVault, true)
	check(14, packVault, true)
	check(6, packVault, false)
	check(5, "s3://other/", false)
	if _, err := b.Content(t.Context(), packVault, digestOf(5), 6); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("another size: %v", err)
	}
	if lost, err := b.Lost(t.Context(), packVault); err != nil || len(lost) > 0 {
		t.Errorf("lost: %v, %v", lost, err)
	}
	packs[1].State = record.Lost
	if err := b.SavePack(t.Context(), &packs[1]); err != nil {
		t.Fatal(err)
	}
	check(5, packVault, true)
	check(7, packVault, false)
	check(14, packVault, false)
	lost, err := b.Lost(t.Context(), packVault)
	isLost := func(key int64) bool {
		return slices.ContainsFunc(lost, func(r record.KeyRange) bool { return r.Has(key) })
	}
	if err != nil || !isLost(part.Content.Key) || !isLost(large.Content.Key) {
		t.Errorf("lost: %v, %v; want %d and %d", lost, err, part.Content.Key, large.Content.Key)
	}
	var left []string
	for p, err := range b.UnstoredPacks(t.Context(), packVault) {
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, p.ID)
	}
	if !slices.Equal(left, []string{"one"}) {
		t.Errorf("packs to be stored: %q", left)
	}
}

// What few files have comes back, also names that are not UTF-8.
func TestFilesComeBackWhole(t *testing.T) {
	c := fresh(t)
	b := c.Backups()
	s := record.Snapshot{ID: "s", Vault: packVault, Host: "h\xff", Roots: []string{"srv/\xfe"}, Tags: []string{"x", "ü"}}
	if _, err := b.Begin(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
	root := rootOf(t, b, s, "srv/\xfe")
	want := record.File{
		Name: "\xff\n", Kind: record.Symlink, Mode: 0o7777, Size: 3, ModTime: -1, ChangeTime: 1 << 62, Inode: 1<<64 - 1,
		Owner: record.Owner{UID: 1<<32 - 1, GID: 5, User: "me", Group: "us"},
		More: record.More{
			Link: "\xfd", Major: 1, Minor: 2, Attributes: 3, Xattrs: map[string][]byte{"user.\xff": {0, 255}},
			Holes: []record.Extent{{Offset: 1, Size: 2}},
		},
	}
	if err := b.Apply(t.Context(), s.Key, []record.FileChange{{Directory: root, File: want}}); err != nil {
		t.Fatal(err)
	}
	want.DirectoryID, want.Since = root.Key, s.Key
	if f, err := b.CurrentFiles(t.Context(), root.Key, "", 2); err != nil || len(f) != 1 || fmt.Sprintf("%+v", f[0]) != fmt.Sprintf("%+v", want) {
		t.Errorf("got %+v, %v, want %+v", f, err, want)
	}
	for got, err := range b.Snapshots(t.Context(), "") {
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", s) {
			t.Errorf("got %+v, %v, want %+v", got, err, s)
		}
	}
	for f, err := range b.Find(t.Context(), "", "\xff*") {
		if err != nil || f.Path != "srv/\xfe/\xff\n" || f.Host != s.Host {
			t.Errorf("found %+v, %v", f, err)
		}
	}
}
