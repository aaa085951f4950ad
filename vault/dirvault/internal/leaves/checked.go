package leaves

import (
	"io/fs"
	"os"
	"sync"

	"firn/vault"
)

// checkedFiles remembers files of archives that were read as a whole and found to be good,
// or bad. A file is remembered for as long as its size and its modification time stay.
type checkedFiles struct {
	mu    sync.Mutex
	files map[vault.ArchiveID]fs.FileInfo // of the file that was checked
}

// maxChecked is how many files are remembered at most.
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
