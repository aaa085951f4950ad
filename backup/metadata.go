package backup

import (
	"math"
	"time"

	"firn/internal/walk"
	"firn/pack"
	"firn/record"
)

// unknownChange is the ChangeTime on record of a file that changed while it was read, so that the
// next backup reads it again.
const unknownChange = -1

// fileOf returns the version of a file with a name in its directory.
func fileOf(e *walk.Entry, name string, owners *walk.Owners) record.File {
	f := record.File{
		Name: name, Kind: kinds[e.Type], Mode: e.Mode, Size: e.Size, ModTime: nanoseconds(e.ModTime), Inode: e.Inode,
		Owner: record.Owner{UID: e.UID, GID: e.GID, User: owners.User(e.UID), Group: owners.Group(e.GID)},
		More:  record.More{Link: e.LinkTarget, Major: e.DevMajor, Minor: e.DevMinor, Attributes: e.Attributes},
	}
	if !e.ChangeTime.IsZero() {
		f.ChangeTime = nanoseconds(e.ChangeTime)
	}
	for _, x := range e.Xattrs {
		if f.More.Xattrs == nil {
			f.More.Xattrs = make(map[string][]byte, len(e.Xattrs))
		}
		f.More.Xattrs[x.Name] = x.Value
	}
	return f
}

var kinds = [...]record.FileKind{
	walk.Regular: record.Regular, walk.Directory: record.Directory, walk.Symlink: record.Symlink,
	walk.CharDevice: record.CharDevice, walk.BlockDevice: record.BlockDevice, walk.Fifo: record.Fifo,
}

var types = [...]pack.Type{
	record.Regular: pack.TypeFile, record.Directory: pack.TypeDir, record.Symlink: pack.TypeSymlink, record.Hardlink: pack.TypeHardlink,
	record.CharDevice: pack.TypeChar, record.BlockDevice: pack.TypeBlock, record.Fifo: pack.TypeFifo,
}

// entryOf returns the entry of a version in a pack, without a digest.
func entryOf(f *record.File, path string) pack.Entry {
	e := pack.Entry{
		Type: types[f.Kind], Name: path, LinkName: f.More.Link, ModTime: time.Unix(0, f.ModTime).UTC(), Inode: f.Inode, Mode: f.Mode,
		UID: f.Owner.UID, GID: f.Owner.GID, UserName: f.Owner.User, GroupName: f.Owner.Group,
		DevMajor: f.More.Major, DevMinor: f.More.Minor, Xattrs: f.More.Xattrs, Attributes: f.More.Attributes,
	}
	if f.Kind == record.Regular {
		e.Size = f.Size
	}
	if f.ChangeTime != 0 && f.ChangeTime != unknownChange {
		e.ChangeTime = time.Unix(0, f.ChangeTime).UTC()
	}
	return e
}

// isSame reports whether a file is as a version on record says. now is the version that would be
// saved, as far as its metadata tell.
func isSame(now, was *record.File) bool {
	return now.Kind == was.Kind && now.Size == was.Size && now.Mode == was.Mode && now.Inode == was.Inode &&
		now.ModTime == was.ModTime && now.ChangeTime == was.ChangeTime &&
		now.More.Link == was.More.Link && now.More.Attributes == was.More.Attributes
}

// nanoseconds returns a time in nanoseconds since 1970, or the nearest that can be expressed.
func nanoseconds(t time.Time) int64 {
	switch year := t.Year(); {
	case year < 1678:
		return math.MinInt64
	case year > 2261:
		return math.MaxInt64
	}
	return t.UnixNano()
}
