package backup

import (
	"context"
	"iter"

	"firn/record"
)

// batch is how many changes are saved in one transaction.
const batch = 1000

// changes collects what is to be saved in the record. While one list is saved, the next one is
// collected. It is for one goroutine.
type changes struct {
	*run
	list    []record.FileChange
	pending contents // of the list: the record does not have them yet

	saving contents   // of the list that is being saved
	saved  chan error // its result; nil: no list is being saved
	spare  []record.FileChange
}

// contents are contents by what tells them apart.
type contents map[contentID]*content

type contentID struct {
	digest record.Digest
	size   int64
}

// find returns a content that the lists have, or nil.
func (c *changes) find(digest record.Digest, size int64) *content {
	id := contentID{digest, size}
	if found := c.pending[id]; found != nil {
		return found
	}
	return c.saving[id]
}

// unsaved yields what tells the contents of the lists apart.
func (c *changes) unsaved() iter.Seq[contentID] {
	return func(yield func(contentID) bool) {
		for _, list := range []contents{c.pending, c.saving} {
			for id := range list {
				if !yield(id) {
					return
				}
			}
		}
	}
}

// gone adds a name that is there no longer.
func (c *changes) gone(ctx context.Context, j *job) error {
	return c.add(ctx, record.FileChange{Directory: j.place, File: j.file, IsGone: true})
}

// found adds a version of a file with its content, which may be nil.
func (c *changes) found(ctx context.Context, j *job, has *content) error {
	change := record.FileChange{Directory: j.place, File: j.file}
	switch {
	case has == nil:
	case has.key != 0:
		change.File.Content = has.key
	default:
		change.Content = has.Content
		if c.pending == nil {
			c.pending = contents{}
		}
		c.pending[contentID{has.Digest, has.Size}] = has
	}
	return c.add(ctx, change)
}

func (c *changes) add(ctx context.Context, change record.FileChange) error {
	if c.list = append(c.list, change); len(c.list) < batch {
		return nil
	}
	return c.start(ctx)
}

// start begins to save the list, after the one before it.
func (c *changes) start(ctx context.Context) error {
	if err := c.wait(); err != nil {
		return err
	}
	list, key, saved := c.list, c.report.Snapshot.Key, make(chan error, 1)
	c.list, c.spare = c.spare[:0], list
	c.pending, c.saving, c.saved = nil, c.pending, saved
	go func() { saved <- c.book.Apply(ctx, key, list) }()
	return nil
}

// wait waits until no list is being saved.
func (c *changes) wait() error {
	if c.saved == nil {
		return nil
	}
	err := <-c.saved
	c.saved, c.saving = nil, nil
	clear(c.spare)
	return err
}

// save saves all changes.
func (c *changes) save(ctx context.Context) error {
	if len(c.list) > 0 {
		if err := c.start(ctx); err != nil {
			return err
		}
	}
	return c.wait()
}
