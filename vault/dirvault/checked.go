package dirvault

import (
	"io/fs"
	"os"
	"sync"

	"firn/vault"
)

// checkedFiles remembers what was found out about files of archives, because
// finding it out means to read all of the file. It holds for as long as the file
// looks the same from outside.
type checkedFiles struct {
	mu    sync.Mutex
	files map[vault.ArchiveID]fs.FileInfo // of the file that was checked
}

// maxChecked is how many files are remembered.
const maxChecked = 256

func (c *checkedFiles) remembers(id vault.ArchiveID, info fs.FileInfo) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	checked, there := c.files[id]
	return there && os.SameFile(checked, info) && checked.Size() == info.Size() && checked.ModTime().Equal(info.ModTime())
}

func (c *checkedFiles) remember(id vault.ArchiveID, info fs.FileInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files == nil || len(c.files) >= maxChecked {
		c.files = make(map[vault.ArchiveID]fs.FileInfo)
	}
	c.files[id] = info
}

func (c *checkedFiles) forget(id vault.ArchiveID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.files, id)
}
