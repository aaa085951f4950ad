package restore_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firn/record"
	"firn/restore"
	"firn/vault"
)

func TestPatterns(t *testing.T) {
	r := newRig(t)
	r.snapshot(dir("home"), dir("home/ann"), dir("home/bob"), dir("home/bob/ann"),
		text("home/ann/a.pdf", "1"), text("home/ann/b.txt", "2"), text("home/bob/c.pdf", "3"), text("home/bob/ann/d.txt", "4"),
		text("home/x[1]", "5"), hardlink("home/bob/link", "home/ann/b.txt"))
	for patterns, want := range map[string]string{
		"ann":                       "home/ home/ann/ home/ann/a.pdf home/ann/b.txt home/bob/ home/bob/ann/ home/bob/ann/d.txt",
		"home/ann":                  "home/ home/ann/ home/ann/a.pdf home/ann/b.txt",
		"/home/ann/":                "home/ home/ann/ home/ann/a.pdf home/ann/b.txt",
		"./home/ann/a.pdf":          "home/ home/ann/ home/ann/a.pdf",
		"*.pdf":                     "home/ home/ann/ home/ann/a.pdf home/bob/ home/bob/c.pdf",
		"home/*/*.txt":              "home/ home/ann/ home/ann/b.txt",
		"**/d.txt":                  "home/ home/bob/ home/bob/ann/ home/bob/ann/d.txt",
		"home/{ann,bob}/[ac].pdf":   "home/ home/ann/ home/ann/a.pdf home/bob/ home/bob/c.pdf",
		`home/x\[1\]`:               "home/ home/x[1]",
		"home/bob/link":             "home/ home/bob/ home/bob/link",
		"b.txt home/bob/link":       "home/ home/ann/ home/ann/b.txt home/bob/ home/bob/link",
		"home/ann/a.pdf nothing":    "home/ home/ann/ home/ann/a.pdf",
		"home/bob/ann/*.txt b.t?t ": "home/ home/ann/ home/ann/b.txt home/bob/ home/bob/ann/ home/bob/ann/d.txt",
	} {
		r.dir = t.TempDir()
		r.options.Dir = r.dir
		r.restore(restore.Selection{Patterns: strings.Fields(patterns)})
		if got := strings.Join(slices.Sorted(maps.Keys(r.files())), " "); got != want {
			t.Errorf("%s: got %s, want %s", patterns, got, want)
		}
	}
	for _, pattern := range []string{"nothing", "home/ann/a.pdf/x", "ome/ann"} {
		if _, err := r.plan(restore.Selection{Patterns: []string{pattern}}); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	for _, pattern := range []string{"", "a[", "{a"} {
		if _, err := r.plan(restore.Selection{Patterns: []string{pattern}}); !errors.Is(err, vault.ErrInvalid) {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}

// A pattern that matches nothing is reported, also if another one selects files.
func TestPatternsThatMatchNothing(t *testing.T) {
	r := newRig(t)
	r.snapshotOf("h", "srv/home", dir("srv/home"), dir("srv/home/ann"), text("srv/home/ann/a.pdf", "1"), text("srv/home/b", "2"))
	for patterns, want := range map[string]string{
		"":                               "",
		"home":                           "",
		"srv home ann":                   "",
		"ann a.pdf *.pdf srv/home/ann/*": "",
		"/ b":                            "",
		"home typo":                      "typo",
		"typo/a / *.txt":                 "typo/a *.txt",
		"srv/home/ann home/ann":          "home/ann",
	} {
		plan, err := r.plan(restore.Selection{Patterns: strings.Fields(patterns)})
		if err != nil {
			t.Fatal(err)
		}
		closed(t, plan)
		if got := strings.Join(plan.Unused, " "); got != want {
			t.Errorf("%s: %q are not used, want %q", patterns, got, want)
		}
	}
}

// Hard links to a file that is not selected become names of one file.
func TestLinksToOthers(t *testing.T) {
	r := newRig(t)
	r.snapshot(dir("home"), dir("home/ann"), dir("home/bob"), text("home/ann/a", "a"), text("home/ann/b", "b"),
		hardlink("home/bob/1", "home/ann/a"), hardlink("home/bob/2", "home/ann/b"), hardlink("home/bob/3", "home/ann/a"),
		hardlink("home/bob/4", "home/ann/missing"))
	report, err := r.try(restore.Selection{Patterns: []string{"home/bob"}})
	if err != nil || report.Failed != 1 || report.List[0].Path != "home/bob/4" || report.Files != 3 {
		t.Errorf("%+v, %v", report, err)
	}
	r.want(map[string]string{"home/": "", "home/bob/": "", "home/bob/1": "a", "home/bob/2": "b", "home/bob/3": "a"})
	one, errOne := os.Stat(filepath.Join(r.dir, "home/bob/1"))
	three, errThree := os.Stat(filepath.Join(r.dir, "home/bob/3"))
	if err := errors.Join(errOne, errThree); err != nil || !os.SameFile(one, three) {
		t.Errorf("they are two files: %v", err)
	}
}

// A hard link to a file that the record does not have is not made to one that is there already.
func TestLinksToFilesOfTheUser(t *testing.T) {
	r := newRig(t)
	r.snapshot(dir("home"), text("home/a", "a"), hardlink("home/link", "home/mine"), hardlink("home/itself", "home/itself"))
	r.mustMake(os.MkdirAll(filepath.Join(r.dir, "home"), 0o700), os.WriteFile(filepath.Join(r.dir, "home/mine"), []byte("mine"), 0o600))
	for _, patterns := range [][]string{nil, {"home/link", "home/itself", "home/a"}} {
		report, err := r.try(restore.Selection{Patterns: patterns})
		if err != nil || report.Failed != 2 {
			t.Errorf("%+v, %v", report, err)
		}
		r.want(map[string]string{"home/": "", "home/a": "a", "home/mine": "mine"})
	}
}

// The record is not read again for each directory with files that are linked to.
func TestLinksToManyDirectories(t *testing.T) {
	r := newRig(t)
	const n = 50
	files := []file{dir("home"), dir("home/a"), dir("home/b")}
	want := map[string]string{"home/": "", "home/b/": ""}
	for i := range n {
		at := fmt.Sprintf("home/a/%d", i)
		link := fmt.Sprintf("home/b/%d", i)
		files = append(files, dir(at), text(at+"/f", at), hardlink(link, at+"/f"))
		want[link] = at
	}
	r.snapshot(files...)
	listed := 0
	book := &liar{RestoreJournal: r.catalog.Backups(), found: func(*record.Found) { listed++ }}
	if report, err := r.tryBook(book, restore.Selection{Patterns: []string{"home/b"}}); err != nil || report.Files != n {
		t.Errorf("%+v, %v", report, err)
	}
	r.want(want)
	if listed > 3*len(files) {
		t.Errorf("%d files were listed, of %d", listed, len(files))
	}
}

// The root of a snapshot, and the directories above it, can be selected by their names.
func TestPatternsOfRoots(t *testing.T) {
	r := newRig(t)
	r.snapshotOf("h", "srv/home/ann", dir("srv/home/ann"), text("srv/home/ann/a", "a"), dir("srv/home/ann/ann"), text("srv/home/ann/ann/b", "b"))
	for _, pattern := range []string{"ann", "home", "srv", "h?me", "/srv/home", "/"} {
		r.dir = t.TempDir()
		r.options.Dir = r.dir
		r.restore(restore.Selection{Patterns: []string{pattern}})
		if files := r.files(); files["srv/home/ann/a"] != "a" || files["srv/home/ann/ann/b"] != "b" {
			t.Errorf("%s: %v", pattern, files)
		}
	}
}

func TestSnapshotsAreChosen(t *testing.T) {
	r := newRig(t)
	first := r.snapshot(dir("home"), text("home/a", "old"), text("home/gone", "x"))
	second := r.snapshot(text("home/a", "new"), file{path: "home/gone", gone: true}, text("home/more", "y"))
	partial := r.begin("h", "home")
	r.store(partial, "home", text("home/a", "newest"))
	for name, test := range map[string]struct {
		restore.Selection
		want map[string]string
		err  error
	}{
		"the newest complete one": {restore.Selection{}, map[string]string{"home/": "", "home/a": "new", "home/more": "y"}, nil},
		"by id":                   {restore.Selection{Snapshot: first.ID}, map[string]string{"home/": "", "home/a": "old", "home/gone": "x"}, nil},
		"by a short id":           {restore.Selection{Snapshot: strings.ToUpper(second.ID[:6])}, map[string]string{"home/": "", "home/a": "new", "home/more": "y"}, nil},
		"partial":                 {restore.Selection{Snapshot: partial.ID}, map[string]string{"home/": "", "home/a": "newest", "home/more": "y"}, nil},
		"by time":                 {restore.Selection{At: first.Started}, map[string]string{"home/": "", "home/a": "old", "home/gone": "x"}, nil},
		"before all":              {restore.Selection{At: first.Started.Add(-time.Hour)}, nil, vault.ErrNotFound},
		"no such id":              {restore.Selection{Snapshot: "0000000000000000"}, nil, vault.ErrNotFound},
		"too short an id":         {restore.Selection{Snapshot: "0"}, nil, vault.ErrInvalid},
		"another host":            {restore.Selection{Host: "i"}, nil, vault.ErrNotFound},
		"the host":                {restore.Selection{Host: "h"}, map[string]string{"home/": "", "home/a": "new", "home/more": "y"}, nil},
		"another tag":             {restore.Selection{Tags: []string{"weekly"}}, nil, vault.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			r.dir = t.TempDir()
			r.options.Dir = r.dir
			if _, err := r.try(test.Selection); !errors.Is(err, test.err) {
				t.Fatal(err)
			}
			r.want(test.want)
		})
	}
	r.snapshotOf("i", "home", dir("home"))
	if _, err := r.plan(restore.Selection{}); !errors.Is(err, vault.ErrInvalid) || !strings.Contains(err.Error(), `"h", "i"`) {
		t.Errorf("two hosts: %v", err)
	}
}

// A directory that was backed up by itself, too, is restored from the newer snapshot.
func TestTreesWithinTrees(t *testing.T) {
	for name, test := range map[string]struct {
		take func(r *rig)
		want map[string]string
	}{
		"the inner one is newer": {func(r *rig) {
			r.snapshotOf("h", "home", dir("home"), dir("home/ann"), text("home/ann/a", "outer"), text("home/b", "b"))
			r.snapshotOf("h", "home/ann", dir("home/ann"), text("home/ann/a", "inner"))
		}, map[string]string{"home/": "", "home/ann/": "", "home/ann/a": "inner", "home/b": "b"}},
		"the outer one is newer": {func(r *rig) {
			r.snapshotOf("h", "home/ann", dir("home/ann"), text("home/ann/a", "inner"), text("home/ann/gone", "inner"))
			r.snapshotOf("h", "home", dir("home"), dir("home/ann"), text("home/ann/a", "outer"))
		}, map[string]string{"home/": "", "home/ann/": "", "home/ann/a": "outer"}},
		"the outer one leaves it out": {func(r *rig) {
			r.snapshotOf("h", "home/ann", dir("home/ann"), text("home/ann/a", "inner"))
			r.snapshotOf("h", "home", dir("home"), dir("home/ann"), text("home/b", "b"))
		}, map[string]string{"home/": "", "home/ann/": "", "home/ann/a": "inner", "home/b": "b"}},
		"the root": {func(r *rig) {
			r.snapshotOf("h", "", dir(""), text("a", "1"))
			r.snapshotOf("h", "srv", dir("srv"), text("srv/b", "2"))
		}, map[string]string{"a": "1", "srv/": "", "srv/b": "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			test.take(r)
			r.restore(restore.Selection{})
			r.want(test.want)
		})
	}
}

// Files of packs that are not stored are listed, and the others are restored.
func TestPacksThatAreNotStored(t *testing.T) {
	r := newRig(t)
	for _, state := range []record.PackState{record.Packed, record.Writing, record.Spooled, record.Lost} {
		r.change = func(p *record.Pack) { p.State = state }
		r.snapshot(dir("home"), text("home/"+string(state), string(state)))
	}
	report, err := r.try(restore.Selection{})
	if err != nil || report.Failed != 3 || report.Files != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	for _, p := range report.List {
		if !strings.Contains(p.Error(), "pack") {
			t.Error(p)
		}
	}
	r.want(map[string]string{"home/": "", "home/stored": "stored"})
}
