//go:build !race || torture

package restore_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/record"
	"firn/restore"
)

// attack is a record, or a pack, that an enemy has made. What it changes must not be restored.
type attack struct {
	liar
	files []file          // of the snapshot, beside home and home/good
	bytes func(p []byte)  // changes the archive
	plain bool            // the pack is not encrypted
	force bool            // Options.Force
	prior func(r *rig)    // what is in the directory before
	want  map[string]bool // what may be restored beside home and home/good
	says  string          // part of the problem
	fails int64           // how many files fail; 0 is 1
	total bool            // nothing of the pack is restored
}

// named is a file that the record has in addition.
func named(path string) record.Found {
	return record.Found{Path: path, File: record.File{Name: filepath.Base(path), Kind: record.Regular, Size: 0, Mode: 0o644, ModTime: fileTime.UnixNano()}}
}

// kinds are the same for another kind of file.
func ofKind(path string, kind record.FileKind, link string) record.Found {
	f := named(path)
	f.Kind, f.More.Link = kind, link
	return f
}

func nameAttacks() map[string]attack {
	attacks := map[string]attack{}
	for what, path := range map[string]string{
		"parent": "../evil", "parent within": "home/../../evil", "absolute": "/evil", "dot": "home/./evil", "twice": "home//evil",
		"NUL": "home/evil\x00", "only parents": "../..", "slash at the end": "home/evil/", "long": strings.Repeat("e", 33<<10), "dots": "..",
		"the work file": "home/evil/../../../work/firn-restore.lock",
	} {
		attacks["name: "+what] = attack{liar: liar{more: []record.Found{named(path)}}, says: "name"}
		attacks["directory: "+what] = attack{liar: liar{more: []record.Found{ofKind(path, record.Directory, "")}}, says: "name"}
		attacks["link: "+what] = attack{liar: liar{more: []record.Found{ofKind(path, record.Symlink, "x")}}, says: "name"}
	}
	attacks["name: too long an element"] = attack{liar: liar{more: []record.Found{named("home/" + strings.Repeat("e", 256))}}, says: "long"}
	return attacks
}

func linkAttacks() map[string]attack {
	allowed := func(names ...string) map[string]bool {
		m := map[string]bool{}
		for _, n := range names {
			m[n] = true
		}
		return m
	}
	link := func(path, target string) record.Found { return ofKind(path, record.Symlink, target) }
	hard := func(path, target string) record.Found { return ofKind(path, record.Hardlink, target) }
	return map[string]attack{
		"a file through a link": {
			liar: liar{more: []record.Found{link("home/l", ".."), named("home/l/evil")}},
			want: allowed("home/l/", "home/l/evil"), says: "exists and is a directory",
		},
		"a directory through a link": {
			liar: liar{more: []record.Found{link("home/l", "/tmp"), ofKind("home/l", record.Directory, ""), named("home/l/evil")}},
			want: allowed("home/l/", "home/l/evil"), fails: 2, says: "twice",
		},
		"a file behind an older link": {
			liar: liar{more: []record.Found{named("home/l/evil")}},
			prior: func(r *rig) {
				r.mustMake(os.MkdirAll(filepath.Join(r.dir, "home"), 0o700), os.Symlink("../..", filepath.Join(r.dir, "home/l")))
			},
			want: allowed("home/l"), says: "symbolic link",
		},
		"a directory behind an older link": {
			liar: liar{more: []record.Found{ofKind("home/l/evil", record.Directory, "")}}, force: true,
			prior: func(r *rig) {
				r.mustMake(os.MkdirAll(filepath.Join(r.dir, "home"), 0o700), os.Symlink(filepath.Dir(r.dir), filepath.Join(r.dir, "home/l")))
			},
			want: allowed("home/l"), says: "symbolic link",
		},
		"a hard link to outside":     {liar: liar{more: []record.Found{hard("home/h", "../secret")}}, says: "link to"},
		"a hard link to an absolute": {liar: liar{more: []record.Found{hard("home/h", "/etc/passwd")}}, says: "link to"},
		"a hard link to nothing":     {liar: liar{more: []record.Found{hard("home/h", "home/nothing")}}, says: "no such file"},
		"a hard link to itself":      {liar: liar{more: []record.Found{hard("home/h", "home/h")}}, says: "no such file"},
		"a hard link to a directory": {liar: liar{more: []record.Found{hard("home/h", "home")}}, says: "no such file"},
		"a hard link through a link": {liar: liar{more: []record.Found{link("home/l", ".."), hard("home/h", "home/l/secret")}}, want: allowed("home/l"), says: "no such file"},
		"a hard link to a bad file":  {liar: liar{more: []record.Found{bad("home/b"), hard("home/h", "home/b")}}, fails: 2, says: "not restored"},
		"a link without a target":    {liar: liar{more: []record.Found{link("home/l", "")}}, says: "target"},
		"a link with a NUL":          {liar: liar{more: []record.Found{link("home/l", "a\x00b")}}, says: "target"},
		"a link with a long target":  {liar: liar{more: []record.Found{link("home/l", strings.Repeat("t", 40<<10))}}, says: "target"},
		"a device":                   {liar: liar{more: []record.Found{ofKind("home/d", record.BlockDevice, "")}}, says: "device"},
		"an unknown kind":            {liar: liar{more: []record.Found{ofKind("home/k", 77, "")}}, says: "kind"},
		"no kind":                    {liar: liar{more: []record.Found{ofKind("home/k", 0, "")}}, says: "kind"},
		"a name twice":               {liar: liar{more: []record.Found{named("home/good")}}, says: "twice"},
		"a file that is a directory": {liar: liar{more: []record.Found{ofKind("home/good", record.Directory, "")}}, says: "twice"},
		"a file below a file": {
			files: []file{text("home/f", "f")}, liar: liar{more: []record.Found{named("home/f/evil")}},
			want: allowed("home/f/", "home/f/evil"), says: "exists",
		},
		"a file below an existing file": {liar: liar{more: []record.Found{named("home/f/evil")}}, prior: existing("home/f"), want: allowed("home/f"), force: true, says: "exists"},
		"an existing file":              {liar: liar{more: []record.Found{named("home/f")}}, prior: existing("home/f"), want: allowed("home/f"), says: "exists"},
		"an existing directory":         {liar: liar{more: []record.Found{named("home/f")}}, prior: existing("home/f/x"), want: allowed("home/f/", "home/f/x"), force: true, says: "directory"},
	}
}

// bad is a file whose content does not exist.
func bad(path string) record.Found {
	f := named(path)
	f.Size, f.Content = 5, 1<<40
	return f
}

func existing(path string) func(r *rig) {
	return func(r *rig) {
		name := filepath.Join(r.dir, path)
		r.mustMake(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte("mine"), 0o600))
	}
}

func contentAttacks() map[string]attack {
	file := []file{text("home/evil", noise(9, 300_000))}
	found := func(change func(*record.Found)) attack {
		return attack{files: file, liar: liar{found: func(f *record.Found) {
			if f.Path == "home/evil" {
				change(f)
			}
		}}, says: "content"}
	}
	content := func(change func(*record.Content)) attack {
		return attack{files: file, liar: liar{content: func(c *record.Content) {
			if c.Size == 300_000 {
				change(c)
			}
		}}, says: "content"}
	}
	return map[string]attack{
		"a larger size":        found(func(f *record.Found) { f.Size++ }),
		"a negative size":      found(func(f *record.Found) { f.Size = -1 }),
		"a huge size":          found(func(f *record.Found) { f.Size = math.MaxInt64 }),
		"a content of nothing": found(func(f *record.Found) { f.Content = 0 }),
		"another digest":       content(func(c *record.Content) { c.Digest[0]++ }),
		"no digest":            content(func(c *record.Content) { c.Digest = record.Digest{} }),
		"another place":        content(func(c *record.Content) { c.Offset += 512 }),
		"a negative place":     content(func(c *record.Content) { c.Offset = -1 }),
		"a place at the end":   content(func(c *record.Content) { c.Offset = 10 << 20 }),
		"a huge place":         content(func(c *record.Content) { c.Offset = math.MaxInt64 }),
		"no pack":              content(func(c *record.Content) { c.Pack = 0 }),
		"an unknown pack":      content(func(c *record.Content) { c.Pack = 1 << 40 }),
		"a larger content":     content(func(c *record.Content) { c.Size = 1 << 60 }),
	}
}

// packAttacks change the record of a pack, so that nothing of it is restored.
func packAttacks() map[string]attack {
	change := func(change func(p *record.Pack)) attack {
		return attack{liar: liar{pack: change}, total: true, says: "pack"}
	}
	return map[string]attack{
		"no end":                change(func(p *record.Pack) { p.Tail = nil }),
		"a shorter end":         change(func(p *record.Pack) { p.Tail = p.Tail[1:] }),
		"an end of zeros":       change(func(p *record.Pack) { p.Tail = make([]byte, len(p.Tail)) }),
		"an end of many frames": change(func(p *record.Pack) { p.Tail = append(make([]byte, 1<<20), p.Tail...) }),
		"another id":            change(func(p *record.Pack) { p.ID = strings.Repeat("0", 32) }),
		"an id that is a path":  change(func(p *record.Pack) { p.ID = "../../../evil" }),
		"another plain size":    change(func(p *record.Pack) { p.PlainSize++ }),
		"a negative plain size": change(func(p *record.Pack) { p.PlainSize = -1 }),
		"a huge plain size":     change(func(p *record.Pack) { p.PlainSize = math.MaxInt64 }),
		"another size":          change(func(p *record.Pack) { p.Size++ }),
		"a negative size":       change(func(p *record.Pack) { p.Size = math.MinInt64 }),
		"a huge size":           change(func(p *record.Pack) { p.Size = math.MaxInt64 }),
		"another index":         change(func(p *record.Pack) { p.IndexDigest = make([]byte, 32) }),
		"no header":             change(func(p *record.Pack) { p.Header = nil }),
		"a shorter header":      change(func(p *record.Pack) { p.Header = p.Header[1:] }),
		"a header of zeros":     change(func(p *record.Pack) { p.Header = make([]byte, len(p.Header)) }),
		"another last chunk":    change(func(p *record.Pack) { p.Last = make([]byte, len(p.Last)) }),
		"another archive":       {liar: liar{pack: func(p *record.Pack) { p.Archive = "evil" }}, total: true, says: "archive"},
		"another vault":         change(func(p *record.Pack) { p.Vault = "file:///evil" }),
		"an unknown state":      change(func(p *record.Pack) { p.State = "evil" }),
	}
}

// archiveAttacks change the archive in the vault.
func archiveAttacks() map[string]attack {
	file := []file{text("home/evil", noise(9, 1<<20))}
	attacks := map[string]attack{}
	for name, change := range map[string]func(p []byte){
		"a flipped bit":   func(p []byte) { p[len(p)/2] ^= 1 },
		"a block of zero": func(p []byte) { clear(p[len(p)/2 : len(p)/2+100_000]) },
		"chunks swapped": func(p []byte) {
			a, b := p[len(p)/2:len(p)/2+65_552], p[len(p)/2+65_552:len(p)/2+2*65_552]
			for i := range a {
				a[i], b[i] = b[i], a[i]
			}
		},
		"a frame with a huge window": func(p []byte) {
			i := bytes.Index(p[len(p)/2:], []byte{0x28, 0xb5, 0x2f, 0xfd}) + len(p)/2
			if i >= len(p)/2 {
				copy(p[i+4:], []byte{0x00, 0xff})
			} else {
				p[len(p)/2] ^= 1 // it is encrypted
			}
		},
		"nothing but zeros": func(p []byte) { clear(p[300_000 : len(p)-200_000]) },
	} {
		attacks["encrypted archive: "+name] = attack{files: file, bytes: change, says: "content"}
		attacks["plain archive: "+name] = attack{files: file, bytes: change, plain: true, says: "content"}
	}
	return attacks
}

// run runs an attack on a host of its own, and looks at what is on the disk.
func (a attack) run(t *testing.T, r rig) {
	outside := t.TempDir()
	r.t, r.dir, r.work, r.places = t, filepath.Join(outside, "back"), filepath.Join(outside, "work"), map[string]*record.Place{}
	r.options.Dir, r.options.WorkDir, r.options.Force = r.dir, r.work, a.force
	r.mustMake(os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600))
	if a.prior != nil {
		a.prior(&r)
	}
	r.corrupt = a.bytes
	r.snapshotOf(t.Name(), "home", append([]file{dir("home"), text("home/good", "good")}, a.files...)...)
	a.RestoreJournal = r.catalog.Backups()
	var report restore.Report
	var err error
	if peak := peakMemory(func() { report, err = r.tryBook(&a.liar, restore.Selection{Host: t.Name()}) }); peak > maxMemory {
		t.Errorf("a restore needs %d MiB", peak>>20)
	}
	if err != nil || report.Failed != max(a.fails, 1) || !strings.Contains(errors.Join(errorsOf(report)...).Error(), a.says) {
		t.Errorf("%d failed, %v, %v", report.Failed, report.List, err)
	}
	a.check(&r, outside)
}

// check compares what is on the disk.
func (a attack) check(r *rig, outside string) {
	r.t.Helper()
	files := r.files()
	for name, content := range files {
		isGood := name == "home/" || name == "home/good" && content == "good"
		if !isGood && !a.want[name] {
			r.t.Errorf("%q is there, with %d bytes", name, len(content))
		}
		if content == "secret" {
			r.t.Errorf("%q has the secret", name)
		}
	}
	if !a.total && files["home/good"] != "good" {
		r.t.Error("the good file is missing")
	}
	entries, err := os.ReadDir(outside)
	for _, e := range entries {
		if name := e.Name(); name != "back" && name != "work" && name != "secret" {
			r.t.Errorf("%q is outside of the directory", name)
		}
	}
	if err != nil {
		r.t.Error(err)
	}
}

func errorsOf(report restore.Report) (errs []error) {
	for _, p := range report.List {
		errs = append(errs, p)
	}
	return errs
}

func TestLongHostileRecords(t *testing.T) {
	plain, sealed := newRig(t), newRig(t)
	sealed.seal()
	n := 0
	for _, group := range []map[string]attack{nameAttacks(), linkAttacks(), contentAttacks(), packAttacks(), archiveAttacks()} {
		for name, a := range group {
			n++
			t.Run(name, func(t *testing.T) {
				if a.plain {
					a.run(t, *plain)
				} else {
					a.run(t, *sealed)
				}
			})
		}
	}
	if n < 60 {
		t.Errorf("only %d attacks", n)
	}
}
