package durability_test

import (
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// disk is a model of a directory: the files in it, and the part of them that a power loss
// would leave. Its paths are relative to the directory.
type disk struct {
	root  string
	clock int              // increases with every step
	nodes map[string]*node // the files and directories, by path
	named map[string]int   // names given and not yet flushed, with their time
	gone  map[string]int   // names removed and not yet flushed, with their time
	ever  map[string]bool  // names that were ever removed

	opened map[string]string // the last known file of each descriptor
}

// node is a file or a directory. Its links share it.
type node struct {
	dir     bool
	written int           // time of the last write
	flushed int           // time up to which its bytes are on the disk
	flushes map[*call]int // time at which each running flush began: it covers the writes before
	// dirty holds the writes since the last flush. lost holds those of them that preceded a
	// failed flush. They can be read, but may never reach the disk unless they are written
	// again, however many flushes succeed.
	dirty, lost map[extent]bool
}

// extent is the range of one write.
type extent struct{ offset, size string }

// newDisk returns the model of a directory whose present contents are all on the disk.
func newDisk(t *testing.T, root string) *disk {
	t.Helper()
	d := &disk{root: root, nodes: make(map[string]*node), named: make(map[string]int), gone: make(map[string]int), ever: make(map[string]bool), opened: make(map[string]string)}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil {
			d.nodes[d.rel(path)] = &node{dir: e.IsDir()}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// rel returns a path relative to the directory, or "" for a path outside.
func (d *disk) rel(path string) string {
	rel, err := filepath.Rel(d.root, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") || !filepath.IsAbs(path) {
		return ""
	}
	return rel
}

// apply applies the effect of a step to the disk.
func (d *disk) apply(s step) {
	d.clock++
	switch act := d.actOf(s.call); act.kind {
	case "write":
		if n := d.nodes[act.path]; n != nil && s.end && !s.failed {
			n.write(act, d.clock)
		}
	case "flush":
		d.flush(act.path, s)
	case "create", "make":
		if s.end && !s.failed && d.nodes[act.path] == nil {
			d.nodes[act.path] = &node{dir: act.kind == "make"}
			d.name(act.path)
		}
	case "name":
		if s.end && !s.failed {
			d.rename(act)
		}
	case "remove":
		if s.end && !s.failed {
			d.remove(act.path)
		}
	}
}

func (n *node) write(a act, now int) {
	n.written = now
	if a.anew || n.dirty == nil {
		n.dirty, n.lost = make(map[extent]bool), make(map[extent]bool)
	}
	delete(n.lost, a.extent)
	n.dirty[a.extent] = true
}

func (d *disk) name(path string) {
	d.named[path] = d.clock
	delete(d.gone, path)
}

func (d *disk) remove(path string) {
	delete(d.nodes, path)
	delete(d.named, path)
	d.gone[path], d.ever[path] = d.clock, true
}

func (d *disk) rename(a act) {
	if a.link {
		d.nodes[a.path] = d.nodes[a.from]
		d.name(a.path)
		return
	}
	for path, n := range d.nodes {
		rest, below := strings.CutPrefix(path, a.from)
		if !below || rest != "" && rest[0] != '/' {
			continue
		}
		d.nodes[a.path+rest] = n
		delete(d.nodes, path)
		if at, waits := d.named[path]; waits {
			d.named[a.path+rest] = at
			delete(d.named, path)
		}
	}
	d.gone[a.from], d.ever[a.from] = d.clock, true
	d.name(a.path)
}

func (d *disk) flush(path string, s step) {
	n := d.nodes[path]
	switch {
	case n == nil:
	case !s.end:
		if n.flushes == nil {
			n.flushes = make(map[*call]int)
		}
		n.flushes[s.call] = d.clock
	case s.failed:
		maps.Copy(n.lost, n.dirty)
	case !s.failed:
		began := n.flushes[s.call]
		if n.written < began {
			clear(n.dirty)
		}
		n.flushed = max(n.flushed, began)
		for _, names := range []map[string]int{d.named, d.gone} {
			for name, at := range names {
				if n.dir && filepath.Dir(name) == path && at < began {
					delete(names, name)
				}
			}
		}
	}
}

// unsafe returns the reason why a power loss could damage or lose the file at path.
func (d *disk) unsafe(path string) string {
	n := d.nodes[path]
	if n == nil {
		return "is not there"
	}
	if why := n.unflushed(); why != "" {
		return why
	}
	for ; path != "."; path = filepath.Dir(path) {
		if _, waits := d.named[path]; waits {
			return "has a name that is not flushed (" + path + ")"
		}
	}
	return ""
}

func (n *node) unflushed() string {
	switch {
	case len(n.lost) > 0:
		return "was not flushed when that was tried, and was not written again"
	case n.written > n.flushed:
		return "has bytes that are not flushed"
	}
	return ""
}

// below returns path and all paths below it.
func (d *disk) below(path string) (paths []string) {
	for p := range d.nodes {
		if p == path || path == "." || strings.HasPrefix(p, path+"/") {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	return paths
}
