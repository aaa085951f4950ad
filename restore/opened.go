package restore

import (
	"errors"
	"io"
	"os"

	"firn/vault"
)

// opened is a pack of which some ranges are in files. One goroutine at a time reads it.
type opened struct {
	*layout
	work  *workDir
	plain io.ReaderAt
	files []openRange // those that were read last
}

// mostOpen is how many files of a pack are open at once. Its ranges are read in their order, but
// the last chunk of an encrypted pack may be read between them.
const mostOpen = 4

type openRange struct {
	vault.Range
	file *os.File
}

// downloaded is a range of a pack. Its file is opened when it is read: there may be thousands.
type downloaded struct {
	of *opened
	vault.Range
}

// ReadAt implements io.ReaderAt.
func (d *downloaded) ReadAt(p []byte, offset int64) (int, error) {
	f, err := d.of.file(d.Range)
	if err != nil {
		return 0, err
	}
	return f.ReadAt(p, offset)
}

func (o *opened) file(r vault.Range) (*os.File, error) {
	for _, open := range o.files {
		if open.Range == r {
			return open.file, nil
		}
	}
	f, err := o.work.open(o.ID, r)
	if err != nil {
		return nil, err
	}
	if len(o.files) == mostOpen {
		if err := o.files[0].file.Close(); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		o.files = o.files[1:]
	}
	o.files = append(o.files, openRange{r, f})
	return f, nil
}

func (o *opened) close() (err error) {
	for _, open := range o.files {
		err = errors.Join(err, open.file.Close())
	}
	o.files = nil
	return err
}
