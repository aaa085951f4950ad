package retrievals

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/jobs"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const jobShowLong = `Show what the vault and the catalog know about a job.

JOB is a job id or the beginning of one. An id may begin with a hyphen; write --
before it.`

const jobShowExample = `  firn job show image-backups HkF9p6o7yjhFx-K3
  firn job show image-backups -- -VUS7mqD8ofkUKI0`

func newJobShow(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show VAULT JOB",
		Short:   "Show a job",
		Long:    jobShowLong,
		Example: jobShowExample,
		Args:    cli.Takes(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return p.WithVault(ctx, args[0], 0, func(c *catalog.Catalog, v *vaulturl.Vault) error {
				all, bad, err := jobsOf(ctx, p, c, v)
				if err != nil {
					return p.ExplainVault(err, args[0])
				}
				job, err := chooseJob(all, bad, v.URL(), args[1])
				if err != nil {
					return err
				}
				a, err := archiveOf(ctx, c, job)
				if err != nil {
					return err
				}
				if p.JSON {
					return p.Out.Object(newJobObject(job, a))
				}
				for _, line := range jobText(job, a, jobs.TypicalTime(v.Limits(), job.Tier), p.Now()) {
					p.Out.Line("%s", term.Show(line))
				}
				return nil
			})
		},
	}
	return cli.WithStatuses(cmd, append(cli.VaultStatuses(), cli.StatusDamaged)...)
}

// jobText describes a job for people.
func jobText(j record.Job, a record.Archive, usually time.Duration, now time.Time) []string {
	lines := []string{"job        " + string(j.ID), "for        " + jobSubject(j, a)}
	if j.Archive != "" {
		lines = append(lines, "archive    "+string(j.Archive))
	}
	if !j.Range.IsZero() {
		lines = append(lines, fmt.Sprintf("bytes      %d to %d (%s)", j.Range.Offset, j.Range.End()-1, humane.Bytes(j.Range.Size)))
	}
	status := string(j.Status)
	if j.Message != "" && j.Message != status {
		status += fmt.Sprintf(": %q", j.Message)
	}
	lines = append(lines, "status     "+status)
	if j.Tier != "" {
		lines = append(lines, "tier       "+string(j.Tier))
	}
	if j.Description != "" {
		lines = append(lines, fmt.Sprintf("described  %q", j.Description))
	}
	lines = append(lines, "started    "+humane.Time(j.Started))
	if j.Status == vault.InProgress && !j.Started.IsZero() {
		lines = append(lines, fmt.Sprintf("usually    done after %s, about %s",
			humane.Usually(usually), humane.Time(j.Started.Add(usually))))
	}
	if !j.Completed.IsZero() {
		lines = append(lines, "done       "+humane.Time(j.Completed))
	}
	if !j.Expires.IsZero() {
		left := "expired"
		if j.Expires.After(now) {
			left = "in " + humane.Duration(j.Expires.Sub(now))
		}
		lines = append(lines, fmt.Sprintf("expires    %s (%s)", humane.Time(j.Expires), left))
	}
	return lines
}
