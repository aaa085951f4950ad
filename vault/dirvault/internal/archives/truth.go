package archives

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// Truth is the JSON file beside an archive. It has all that is known about the archive
// besides its bytes.
type Truth struct {
	Version     int             `json:"version"`
	ID          vault.ArchiveID `json:"id"`
	Description string          `json:"description"`
	Size        int64           `json:"size"`
	TreeHash    treehash.Hash   `json:"tree_hash"`
	Created     time.Time       `json:"created"`
}

// Check refuses a truth that makes no sense.
func (t *Truth) Check() error {
	switch {
	case !layout.IsArchiveID(string(t.ID)):
		return fmt.Errorf("%q is not an archive id", t.ID)
	case t.Size < 0 || t.Size > layout.MaxArchiveSize:
		return fmt.Errorf("a size of %d bytes", t.Size)
	case t.TreeHash.IsZero():
		return errors.New("no tree hash")
	case t.Created.Unix() < 0:
		return fmt.Errorf("a creation date of %s", t.Created)
	}
	return errors.Join(durable.CheckVersion(t.Version), layout.CheckDescription(t.Description), layout.CheckTime(t.Created))
}

// readTruth reads the truth about an archive whose bytes are there. Without one,
// or with that of another archive, the archive is damaged.
func readTruth(dir *os.Root, id vault.ArchiveID) (Truth, error) {
	var t Truth
	err := durable.ReadDocument(dir, layout.ArchiveTruth(id), &t)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%s: %w: it is missing", layout.ArchiveTruth(id), durable.ErrDamaged)
	case err == nil && !strings.EqualFold(string(t.ID), string(id)):
		err = fmt.Errorf("%s: %w: it is about archive %q", layout.ArchiveTruth(id), durable.ErrDamaged, t.ID)
	}
	return t, err
}

func (t *Truth) archive() vault.Archive {
	return vault.Archive{
		ID:          t.ID,
		Description: t.Description,
		Size:        t.Size,
		TreeHash:    t.TreeHash,
		Created:     t.Created,
	}
}
