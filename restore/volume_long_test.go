//go:build !race || torture

package restore_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"testing"

	"firn/record"
	"firn/restore"
)

// crowd is a record of many files in one pack.
type crowd struct {
	record.RestoreJournal
	files, perDirectory int
	pack                record.Pack
	content             record.Content
}

func (c *crowd) Files(_ context.Context, s record.Snapshot, _ func(string) bool) iter.Seq2[record.Found, error] {
	return func(yield func(record.Found, error) bool) {
		for i := range c.files {
			d := fmt.Sprintf("home/directory %08d", i/c.perDirectory)
			if i == 0 && !yield(record.Found{Path: "home", File: record.File{Kind: record.Directory, Mode: 0o755}}, nil) {
				return
			}
			if i%c.perDirectory == 0 && !yield(record.Found{Path: d, File: record.File{Kind: record.Directory, Mode: 0o755}}, nil) {
				return
			}
			f := record.File{
				Name: fmt.Sprintf("a file with a name %010d.txt", i), Kind: record.Regular, Mode: 0o644, Size: c.content.Size,
				ModTime: fileTime.UnixNano(), Content: int64(i + 1), Owner: record.Owner{User: "somebody", Group: "everybody"},
			}
			if !yield(record.Found{Path: d + "/" + f.Name, File: f}, nil) {
				return
			}
		}
	}
}

func (c *crowd) ContentByKey(_ context.Context, key int64) (record.Content, error) {
	found := c.content
	found.Key = key
	return found, nil
}

func (c *crowd) Pack(context.Context, int64) (record.Pack, error) { return c.pack, nil }

// The memory of a plan does not grow with the number of files.
func TestLongMemoryOfAPlan(t *testing.T) {
	r := newRig(t)
	s := r.begin("h", "home")
	c := &crowd{RestoreJournal: r.catalog.Backups(), files: 200_000, perDirectory: 1000}
	c.pack = r.store(s, "home", dir("home"), text("home/f", "some content"))
	found, err := c.RestoreJournal.ContentByKey(t.Context(), 1)
	if err != nil || found.Digest != sha256.Sum256([]byte("some content")) {
		t.Fatal(err)
	}
	c.content = found
	var plan *restore.Plan
	peak := peakMemory(func() {
		plan, err = restore.NewPlan(t.Context(), r.depot(), c, restore.Selection{Snapshot: s.ID}, r.options)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, plan)
	if plan.Files != int64(c.files) || peak > 64<<20 { // 200,000 files take more
		t.Errorf("a plan of %d files needs %d MiB", plan.Files, peak>>20)
	}
}
