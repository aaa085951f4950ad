package restore_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"firn/record"
	"firn/restore"
	"firn/vault"
)

// segmented records a file whose content is in segments: contents in packs, or zero bytes where
// the text is empty.
func (r *rig) segmented(s record.Snapshot, name string, size int, segments ...string) string {
	r.t.Helper()
	book := r.catalog.Backups()
	whole := make([]byte, 0, size*len(segments))
	c := &record.Content{}
	for _, segment := range segments {
		at := record.Segmented{Offset: int64(len(whole)), Size: int64(size)}
		if segment == "" {
			whole = append(whole, make([]byte, size)...)
		} else {
			p := r.store(s, "home", text("home/"+name+".segment", segment))
			on, err := book.Content(r.t.Context(), s.Vault, sha256.Sum256([]byte(segment)), int64(len(segment)))
			if err != nil || on.Pack != p.Key {
				r.t.Fatal(err)
			}
			at.Part, at.Size = on.Key, on.Size
			whole = append(whole, segment...)
		}
		c.Segments = append(c.Segments, at)
	}
	c.Digest, c.Size = sha256.Sum256(whole), int64(len(whole))
	f := record.File{Name: name, Kind: record.Regular, Mode: 0o600, Size: c.Size, ModTime: fileTime.UnixNano()}
	gone := record.File{Name: name + ".segment"}
	home := r.place(s, "home", file{path: "home/x"})
	err := book.Apply(r.t.Context(), s.Key, []record.FileChange{{Directory: home, File: f, Content: c}, {Directory: home, File: gone, IsGone: true}})
	if err != nil {
		r.t.Fatal(err)
	}
	return string(whole)
}

func TestFileInSegments(t *testing.T) {
	r := newRig(t)
	r.seal()
	s := r.begin("h", "home")
	r.store(s, "home", dir("home"))
	want := map[string]string{
		"home/":     "",
		"home/disk": r.segmented(s, "disk", 300_000, noise(1, 300_000), "", noise(2, 300_000), "", noise(3, 100)),
		"home/zero": r.segmented(s, "zero", 300_000, "", ""),
	}
	select1 := restore.Selection{Snapshot: s.ID}
	r.restore(select1)
	r.want(want)
	r.wantNoWork()
	if again := r.restore(select1); again.Present != 2 || again.Files != 0 {
		t.Errorf("the second report is %+v", again)
	}

	r.options.Dir = ""
	for name, content := range map[string]string{"disk": want["home/disk"], "zero": want["home/zero"]} {
		plan, err := r.plan(restore.Selection{Snapshot: s.ID, Patterns: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if _, err := plan.Stream(t.Context(), &got); err != nil || got.String() != content {
			t.Errorf("%s: got %d bytes, %v", name, got.Len(), err)
		}
		closed(t, plan)
	}
}

// A segment that an earlier run has written is not fetched again.
func TestSegmentsAreKept(t *testing.T) {
	r := newRig(t)
	book := r.catalog.Backups()
	s := r.begin("h", "home")
	r.store(s, "home", dir("home"))
	whole := r.segmented(s, "disk", 2<<20, noise(1, 2<<20), noise(2, 2<<20), noise(3, 2<<20))
	packs, err := collect(book.Packs(t.Context(), s.Key))
	if err != nil {
		t.Fatal(err)
	}
	last := packs[len(packs)-1]
	missing := last
	missing.Archive = "missing"
	if err := book.SavePack(t.Context(), &missing); err != nil {
		t.Fatal(err)
	}
	report, err := r.try(restore.Selection{Snapshot: s.ID})
	if err != nil || report.Failed != 1 || !errors.Is(report.List[0], vault.ErrNotFound) {
		t.Fatalf("%+v, %v", report, err)
	}
	left, err := filepath.Glob(filepath.Join(r.dir, "home", ".firn-restore-*"))
	if err != nil || len(left) != 1 {
		t.Errorf("unfinished files: %v, %v", left, err)
	}
	if err := book.SavePack(t.Context(), &last); err != nil {
		t.Fatal(err)
	}
	if report := r.restore(restore.Selection{Snapshot: s.ID}); report.Fetched > 3<<20 {
		t.Errorf("%d bytes were fetched again", report.Fetched)
	}
	r.want(map[string]string{"home/": "", "home/disk": whole})
}

func TestSegmentsThatLie(t *testing.T) {
	for name, change := range map[string]func(c *record.Content){
		"a gap":               func(c *record.Content) { c.Segments[1].Offset++ },
		"an overlap":          func(c *record.Content) { c.Segments[1].Offset-- },
		"too small":           func(c *record.Content) { c.Segments = c.Segments[:1] },
		"another size":        func(c *record.Content) { c.Size++ },
		"a negative size":     func(c *record.Content) { c.Segments[0].Size = -5 },
		"a huge size":         func(c *record.Content) { c.Segments[0].Size = 1 << 62 },
		"another part's size": func(c *record.Content) { c.Segments[0].Size++; c.Segments[1].Offset++; c.Size++ },
		"itself":              func(c *record.Content) { c.Segments[0].Part = c.Key },
		"no part":             func(c *record.Content) { c.Segments[0].Part = 1 << 40 },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			s := r.begin("h", "home")
			r.store(s, "home", dir("home"), text("home/other", "other"))
			r.segmented(s, "disk", 1000, noise(1, 1000), noise(2, 1000))
			report, err := r.tryBook(&liar{RestoreJournal: r.catalog.Backups(), content: func(c *record.Content) {
				if len(c.Segments) > 0 {
					change(c)
				}
			}}, restore.Selection{Snapshot: s.ID})
			if err != nil || report.Failed != 1 || report.List[0].Path != "home/disk" || !strings.Contains(report.List[0].Error(), "content") {
				t.Errorf("%+v, %v", report, err)
			}
			r.want(map[string]string{"home/": "", "home/other": "other"})
		})
	}
}
