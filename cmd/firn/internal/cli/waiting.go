package cli

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"firn/depot"
	"firn/notify"
	"firn/vault"
)

// WaitOptions are the options of the commands that wait for jobs.
type WaitOptions struct {
	NoWait  bool
	sqs     string
	onReady string
}

// Add adds the options to a command.
func (o *WaitOptions) Add(f *pflag.FlagSet) {
	f.BoolVar(&o.NoWait, "no-wait", false, "do not wait for a job: exit with status 75")
	f.StringVar(&o.sqs, "sqs", "", "wait for messages of the SQS queue at `URL` instead of polling")
	f.StringVar(&o.onReady, "on-ready", "", "run `COMMAND` in a shell when a job is ready")
}

// WithBell calls do with the queue of --sqs, or with nil if the option was not given, and then
// closes the queue.
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
