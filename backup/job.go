package backup

import (
	"firn/internal/walk"
	"firn/record"
)

// job is what the comparison of a file with the record leads to. Jobs are done in the order of
// the walk.
type job struct {
	do    act
	at    position
	path  string        // as in a pack
	place *record.Place // of the directory that the file is in
	file  record.File   // the version to save, as far as its metadata tell; of gone, only the name
	was   *record.File  // the version on record; nil: none

	entry walk.Entry // of a regular file: opens it
	read  *reading   // of a small one: its content, which is read ahead
	link  *original  // of a file with several names: the one of them that came first
}

// act is what to do with a file.
type act uint8

const (
	store  act = iota // it is new or changed
	check             // its metadata are those on record; its content may not be
	repeat            // it is on record, but a lost pack had the change
	gone              // it is there no longer
	forget            // a directory became a file, whose job follows, and may fail
)

// original is the first of several names of a file. The comparer makes it and counts the names;
// the other fields belong to the writer, once a job refers to it.
type original struct {
	path string
	left uint64 // names that the comparer has not seen

	isStored bool
	content  *content  // nil: it has none
	packed   *packFile // the pack in which it is a member, or nil
}

// inode tells files apart.
type inode struct{ device, number uint64 }

// links finds files with several names.
type links map[inode]*original

// find returns the first name of a regular file in a tree, or makes it, if the file has several
// names. If trees lie in one another, the same name can come again. It is no link to itself.
func (l links) find(e *walk.Entry, tree string) (o *original, isFirst bool) {
	if e.Type != walk.Regular || e.Links < 2 || e.Inode == 0 {
		return nil, false
	}
	id, path := inode{e.Device, e.Inode}, join(tree, e.Path)
	o, ok := l[id]
	if ok && o.path == path {
		return nil, false
	}
	if !ok {
		o = &original{path: path, left: e.Links}
		l[id] = o
	}
	if o.left--; o.left == 0 {
		delete(l, id)
	}
	return o, !ok
}
