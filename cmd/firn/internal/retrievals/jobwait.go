package retrievals

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/jobs"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const jobWaitLong = `Wait until jobs have ended, and print the id of each job that succeeds as soon
as it has. Without JOB, wait for all jobs of the vault that are in progress,
whoever started them.

JOB is a job id or the beginning of one. An id may begin with a hyphen; write --
before it.

firn polls the vault at intervals that grow to 10 minutes. With --sqs it waits
for messages of a queue instead, which must be subscribed to the SNS topic of
the vault; see "firn vault notify --help".

` + cli.OnReadyHelp

const jobWaitExample = `  firn job wait image-backups
  firn job wait image-backups HkF9p6o7yjhFx-K3 --on-ready 'mail -s ready me'
  firn job wait image-backups --on-ready 'notify-send "$FIRN_NAME is ready"'`

func newJobWait(p *cli.Program) *cobra.Command {
	var o cli.WaitOptions
	cmd := &cobra.Command{
		Use:     "wait VAULT [JOB...]",
		Short:   "Wait for jobs to end",
		Long:    jobWaitLong,
		Example: jobWaitExample,
		Args:    cli.Takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.WithBell(ctx, func(bell depot.Bell) error {
				return p.WithVault(ctx, args[0], 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
					w := &jobWait{program: p, options: o, catalog: c, vault: v, bell: bell, vaultArg: args[0]}
					return w.run(ctx, args[1:])
				})
			})
		},
	}
	o.Add(cmd.Flags())
	return cli.WithStatuses(cmd, append(cli.VaultStatuses(), cli.StatusDamaged, cli.StatusNotReady)...)
}

// jobWait is one firn job wait.
type jobWait struct {
	program  *cli.Program
	options  cli.WaitOptions
	catalog  *catalog.Catalog
	vault    *vaulturl.Vault
	bell     depot.Bell
	vaultArg string // as typed
	seen     map[cli.Status]bool
}

func (w *jobWait) run(ctx context.Context, refs []string) error {
	chosen, err := w.choose(ctx, refs)
	if err != nil {
		return err
	}
	if len(chosen) == 0 {
		w.program.Empty("no jobs in progress in "+w.program.VaultTitle(ctx, w.vault.URL()),
			append(w.program.DirectoryHint(w.vault.URL()), "all its jobs: "+term.ShellCommand("firn", "job", "list", w.vaultArg, "--all"))...)
		return nil
	}
	w.program.SetResume("")
	names := make(map[vault.ArchiveID]string)
	for _, j := range chosen {
		a, err := archiveOf(ctx, w.catalog, j)
		if err != nil {
			return err
		}
		names[j.Archive] = jobSubject(j, a)
	}
	hook := w.program.NewReadyHook(w.options, func(id vault.ArchiveID) string { return names[id] })
	shown := progress.StartOne(w.program, "")
	defer shown.Stop()
	d := w.program.Depot(w.vault, w.catalog, 0)
	d.Bell, d.Waiting = w.bell, shown.Wait
	w.seen = make(map[cli.Status]bool)
	for job, err := range jobs.WaitAll(ctx, d, chosen, jobs.WaitOptions{NoWait: w.options.NoWait}) {
		if err == nil {
			hook.Run(ctx, job)
			err = w.tell(job, names[job.Archive])
			w.seen[cli.StatusDone] = err == nil || w.seen[cli.StatusDone]
		}
		var notReady *jobs.NotReadyError
		switch {
		case errors.As(err, &notReady):
			err = cli.WithHint(err, fmt.Sprintf("about %s: %s", humane.Time(notReady.Back), w.program.Typed()))
		case job.ID == "":
			err = cli.WithHint(err, w.program.ResumeHint(""))
		}
		if err != nil {
			w.seen[w.program.Report(err)] = true
		}
	}
	return hook.End(cli.WorstOf(w.seen, ""))
}

// choose returns the jobs to wait for. It saves jobs of other programs in the record.
func (w *jobWait) choose(ctx context.Context, refs []string) (jobs []record.Job, err error) {
	all, bad, err := jobsOf(ctx, w.program, w.catalog, w.vault)
	if err != nil {
		return nil, w.program.ExplainVault(err, w.vaultArg)
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
	if w.program.JSON {
		return errors.Join(w.program.Out.Object(newJobObject(j, a)), w.program.Out.Flush())
	}
	w.program.Out.Line("%s", term.Show(string(j.ID)))
	text := name + " is ready"
	if !j.Expires.IsZero() {
		text += " until " + humane.Time(j.Expires)
	}
	w.program.Notice(text)
	return w.program.Out.Flush()
}
