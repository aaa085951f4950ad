package cli

import (
	"context"
	"fmt"
	"strings"

	"firn/cmd/firn/internal/term"
	"firn/record"
	"firn/vault"
)

// OnReadyHelp explains --on-ready in the help of a command.
const OnReadyHelp = `firn runs the COMMAND of --on-ready in a shell with FIRN_VAULT, FIRN_JOB_ID,
FIRN_ARCHIVE_ID and FIRN_NAME in its environment. If COMMAND fails, firn reports
it and ends with status 1; nothing is undone.`

// ReadyHook runs the command of --on-ready once for each job.
type ReadyHook struct {
	program *Program
	command string
	names   func(vault.ArchiveID) string
	done    map[vault.JobID]bool
	failed  bool
}

// NewReadyHook returns the hook of a command that waits for jobs. names returns the name of an
// archive for the environment of the hook.
func (p *Program) NewReadyHook(o WaitOptions, names func(vault.ArchiveID) string) *ReadyHook {
	return &ReadyHook{program: p, command: o.onReady, names: names, done: make(map[vault.JobID]bool)}
}

// Run runs the command for a job that is ready. It reports a failure at once; see
// [ReadyHook.End].
func (h *ReadyHook) Run(ctx context.Context, job record.Job) {
	if h.command == "" || h.done[job.ID] {
		return
	}
	h.done[job.ID] = true
	err := h.program.RunShell(ctx, h.command,
		"FIRN_VAULT="+job.Vault, "FIRN_JOB_ID="+string(job.ID), "FIRN_ARCHIVE_ID="+string(job.Archive),
		"FIRN_NAME="+term.Show(strings.ReplaceAll(h.names(job.Archive), "\n", " ")))
	if err != nil {
		h.failed = true
		h.program.Report(fmt.Errorf("the command of --on-ready failed for job %q: %w", string(job.ID), err))
	}
}

// End returns err, or an error if err is nil and a command has failed.
func (h *ReadyHook) End(err error) error {
	if err == nil && h.failed {
		return &ReportedError{Status: StatusError}
	}
	return err
}
