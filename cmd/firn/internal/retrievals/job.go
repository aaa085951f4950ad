package retrievals

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const jobLong = `List, show and wait for jobs.

A vault does not hand out archives or inventories at once: a job has to make an
archive readable, or prepare the inventory. A job takes hours, and its output
expires after about a day. "firn download" and "firn inventory" find or start
the jobs that they need and wait for them.`

const jobExample = `  firn job list image-backups
  firn job wait image-backups`

// NewJob returns the command firn job.
func NewJob(p *cli.Program) *cobra.Command {
	cmd := cli.Group("job", "List, show and wait for jobs", jobLong, newJobList(p), newJobShow(p), newJobWait(p))
	cmd.Example = jobExample
	return cmd
}

// jobObject is a job on standard output.
type jobObject struct {
	MessageType string          `json:"message_type"`
	Vault       string          `json:"vault"`
	JobID       vault.JobID     `json:"job_id"`
	Kind        vault.JobKind   `json:"kind"`
	Status      vault.JobStatus `json:"status"`
	Message     string          `json:"message"`
	Tier        vault.Tier      `json:"tier"`
	ArchiveID   vault.ArchiveID `json:"archive_id"` // empty for an inventory
	Name        string          `json:"name"`       // of the archive; empty if it is not on record
	Offset      int64           `json:"offset"`     // within the archive
	Size        int64           `json:"size"`       // 0: unknown
	Description string          `json:"description"`
	Started     time.Time       `json:"started"`
	Completed   *time.Time      `json:"completed"` // null while in progress
	Expires     *time.Time      `json:"expires"`   // null if unknown, or if the output never expires
}

func newJobObject(j record.Job, a record.Archive) jobObject {
	o := jobObject{
		MessageType: "job", Vault: j.Vault, JobID: j.ID, Kind: j.Kind, Status: j.Status, Message: j.Message, Tier: j.Tier,
		ArchiveID: j.Archive, Name: a.Name, Offset: j.Range.Offset, Size: j.Range.Size, Description: j.Description,
		Started: j.Started,
	}
	if j.Range.IsZero() && j.Kind == vault.RetrieveArchive {
		o.Size = max(0, a.Size)
	}
	if !j.Completed.IsZero() {
		o.Completed = &j.Completed
	}
	if !j.Expires.IsZero() {
		o.Expires = &j.Expires
	}
	return o
}

// archiveOf returns the record of a job's archive, or only the id if there is no record.
func archiveOf(ctx context.Context, c *catalog.Catalog, j record.Job) (record.Archive, error) {
	if j.Archive == "" {
		return record.Archive{}, nil
	}
	found, err := c.FindArchive(ctx, j.Vault, string(j.Archive))
	if err != nil || len(found) != 1 {
		return record.Archive{ID: j.Archive}, err
	}
	return found[0], nil
}

// jobsOf returns the jobs of a vault, from the record and from the vault's own list: first those
// on record. For a job in both, the vault determines the status. A bucket does not report when
// a copy was requested or by whom, so jobsOf takes a copy for the result of a job on record for
// the same archive. bad are the jobs of the vault's list that cannot be parsed.
func jobsOf(ctx context.Context, p *cli.Program, c *catalog.Catalog, v *vaulturl.Vault) (all []record.Job, bad []vault.Job, err error) {
	there, err := cli.Collect(ctx, p, func(ctx context.Context) func(func(vault.Job, error) bool) { return v.Jobs(ctx) })
	if err != nil {
		return nil, nil, err
	}
	for _, j := range there {
		if j.Bad != "" {
			bad = append(bad, j)
		}
	}
	there = slices.DeleteFunc(there, func(j vault.Job) bool { return j.Bad != "" })
	listed, copies := make(map[vault.JobID]vault.Job), make(map[vault.ArchiveID]vault.Job)
	for _, j := range there {
		listed[j.ID] = j
		if j.Created.IsZero() {
			copies[j.Archive] = j
		}
	}
	for r, err := range c.Jobs(ctx, v.URL()) {
		if err != nil {
			return nil, nil, err
		}
		if j, is := listed[r.ID]; is && r.ID != "" {
			r.Status, r.Message, r.Completed, r.Expires, r.Range = j.Status, j.Message, j.Completed, j.Expires, j.Range
			delete(listed, r.ID)
		} else if j, is := copies[r.Archive]; is && r.Kind == vault.RetrieveArchive && r.Status != record.Gone && r.Status != vault.Failed {
			r.Status, r.Message, r.Completed, r.Expires = j.Status, j.Message, j.Completed, j.Expires
			delete(listed, j.ID)
		}
		all = append(all, r)
	}
	for _, j := range there {
		if _, unknown := listed[j.ID]; unknown {
			all = append(all, strangersJob(v.URL(), j))
		}
	}
	return all, bad, nil
}

// badJobObject is a job that cannot be parsed, on standard output.
type badJobObject struct {
	MessageType string      `json:"message_type"`
	Vault       string      `json:"vault"`
	JobID       vault.JobID `json:"job_id"` // empty if it is invalid, too
	Description string      `json:"description"`
	Reason      string      `json:"reason"`
}

// tellBadJobs reports the jobs of a vault that cannot be parsed.
func tellBadJobs(p *cli.Program, vaultURL string, bad []vault.Job) error {
	for n, j := range bad {
		switch {
		case p.JSON:
			if err := p.Out.Object(badJobObject{"unreadable_job", vaultURL, j.ID, j.Description, j.Bad}); err != nil {
				return err
			}
		case n == cli.ShownRejects:
			p.Notice(fmt.Sprintf("and %s that cannot be read; --json shows them all", humane.Count(len(bad)-n, "more job")))
			return nil
		default:
			p.Notice(fmt.Sprintf("the vault lists job %q, which cannot be read: %s", string(j.ID), j.Bad))
		}
	}
	return nil
}

// strangersJob returns the record of a job that is not on record yet.
func strangersJob(vaultURL string, j vault.Job) record.Job {
	return record.Job{
		Vault: vaultURL, ID: j.ID, Kind: j.Kind, Archive: j.Archive, Range: j.Range, List: j.List, Tier: j.Tier,
		Description: j.Description, Status: j.Status, Message: j.Message,
		Started: j.Created, Completed: j.Completed, Expires: j.Expires,
	}
}

// chooseJob finds the job whose id is or begins with ref.
func chooseJob(all []record.Job, bad []vault.Job, vaultURL, ref string) (record.Job, error) {
	ref = cli.TypedID(ref)
	var found []record.Job
	for _, j := range all {
		if j.ID != "" && string(j.ID) == ref {
			return j, nil
		}
		if j.ID != "" && strings.HasPrefix(string(j.ID), ref) {
			found = append(found, j)
		}
	}
	hint := "to see what there is: " + term.ShellCommand("firn", "job", "list", vaultURL)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		for _, j := range bad {
			if j.ID != "" && strings.HasPrefix(string(j.ID), ref) {
				return record.Job{}, vault.Errorf(vault.ErrInvalid, "job %q of the vault %q cannot be read: %s", string(j.ID), vaultURL, j.Bad)
			}
		}
		return record.Job{}, cli.WithHint(vault.Errorf(vault.ErrNotFound, "the vault %q has no job %q", vaultURL, ref), hint)
	}
	return record.Job{}, cli.WithHint(cli.UsageError("%d jobs begin with %q", len(found), ref), hint)
}
