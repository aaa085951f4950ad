package lab

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"firn/treehash"
	"firn/vault"
)

// SmallArchive is the size in bytes of each archive of SmallArchives.
const SmallArchive = 1000

// created is the creation date of all archives.
var created = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// truth is the truth file of an archive in a directory vault; see package dirvault.
type truth struct {
	Version     int           `json:"version"`
	ID          string        `json:"id"`
	Description string        `json:"description"`
	Size        int64         `json:"size"`
	TreeHash    treehash.Hash `json:"tree_hash"`
	Created     time.Time     `json:"created"`
}

// SmallArchives adds archives to the vault in dir, which no process may have open. It
// flushes nothing, so a million archives take a minute; through a server they would take
// hours. It returns the id of one of them.
func SmallArchives(dir string, archives int64) (id string, err error) {
	const makers = 4
	var all errgroup.Group
	for maker := range int64(makers) {
		all.Go(func() error {
			random := rand.NewChaCha8([32]byte{11, byte(maker)})
			for i := maker; i < archives; i += makers {
				made, err := smallArchive(dir, random, i)
				if err != nil {
					return err
				}
				if i == 0 {
					id = made
				}
			}
			return nil
		})
	}
	return id, all.Wait()
}

func smallArchive(dir string, random *rand.ChaCha8, i int64) (id string, err error) {
	var data [SmallArchive]byte
	_, _ = random.Read(data[:]) // never fails
	id = newID(random, 103)
	path := filepath.Join(dir, "archives", id)
	err = writeJSON(path+".json", truth{1, id, Description(i), SmallArchive, treehash.Sum(data[:]), created})
	if err != nil {
		return "", err
	}
	return id, os.WriteFile(path, data[:], 0o400)
}

// newID returns an id of size random bytes that does not begin with a hyphen.
func newID(random *rand.ChaCha8, size int) string {
	id := make([]byte, size)
	_, _ = random.Read(id) // never fails
	id[0] &= 0x7f
	return base64.RawURLEncoding.EncodeToString(id)
}

// job is the file of a job for a whole archive in a directory vault.
type job struct {
	Version     int           `json:"version"`
	ID          string        `json:"id"`
	Kind        string        `json:"kind"`
	Archive     string        `json:"archive"`
	ArchiveSize int64         `json:"archive_size"`
	ArchiveHash treehash.Hash `json:"archive_tree_hash"`
	Offset      int64         `json:"offset"`
	Size        int64         `json:"size"`
	TreeHash    treehash.Hash `json:"tree_hash"`
	Tier        string        `json:"tier"`
	Description string        `json:"description"`
	Created     time.Time     `json:"created"`
	Completed   time.Time     `json:"completed"`
	Expires     time.Time     `json:"expires"`
}

// SmallJobs adds jobs for an archive of SmallArchives to the vault in dir, which no process
// may have open. Their outputs expire one day after now.
func SmallJobs(dir, archive string, jobs int, now time.Time) error {
	data, err := os.ReadFile(filepath.Join(dir, "archives", archive))
	if err != nil {
		return err
	}
	hash := treehash.Sum(data)
	random := rand.NewChaCha8([32]byte{12})
	now = now.UTC().Truncate(time.Second)
	for i := range jobs {
		j := job{
			Version: 1, ID: newID(random, 69), Kind: string(vault.RetrieveArchive), Archive: archive,
			ArchiveSize: SmallArchive, ArchiveHash: hash, Size: SmallArchive, TreeHash: hash, Tier: "Standard",
			Created: now.Add(-time.Duration(i) * time.Millisecond), Completed: now, Expires: now.Add(24 * time.Hour),
		}
		if err := writeJSON(filepath.Join(dir, "jobs", j.ID+".json"), j); err != nil {
			return err
		}
	}
	return nil
}

// writeJSON writes a document in the format of directory vaults.
func writeJSON(path string, document any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(document); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o600)
}
