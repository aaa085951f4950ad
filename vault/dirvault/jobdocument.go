package dirvault

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// jobDocument is a JSON file in jobs. When the job ends is known when it begins,
// and so is all else about it. Offset and Size say what the output is: of an
// archive, or of the document of an inventory.
type jobDocument struct {
	Version     int             `json:"version"`
	ID          vault.JobID     `json:"id"`
	Kind        vault.JobKind   `json:"kind"`
	Archive     vault.ArchiveID `json:"archive,omitempty"`
	ArchiveSize int64           `json:"archive_size,omitempty"`
	ArchiveHash treehash.Hash   `json:"archive_tree_hash,omitzero"`
	Offset      int64           `json:"offset"`
	Size        int64           `json:"size"`
	TreeHash    treehash.Hash   `json:"tree_hash"`
	Tier        vault.Tier      `json:"tier,omitempty"`
	List        listDocument    `json:"list,omitzero"`
	NextMarker  vault.ArchiveID `json:"next_marker,omitempty"`
	Damaged     int64           `json:"damaged,omitempty"` // entries of the document that are bad
	Description string          `json:"description"`
	Topic       string          `json:"topic,omitempty"`
	Created     time.Time       `json:"created"`
	Completed   time.Time       `json:"completed"`
	Expires     time.Time       `json:"expires,omitzero"`
}

func (d *jobDocument) Check() error {
	switch {
	case !layout.IsJobID(string(d.ID)):
		return fmt.Errorf("%q is not a job id", d.ID)
	case d.Kind == vault.RetrieveArchive && !layout.IsArchiveID(string(d.Archive)):
		return fmt.Errorf("%q is not an archive id", d.Archive)
	case d.Kind != vault.RetrieveArchive && d.Kind != vault.RetrieveInventory:
		return fmt.Errorf("%q is not a kind of job", d.Kind)
	case d.Offset < 0 || d.Size < 0 || d.Size > layout.MaxArchiveSize || d.Offset > layout.MaxArchiveSize-d.Size:
		return fmt.Errorf("%d bytes from byte %d", d.Size, d.Offset)
	case d.Damaged < 0:
		return fmt.Errorf("%d damaged archives", d.Damaged)
	case d.ArchiveSize < 0 || d.ArchiveSize > layout.MaxArchiveSize:
		return fmt.Errorf("an archive of %d bytes", d.ArchiveSize)
	case d.NextMarker != "" && !layout.IsArchiveID(string(d.NextMarker)):
		return fmt.Errorf("%q is not a marker", d.NextMarker)
	case d.Created.IsZero() || d.Completed.IsZero():
		return errors.New("a date is missing")
	}
	return errors.Join(durable.CheckVersion(d.Version), layout.CheckDescription(d.Description), layout.CheckTopic(d.Topic),
		d.List.Check(), layout.CheckTime(d.Created), layout.CheckTime(d.Completed), layout.CheckTime(d.Expires))
}

// ended reports whether the job is done.
func (d *jobDocument) ended(now time.Time) bool { return !now.Before(d.Completed) }

func (d *jobDocument) times() jobTimes { return jobTimes{d.Created, d.Expires} }

// expired reports whether the output is gone.
func (d *jobDocument) expired(now time.Time) bool { return d.times().expired(now) }

// forgetAfter is how long an expired job is still known to have been there.
const forgetAfter = 24 * time.Hour

// forgotten reports whether nobody is told of the job any more.
func (d *jobDocument) forgotten(now time.Time) bool { return d.times().forgotten(now) }

// job returns what is known about a job, or an error that wraps ErrNotFound. One
// that is to be forgotten is removed.
func (v *Vault) job(id vault.JobID) (jobDocument, error) {
	missing := fmt.Errorf("job %q: %w", id, vault.ErrNotFound)
	if err := v.access.Closed(); err != nil {
		return jobDocument{}, err
	}
	if !layout.IsJobID(string(id)) {
		return jobDocument{}, missing
	}
	var d jobDocument
	err := v.readDocument(layout.JobDocument(id), &d)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && d.ID != id:
		return jobDocument{}, missing
	case err != nil:
		return jobDocument{}, fmt.Errorf("job %q: %w", id, err)
	case d.forgotten(v.options.Now()):
		// What this leaves is removed when it is met again.
		_ = v.forgetJob(id)
		return jobDocument{}, missing
	}
	return d, nil
}

func (v *Vault) forgetJob(id vault.JobID) error {
	v.jobs.remove(id)
	return errors.Join(v.removeFile(layout.JobDocument(id)), v.removeFile(layout.JobOutput(id)))
}
