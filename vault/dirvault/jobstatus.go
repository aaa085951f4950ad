package dirvault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"time"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// Job tells how a job stands. One whose archive was deleted has failed, unless a job for
// the archive had ended by then whose output is to expire: the bytes are kept until then.
// An expired job is remembered for a day.
func (v *Vault) Job(ctx context.Context, id vault.JobID) (vault.Job, error) {
	if err := cancelled(ctx); err != nil {
		return vault.Job{}, fmt.Errorf("job %q: %w", id, err)
	}
	d, err := v.job(id)
	if err != nil {
		return vault.Job{}, err
	}
	j, err := v.describeJob(&d)
	if err != nil {
		return vault.Job{}, fmt.Errorf("job %q: %w", id, err)
	}
	return j, nil
}

func (v *Vault) describeJob(d *jobDocument) (vault.Job, error) {
	j := d.finished()
	switch {
	case !d.ended(v.options.Now()):
		j.Status, j.Message = vault.InProgress, "Operation in progress."
		j.Completed, j.Expires = time.Time{}, time.Time{}
		if d.Kind == vault.RetrieveInventory {
			j.Size, j.Marker = 0, ""
		}
	case d.Kind == vault.RetrieveArchive:
		there, err := v.isReadable(d)
		if err != nil {
			return vault.Job{}, err
		}
		if !there {
			j.Status, j.Message = vault.Failed, "The archive was deleted after the job was started."
		}
	case d.Damaged > 0:
		j.Message = fmt.Sprintf("Succeeded. Archives of which only the id and the size are known, because their files are damaged: %d.", d.Damaged)
	}
	return j, nil
}

// finished describes the job as it is when it has come to a good end.
func (d *jobDocument) finished() vault.Job {
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

// Jobs lists the jobs that are in progress and those that have ended, until their
// output expires: the oldest first, and of the same age by their ids. Damaged
// ones are left out and told to Options.OnDamage.
func (v *Vault) Jobs(ctx context.Context) iter.Seq2[vault.Job, error] {
	return v.JobsFrom(ctx, time.Time{})
}

// JobsFrom is Jobs without those that were created before from.
func (v *Vault) JobsFrom(ctx context.Context, from time.Time) iter.Seq2[vault.Job, error] {
	return func(yield func(vault.Job, error) bool) {
		err := v.eachJob(ctx, from, func(j vault.Job) bool { return yield(j, nil) })
		if err != nil {
			yield(vault.Job{}, fmt.Errorf("list jobs of directory vault %q: %w", v.path, err))
		}
	}
}

// eachJob calls visit with every job that is listed and was not created before from,
// until it returns false. It holds only what it takes to sort them.
func (v *Vault) eachJob(ctx context.Context, from time.Time, visit func(vault.Job) bool) error {
	if err := v.access.Closed(); err != nil {
		return err
	}
	v.sweepKept()
	all, err := v.listedJobs(ctx)
	if err != nil {
		return err
	}
	first, _ := slices.BinarySearchFunc(all, from, func(l listedJob, from time.Time) int { return l.created.Compare(from) })
	for _, l := range all[first:] {
		if l.forgotten(v.options.Now()) {
			_, _ = v.job(l.id) // which removes it
		}
		if l.expired(v.options.Now()) {
			continue
		}
		j, err := v.Job(ctx, l.id)
		switch {
		case errors.Is(err, vault.ErrNotFound):
			continue // forgotten just now
		case errors.Is(err, durable.ErrDamaged):
			v.options.OnDamage(fmt.Errorf("directory vault %q: %w", v.path, err))
			continue
		case err != nil:
			return err
		}
		if !visit(j) {
			return nil
		}
	}
	return nil
}

type listedJob struct {
	id vault.JobID
	jobTimes
}

// listedJobs returns all jobs, those that have expired too, in the order in which they are
// listed. The caller does not change them.
func (v *Vault) listedJobs(ctx context.Context) ([]listedJob, error) {
	touched, err := v.jobsTouched()
	if err != nil {
		return nil, err
	}
	listed, changes, known := v.jobs.inOrder(touched)
	if known {
		return listed, nil
	}
	listed = nil
	whole := true
	err = v.eachJobFile(func(name string) (bool, error) {
		if err := cancelled(ctx); err != nil {
			return false, err
		}
		id, isJob := strings.CutSuffix(name, ".json")
		if !isJob {
			return true, nil
		}
		l := listedJob{id: vault.JobID(id)}
		var err error
		l.jobTimes, err = v.timesOf(l.id)
		switch {
		case errors.Is(err, vault.ErrNotFound): // another file, or forgotten
		case errors.Is(err, durable.ErrDamaged):
			whole = false
			v.options.OnDamage(fmt.Errorf("directory vault %q: %w", v.path, err))
		case err != nil:
			return false, err
		default:
			listed = append(listed, l)
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(listed, func(a, b listedJob) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.id, b.id))
	})
	if whole { // else it is to be told each time
		v.jobs.setOrder(listed, changes, touched)
	}
	return listed, nil
}

// jobsTouched returns when a name in the jobs' directory last came or went, whoever did
// it; of one that was left out in a copy, the zero time.
func (v *Vault) jobsTouched() (time.Time, error) {
	info, err := v.dir.Stat(layout.JobsDir)
	if v.aside != nil && errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}
