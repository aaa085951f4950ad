package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"firn/treehash"
	"firn/vault"
)

// jobDocument is a JSON file in jobs. When the job ends is known when it begins.
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
	Description string          `json:"description"`
	Topic       string          `json:"topic,omitempty"`
	Created     time.Time       `json:"created"`
	Completed   time.Time       `json:"completed"`
	Expires     time.Time       `json:"expires,omitzero"`
}

func (d *jobDocument) check() error {
	switch {
	case !validID(string(d.ID), jobIDLength):
		return fmt.Errorf("%q is not a job id", d.ID)
	case d.Kind == vault.RetrieveArchive && !validID(string(d.Archive), archiveIDLength):
		return fmt.Errorf("%q is not an archive id", d.Archive)
	case d.Kind != vault.RetrieveArchive && d.Kind != vault.RetrieveInventory:
		return fmt.Errorf("%q is not a kind of job", d.Kind)
	case d.Offset < 0 || d.Size < 0 || d.Size > maxArchiveSize || d.Offset > maxArchiveSize-d.Size:
		return fmt.Errorf("%d bytes from byte %d", d.Size, d.Offset)
	case d.ArchiveSize < 0 || d.ArchiveSize > maxArchiveSize:
		return fmt.Errorf("an archive of %d bytes", d.ArchiveSize)
	case d.Created.IsZero() || d.Completed.IsZero():
		return errors.New("a date is missing")
	}
	return errors.Join(checkVersion(d.Version), checkDescription(d.Description), checkTopic(d.Topic),
		checkTime(d.Created), checkTime(d.Completed), checkTime(d.Expires))
}

func jobPath(id vault.JobID) string { return path.Join(jobsDir, string(id)+".json") }

// StartJob starts a job, which is done after Options.RetrievalDelay.
func (v *Vault) StartJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	if err := v.gate.enter(ctx); err != nil {
		return "", fmt.Errorf("start job: %w", err)
	}
	defer v.gate.leave()
	id, err := v.startJob(ctx, req)
	if err != nil {
		return "", fmt.Errorf("start job: %w", err)
	}
	return id, nil
}

func (v *Vault) startJob(ctx context.Context, req vault.JobRequest) (vault.JobID, error) {
	switch {
	case req.Kind == vault.RetrieveInventory:
		req.Tier = "" // which has a meaning for archives only
	case req.Tier == "":
		req.Tier = vault.Standard
	}
	if err := checkJobRequest(req); err != nil {
		return "", invalid(err)
	}
	now := v.options.now()
	d := jobDocument{
		Version:     formatVersion,
		ID:          vault.JobID(newID()),
		Kind:        req.Kind,
		Archive:     req.Archive,
		Tier:        req.Tier,
		Description: req.Description,
		Topic:       req.Topic,
		Created:     now,
		Completed:   now.Add(max(0, v.options.RetrievalDelay(req.Kind, req.Tier))),
	}
	if v.options.OutputLifetime > 0 {
		d.Expires = d.Completed.Add(v.options.OutputLifetime)
	}
	if req.Kind == vault.RetrieveArchive {
		if err := v.aim(ctx, &d, req.Range); err != nil {
			return "", err
		}
	}
	if err := cancelled(ctx); err != nil {
		return "", err
	}
	return d.ID, writeDocument(v.dir, jobPath(d.ID), &d)
}

func checkJobRequest(req vault.JobRequest) error {
	switch req.Kind {
	case vault.RetrieveArchive:
		if !slices.Contains(limits(0).Tiers, req.Tier) {
			return fmt.Errorf("%q is not a tier", req.Tier)
		}
	case vault.RetrieveInventory:
		if req.Archive != "" || !req.Range.IsZero() {
			return errors.New("an inventory has no archive and no range")
		}
	default:
		return fmt.Errorf("%q is not a kind of job", req.Kind)
	}
	return errors.Join(checkDescription(req.Description), checkTopic(req.Topic))
}

// aim checks the archive and the range of a job and fills in what follows from
// them.
func (v *Vault) aim(ctx context.Context, d *jobDocument, r vault.Range) error {
	a, err := v.archive(d.Archive)
	if err != nil {
		return err
	}
	if r, err = within(r, a.Size); err != nil {
		return fmt.Errorf("archive %q: %w", a.ID, err)
	}
	d.ArchiveSize, d.ArchiveHash = a.Size, a.TreeHash
	d.Offset, d.Size = r.Offset, r.Size
	d.TreeHash, err = v.hashOf(ctx, a, r)
	return err
}

// within returns the run of bytes that r means in something of size bytes.
func within(r vault.Range, size int64) (vault.Range, error) {
	if r.IsZero() {
		return vault.Range{Size: size}, nil
	}
	if r.Offset < 0 || r.Size <= 0 || r.Offset > size || r.Size > size-r.Offset {
		return vault.Range{}, fmt.Errorf("%d bytes from byte %d, where there are %d: %w", r.Size, r.Offset, size, vault.ErrInvalid)
	}
	return r, nil
}

// Job tells how a job stands. An expired one is remembered for a day.
func (v *Vault) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	if err := cancelled(ctx); err != nil {
		return vault.Job{}, fmt.Errorf("job %q: %w", id, err)
	}
	d, err := v.job(id)
	if err != nil {
		return vault.Job{}, err
	}
	j := vault.Job{
		ID:          d.ID,
		Kind:        d.Kind,
		Status:      vault.Succeeded,
		Message:     "Succeeded",
		Archive:     d.Archive,
		Range:       vault.Range{Offset: d.Offset, Size: d.Size},
		Tier:        d.Tier,
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
	if v.options.Now().Before(d.Completed) {
		j.Status, j.Message = vault.InProgress, "Operation in progress."
		j.Completed, j.Expires = time.Time{}, time.Time{}
	}
	return j, nil
}

func (v *Vault) job(id vault.JobID) (jobDocument, error) {
	missing := fmt.Errorf("job %q: %w", id, vault.ErrNotFound)
	if err := v.gate.shut(); err != nil {
		return jobDocument{}, err
	}
	if !validID(string(id), jobIDLength) {
		return jobDocument{}, missing
	}
	var d jobDocument
	err := readDocument(v.dir, jobPath(id), &d)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && d.ID != id:
		return jobDocument{}, missing
	case err != nil:
		return jobDocument{}, fmt.Errorf("job %q: %w", id, err)
	}
	return d, nil
}

// Jobs lists the jobs that are not forgotten.
func (v *Vault) Jobs(ctx context.Context) iter.Seq2[vault.Job, error] {
	return func(yield func(vault.Job, error) bool) {
		err := eachEntry(v.dir, jobsDir, func(name string) (bool, error) {
			id, ok := strings.CutSuffix(name, ".json")
			if !ok {
				return true, nil
			}
			j, err := v.Job(ctx, vault.JobID(id))
			if errors.Is(err, vault.ErrNotFound) {
				return true, nil
			}
			return err == nil && yield(j, nil), err
		})
		if err != nil {
			yield(vault.Job{}, fmt.Errorf("list the jobs: %w", err))
		}
	}
}
