package uploads

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"firn/treehash"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/leaves"
)

// partFiles are the files that a part is written to. Every request has descriptors of
// its own, because the system reports a failed write to each descriptor once.
type partFiles struct {
	data   *os.File
	leaves *os.File // nil where none are kept
}

func (u *Upload) openPart() (*partFiles, error) {
	data, err := u.dir.OpenFile(u.path(dataFile), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	leaves, err := u.dir.OpenFile(u.path(leavesFile), os.O_WRONLY, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(err, data.Close())
	}
	return &partFiles{data, leaves}, nil
}

func (f *partFiles) close() error {
	err := f.data.Close()
	if f.leaves != nil {
		err = errors.Join(err, f.leaves.Close())
	}
	return err
}

// dataAt and leavesAt write the part at offset and its leaves.
func (f *partFiles) dataAt(offset int64) io.Writer { return io.NewOffsetWriter(f.data, offset) }

func (f *partFiles) leavesAt(offset int64) io.Writer {
	if f.leaves == nil {
		return io.Discard
	}
	return io.NewOffsetWriter(f.leaves, offset/treehash.LeafSize*leaves.Size)
}

func (f *partFiles) flush() error {
	err := durable.SyncFile(f.data)
	if err == nil && f.leaves != nil {
		err = durable.SyncFile(f.leaves)
	}
	return err
}
