package tree

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"firn/internal/disk"
	"firn/record"
)

// Compare reports whether a file is there with a content, which it reads only if size and time
// are right. If the file is missing or, with Force, another file that can be replaced, the error
// is nil. Else it wraps vault.ErrExists.
func (t *Tree) Compare(ctx context.Context, name string, f record.File, size int64, digest record.Digest) (present bool, err error) {
	dir, base, info, err := t.look(name)
	if info == nil || err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if info.Mode().IsRegular() && info.Size() == size && isTime(info.ModTime(), f.ModTime) {
		if present, err = hasDigest(ctx, dir, base, digest); present || err != nil {
			return present, errors.Join(err, removeTwin(dir, info, temp(name, digest)))
		}
	}
	return false, t.refuse(name, info)
}

// removeTwin removes the temporary name of a file that has its own name: a run was killed between
// the two.
func removeTwin(dir *os.Root, of fs.FileInfo, temp string) error {
	if info, err := dir.Lstat(temp); err != nil || !os.SameFile(info, of) {
		return nil //nolint:nilerr // there is none
	}
	return dir.Remove(temp)
}

// look returns what has a name; nil: nothing, and then no directory is open.
func (t *Tree) look(name string) (dir *os.Root, base string, info fs.FileInfo, err error) {
	if t == nil {
		return nil, "", nil, CheckPath(name)
	}
	dir, base, err = t.parent(name)
	if err == nil {
		if info, err = dir.Lstat(base); err != nil {
			err = errors.Join(err, dir.Close())
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil, nil
	}
	return dir, base, info, err
}

// refuse returns the error about a file that must not be replaced.
func (t *Tree) refuse(name string, info fs.FileInfo) error {
	if t.Force && !info.IsDir() {
		return nil
	}
	return exists(name, info)
}

// isTime reports whether a file may have got a time from a restore: some file systems keep times
// to two seconds.
func isTime(got time.Time, want int64) bool {
	d := got.Sub(time.Unix(0, want))
	return -2*time.Second < d && d < 2*time.Second
}

func hasDigest(ctx context.Context, dir *os.Root, base string, digest record.Digest) (bool, error) {
	f, err := dir.OpenFile(base, os.O_RDONLY|disk.NoFollow, 0)
	if err != nil {
		return false, err
	}
	hash := sha256.New()
	_, err = io.Copy(hash, &untilDone{ctx, f})
	return record.Digest(hash.Sum(nil)) == digest, errors.Join(err, f.Close())
}

// untilDone is a reader that ends with a context.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// HasSegment reports whether a file that was suspended has a segment: bytes with a digest.
func (t *Tree) HasSegment(name string, digest record.Digest, offset, size int64, segment record.Digest) (has bool, err error) {
	if t == nil {
		return false, nil
	}
	dir, _, err := t.parent(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	f, err := reopen(dir, temp(name, digest), os.O_RDONLY)
	if f == nil || err != nil {
		return false, nil // there is none that can be used
	}
	hash := sha256.New()
	n, err := io.Copy(hash, io.NewSectionReader(f, offset, size))
	return n == size && record.Digest(hash.Sum(nil)) == segment, errors.Join(err, f.Close())
}
