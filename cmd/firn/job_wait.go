package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/depot"
	"firn/internal/humane"
	"firn/jobs"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const jobWaitLong = `Waits until jobs have ended and prints the id of each that succeeded, as soon as
it has. Without JOB it waits for all jobs of the vault that are in progress,
whoever asked for them.

JOB is a job id or the beginning of one. An id may begin with a hyphen: write --
before it, so that it is not taken for an option.

The vault is asked at intervals that grow up to 10 minutes, or, with --sqs, when
the queue says so. The queue must be subscribed to the SNS topic of the vault; see
"firn vault notify".

` + onReadyHelp

const jobWaitExample = `  firn job wait image-backups
  firn job wait image-backups HkF9p6o7yjhFx-K3 --on-ready 'notify-send "$FIRN_NAME is ready"'`

func (p *program) newJobWait() *cobra.Command {
	var o waitOptions
	cmd := &cobra.Command{
		Use:     "wait VAULT [JOB...]",
		Short:   "Wait for jobs to end",
		Long:    jobWaitLong,
		Example: jobWaitExample,
		Args:    takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.withBell(ctx, func(bell depot.Bell) error {
				return p.withVault(ctx, args[0], 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
					w := &jobWait{program: p, options: o, catalog: c, vault: v, bell: bell, vaultArg: args[0]}
					return w.run(ctx, args[1:])
				})
			})
		},
	}
	o.add(cmd.Flags())
	return exits(cmd, append(vaultStatuses(), statusDamaged, statusNotReady)...)
}

// jobWait is one firn job wait.
type jobWait struct {
	*program
	options  waitOptions
	catalog  *catalog.Catalog
	vault    *vaulturl.Vault
	bell     depot.Bell
	vaultArg string // as typed
	seen     map[status]bool
}

func (w *jobWait) run(ctx context.Context, refs []string) error {
	chosen, err := w.choose(ctx, refs)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		w.ui.say("firn: no job of the vault is in progress")
		return nil
	}
	w.setResume("")
	names := make(map[vault.ArchiveID]string)
	for _, j := range chosen {
		a, err := archiveOf(ctx, w.catalog, j)
		if err != nil {
			return err
		}
		names[j.Archive] = jobSubject(j, a)
	}
	hook := w.newReadyHook(w.options, func(id vault.ArchiveID) string { return names[id] })
	shown := startProgress(w.ui, w.now, "")
	defer shown.stop()
	d := w.depot(w.vault, w.catalog, 0)
	d.Bell = w.bell
	if !w.quiet {
		d.Waiting = shown.wait
	}
	w.seen = make(map[status]bool)
	for job, err := range jobs.WaitAll(ctx, d, chosen, jobs.WaitOptions{NoWait: w.options.noWait}) {
		if err == nil {
			hook.run(ctx, job)
			err = w.tell(job, names[job.Archive])
		}
		var notReady *jobs.NotReadyError
		switch {
		case errors.As(err, &notReady):
			err = withHint(err, fmt.Sprintf("about %s: %s", humane.Time(notReady.Back), w.typed()))
		case job.ID == "":
			err = withHint(err, w.resumeHint(""))
		}
		if err != nil {
			w.seen[w.report(err)] = true
		}
	}
	return hook.end(worstOf(w.seen))
}

// choose returns the jobs to wait for, each on record: what other programs asked
// for is of interest from now on.
func (w *jobWait) choose(ctx context.Context, refs []string) (jobs []record.Job, err error) {
	all, bad, err := w.jobsOf(ctx, w.catalog, w.vault)
	if err != nil {
		return nil, w.explainVault(err, w.vaultArg)
	}
	for _, ref := range refs {
		j, err := chooseJob(all, bad, w.vault.URL(), ref)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(jobs, func(other record.Job) bool { return other.ID == j.ID }) {
			jobs = append(jobs, j)
		}
	}
	for _, j := range all {
		if len(refs) == 0 && j.Status == vault.InProgress && j.ID != "" {
			jobs = append(jobs, j)
		}
	}
	for i := range jobs {
		if jobs[i].Key == 0 {
			if err := w.catalog.SaveJob(ctx, &jobs[i]); err != nil {
				return nil, err
			}
		}
	}
	return jobs, nil
}

// tell prints a job that succeeded.
func (w *jobWait) tell(j record.Job, name string) error {
	a := record.Archive{ID: j.Archive, Name: name}
	if w.json {
		return errors.Join(w.out.object(newJobObject(j, a)), w.out.flush())
	}
	w.out.line("%s", show(string(j.ID)))
	text := name + " is ready"
	if !j.Expires.IsZero() {
		text += " until " + humane.Time(j.Expires)
	}
	w.notice(text)
	return w.out.flush()
}
