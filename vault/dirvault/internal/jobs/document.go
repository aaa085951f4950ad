package jobs

import (
	"errors"
	"fmt"
	"time"

	"firn/treehash"
	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// Document is the JSON file of a job. All of it is known when the job is started, also when
// it ends. Offset and Size are the range of an archive, or of the document of an
// inventory, that the job gives.
type Document struct {
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
	List        List            `json:"list,omitzero"`
	NextMarker  vault.ArchiveID `json:"next_marker,omitempty"`
	Damaged     int64           `json:"damaged,omitempty"` // entries of the document that are bad
	Description string          `json:"description"`
	Topic       string          `json:"topic,omitempty"`
	Created     time.Time       `json:"created"`
	Completed   time.Time       `json:"completed"`
	Expires     time.Time       `json:"expires,omitzero"`
}

// Check refuses a document that makes no sense.
func (d *Document) Check() error {
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

// Ended reports whether the job is done.
func (d *Document) Ended(now time.Time) bool { return !now.Before(d.Completed) }

// Expired reports whether the output can no longer be read.
func (d *Document) Expired(now time.Time) bool { return d.times().expired(now) }

func (d *Document) times() times { return times{d.Created, d.Expires} }

// ArchiveOf returns the size and the tree hash of the job's archive. It reports false for a
// job that firn wrote before it kept them there.
func (d *Document) ArchiveOf() (a vault.Archive, ok bool) {
	return vault.Archive{ID: d.Archive, Size: d.ArchiveSize, TreeHash: d.ArchiveHash}, !d.ArchiveHash.IsZero()
}

// job describes the job as it is when it has succeeded.
func (d *Document) job() vault.Job {
	j := vault.Job{
		ID:          d.ID,
		Kind:        d.Kind,
		Status:      vault.Succeeded,
		Message:     "Succeeded",
		Archive:     d.Archive,
		Tier:        d.Tier,
		List:        d.List.listing(),
		Marker:      string(d.NextMarker),
		Description: d.Description,
		Topic:       d.Topic,
		Size:        d.Size,
		TreeHash:    d.TreeHash,
		Created:     d.Created,
		Completed:   d.Completed,
		Expires:     d.Expires,

		ArchiveSize:     d.ArchiveSize,
		ArchiveTreeHash: d.ArchiveHash,
	}
	if d.Kind == vault.RetrieveArchive {
		j.Range = vault.Range{Offset: d.Offset, Size: d.Size}
	}
	return j
}
