package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/notify"
	"firn/record"
	"firn/vault"
)

// WaitOptions are the options of the commands that wait for jobs.
type WaitOptions struct {
	NoWait  bool
	sqs     string
	onReady string
}

// Add adds the options to those of a command.
func (o *WaitOptions) Add(f *pflag.FlagSet) {
	f.BoolVar(&o.NoWait, "no-wait", false, "do not wait for a job: end with status 75, saying when to come back")
	f.StringVar(&o.sqs, "sqs", "", "hear of the end of jobs from the SQS queue at this `URL` instead of asking for it")
	f.StringVar(&o.onReady, "on-ready", "", "run this `COMMAND` by the shell when a job is ready (see above)")
}

// OnReadyHelp explains --on-ready in the help of a command.
const OnReadyHelp = `The COMMAND of --on-ready finds FIRN_VAULT, FIRN_JOB_ID, FIRN_ARCHIVE_ID and
FIRN_NAME in its environment. If it fails, that is reported and the exit status
is 1; nothing is undone.`

// WithBell opens the queue of --sqs for as long as do lasts. Without one there is
// nothing to listen to.
func (o WaitOptions) WithBell(ctx context.Context, do func(depot.Bell) error) error {
	if o.sqs == "" {
		return do(nil)
	}
	queue, err := notify.Open(ctx, o.sqs)
	if errors.Is(err, vault.ErrInvalid) {
		return InClass(err, ErrUsage)
	}
	if err != nil {
		return err
	}
	return errors.Join(do(queue), queue.Close())
}

// ReadyHook runs the command of --on-ready, once for each job.
type ReadyHook struct {
	program *Program
	command string
	names   func(vault.ArchiveID) string // what an archive is called
	done    map[vault.JobID]bool
	failed  bool
}

// NewReadyHook returns the hook of a command that waits; names is what archives are called.
func (p *Program) NewReadyHook(o WaitOptions, names func(vault.ArchiveID) string) *ReadyHook {
	return &ReadyHook{program: p, command: o.onReady, names: names, done: make(map[vault.JobID]bool)}
}

// Run runs the command for a job that is ready. That it failed is told at once, and
// remembered for the end.
func (h *ReadyHook) Run(ctx context.Context, job record.Job) {
	if h.command == "" || h.done[job.ID] {
		return
	}
	h.done[job.ID] = true
	shell := []string{"sh", "-c"}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C"}
	}
	cmd := exec.CommandContext(ctx, shell[0], shell[1], h.command)
	cmd.Env = append(os.Environ(),
		"FIRN_VAULT="+job.Vault, "FIRN_JOB_ID="+string(job.ID), "FIRN_ARCHIVE_ID="+string(job.Archive),
		"FIRN_NAME="+term.Show(strings.ReplaceAll(h.names(job.Archive), "\n", " ")))
	file := h.program.UI.File()
	cmd.Stdout, cmd.Stderr = file, file // standard output is for firn's results
	if err := cmd.Run(); err != nil {
		h.failed = true
		h.program.Report(fmt.Errorf("the command of --on-ready failed for job %q: %w", string(job.ID), err))
	}
}

// End makes an act that went well fail if a command did.
func (h *ReadyHook) End(err error) error {
	if err == nil && h.failed {
		return &ReportedError{StatusError}
	}
	return err
}
