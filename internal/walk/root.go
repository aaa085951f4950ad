package walk

import (
	"context"
	"fmt"
	"iter"
	"strings"
)

// A Root is a directory whose tree is read.
type Root struct{ top *place }

// Open opens a directory. A symbolic link at the end of path is followed, but none below.
func Open(path string) (*Root, error) {
	h, err := openTop(path)
	if err != nil {
		return nil, fmt.Errorf("open the directory %q: %w", path, err)
	}
	return &Root{&place{h: h, users: 1}}, nil
}

// Close closes the directory, after the last walk and the last Entry.Open.
func (r *Root) Close() { r.top.done() }

// Walk returns the items of the tree. The first one is the root itself. The walk ends with an
// error of ctx if ctx ends, and with an error of the options if they are not valid.
func (r *Root) Walk(ctx context.Context, o Options) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		w, err := newWalk(ctx, r, o, yield)
		if err != nil {
			yield(partly(".", err))
			return
		}
		w.run()
	}
}

func failed(path string, err error) Item { return Item{Entry: Entry{Path: path}, Err: err} }

// partly is failed for a directory of which not all names were read.
func partly(path string, err error) Item {
	return Item{Entry: Entry{Path: path}, Err: err, Partial: true}
}

func omitted(path string, why Reason) Item { return Item{Entry: Entry{Path: path}, Omitted: why} }

// join returns the path of a name in a directory.
func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

func base(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
