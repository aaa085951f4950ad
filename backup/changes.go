package backup

import (
	"context"

	"firn/record"
)

// batch is how many changes are saved in one transaction.
const batch = 1000

// changes collects what is to be saved in the record.
type changes struct {
	*run
	list     []record.FileChange
	contents map[contentID]*record.Content // of the list: the record does not have them yet
}

// contentID tells contents apart.
type contentID struct {
	digest record.Digest
	size   int64
}

// find returns a content that the list or the record has, or nil.
func (c *changes) find(digest record.Digest, size int64) *record.Content {
	return c.contents[contentID{digest, size}]
}

// gone adds a name that is there no longer.
func (c *changes) gone(ctx context.Context, j *job) error {
	return c.add(ctx, record.FileChange{Directory: j.place, File: j.file, IsGone: true})
}

// found adds a version of a file with its content, which may be nil.
func (c *changes) found(ctx context.Context, j *job, content *record.Content) error {
	change := record.FileChange{Directory: j.place, File: j.file}
	switch {
	case content == nil:
	case content.Key != 0:
		change.File.Content = content.Key
	default:
		change.Content = content
		if c.contents == nil {
			c.contents = map[contentID]*record.Content{}
		}
		c.contents[contentID{content.Digest, content.Size}] = content
	}
	return c.add(ctx, change)
}

func (c *changes) add(ctx context.Context, change record.FileChange) error {
	if c.list = append(c.list, change); len(c.list) < batch {
		return nil
	}
	return c.save(ctx)
}

// save saves the list.
func (c *changes) save(ctx context.Context) error {
	if len(c.list) == 0 {
		return nil
	}
	if err := c.book.Apply(ctx, c.report.Snapshot.Key, c.list); err != nil {
		return err
	}
	clear(c.list)
	c.list = c.list[:0]
	clear(c.contents)
	return nil
}
