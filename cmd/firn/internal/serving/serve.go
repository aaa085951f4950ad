// Package serving has firn serve.
package serving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/disk"
	"firn/server"
	"firn/vault/dirvault"
)

const serveLong = `Serve the vaults in a directory through the API of Amazon Glacier, until a
signal ends the server. Any tool for Amazon Glacier can use it.

When the server is ready, it prints its address and the variables to export for
clients. Every request must be signed. The key pair is that of AWS_ACCESS_KEY_ID
and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) if they are set. Otherwise the
first start makes one, stores it in DIR/credentials.json and prints it once;
later, --show-secret prints it. --credentials FILE defines several key pairs,
their accounts, and which of them may only read.

Other machines can connect only with TLS (--tls-cert and --tls-key). The server
reads changed certificates without a restart.

Jobs end at once and inventories are always up to date, unless you choose
delays: with --retrieval-delay Standard=4h,Bulk=8h,Expedited=1m and
--inventory-every 24h the server is as slow as Amazon Glacier. With --topic, the
server posts a message in the format of Amazon SNS when a job ends.

The server verifies each MiB of an archive before it sends it. It also reads all
archives every 30 days and reports damage (--scrub-rate, --scrub-every).

With --read-only, the server writes nothing to the directory and refuses
requests that would change something. Jobs last until the server ends.

Errors, changes and deletions are logged to standard error, with --json as JSON.
At the loopback address --admin, GET /healthz reports whether the server can
work and GET /metrics returns metrics for Prometheus.`

const serveExample = `  firn serve --dir ./cold
  firn serve --dir /srv/cold --listen :8333 \
    --tls-cert cert.pem --tls-key key.pem
  firn serve --dir /mnt/snapshot/cold --read-only
  firn serve --dir ./cold --retrieval-delay 30s \
    --topic arn:aws:sns:us-east-1:000000000000:ready=http://127.0.0.1:9000/`

// serveOptions are the options of firn serve.
type serveOptions struct {
	dir, listen, region, accessLog string
	credentials, admin             string
	readOnly, showSecret           bool

	tls tlsFiles

	delay          delayFlag
	outputLifetime time.Duration
	inventoryEvery time.Duration // 0: inventories are always up to date
	topics         topicsFlag
	topicsFile     string
	freeFloor      cli.SizeFlag
	scrub          scrubOptions
	now            func() time.Time // the clock of jobs
}

// vaults returns the options for the vaults of an account.
func (o serveOptions) vaults(account string, log *slog.Logger) dirvault.Options {
	d := dirvault.Options{
		Now:            o.now,
		RetrievalDelay: o.delay.delay,
		OutputLifetime: o.outputLifetime,
		UploadLifetime: uploadLifetime,
		InventoryEvery: o.inventoryEvery,
		ARN:            func(name string) string { return server.ARN(o.region, account, name) },
		VerifyReads:    true,
		ReadOnly:       o.readOnly,
		OnDamage:       logDamage(log),
		OnLeftover:     func(err error) { log.Warn("left over", "error", err) },
	}
	if d.InventoryEvery == 0 {
		d.InventoryEvery = -1
	}
	return d
}

// check refuses invalid values and combinations of options.
func (o serveOptions) check() error {
	switch {
	case o.outputLifetime <= 0:
		return cli.UsageError("an output lives longer than --output-lifetime %s", o.outputLifetime)
	case o.inventoryEvery < 0:
		return cli.UsageError("--inventory-every must be 0 or more, not %s", o.inventoryEvery)
	case o.showSecret && o.credentials != "":
		return cli.UsageError("--show-secret shows the server's own key pair, and --credentials replaces it")
	}
	return errors.Join(o.scrub.check(), o.checkAddresses())
}

// uploadLifetime is how long the service keeps an upload after the last request
// on it ("at least 24 hours", Amazon Glacier developer guide).
const uploadLifetime = 24 * time.Hour

// outputLifetime is how long the service keeps the output of a job ("at least 24
// hours after completion", ibid.).
const outputLifetime = 24 * time.Hour

// NewServe returns the command firn serve.
func NewServe(p *cli.Program) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:     "serve --dir DIR",
		Short:   "Serve a directory through the Amazon Glacier API",
		Long:    serveLong,
		Example: serveExample,
		Args:    cli.Takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.dir == "" {
				return cli.WithHint(cli.UsageError("--dir DIR is missing"), cli.HelpHint(cmd))
			}
			return runServe(cmd.Context(), p, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.dir, "dir", "", "serve the vaults in `DIR`; it is created if it does not exist")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8333", "listen at this `ADDRESS` and port; port 0: a free one")
	f.StringVar(&o.tls.cert, "tls-cert", "", "use TLS with the certificates in `FILE` (PEM)")
	f.StringVar(&o.tls.key, "tls-key", "", "the private key of --tls-cert, in `FILE` (PEM)")
	f.StringVar(&o.admin, "admin", "", "serve /healthz and /metrics at this loopback `ADDRESS`")
	f.StringVar(&o.credentials, "credentials", "", "read the key pairs from `FILE`")
	f.BoolVar(&o.showSecret, "show-secret", false, "print the secret of the key pair that an earlier start made")
	f.BoolVar(&o.readOnly, "read-only", false, "write nothing to the directory")
	f.StringVar(&o.region, "region", "us-east-1", "require requests that are signed for this `REGION`")
	f.StringVar(&o.accessLog, "access-log", "", "append a line of JSON for each request to `FILE`")
	f.Var(&o.delay, "retrieval-delay", "end jobs after `TIME`, or Expedited=TIME,Standard=TIME,Bulk=TIME")
	cli.AddDuration(f, &o.outputLifetime, "output-lifetime", outputLifetime, "keep the output of a job for `TIME`")
	cli.AddDuration(f, &o.inventoryEvery, "inventory-every", 0, "renew an inventory after `TIME`; 0: when archives changed")
	o.freeFloor = defaultFreeFloor
	f.Var(&o.freeFloor, "free-floor", "refuse uploads that would leave less than `SIZE` free; 0: never")
	f.Var(&o.topics, "topic", "post the messages of the SNS topic to the URL; repeatable")
	f.StringVar(&o.topicsFile, "topics", "", "read topics from `FILE`, one ARN=URL per line")
	o.scrub.add(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusDenied, cli.StatusLocked, cli.StatusRefused)
}

func runServe(ctx context.Context, p *cli.Program, o serveOptions) (err error) {
	o.now = p.Now
	if err := o.check(); err != nil {
		return err
	}
	if o.topicsFile != "" {
		if err := o.topics.read(o.topicsFile); err != nil {
			return err
		}
	}
	log := serverLog(p)
	main, err := o.openRoot(o.dir, mainAccount, log)
	if errors.Is(err, disk.ErrNotOurs) {
		return notOurs(o.dir, err)
	}
	if err != nil {
		return err
	}
	roots := map[string]*dirvault.Root{mainAccount: main}
	defer func() { err = errors.Join(err, closeAll(roots)) }()
	keys, shown, err := serverKeys(o)
	if err != nil {
		return err
	}
	if err := o.openAccounts(roots, keys, log); err != nil {
		return err
	}
	accessLog, err := openAccessLog(o.accessLog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, accessLog.Close()) }()
	stores := map[string]server.Store{}
	for account, root := range roots {
		stores[account] = root
	}
	s, err := server.New(stores, server.Options{
		Region: o.region, AccessLog: accessLog, Topics: o.topics, Credentials: keys, Log: log,
		Free: o.free(), FreeFloor: int64(o.freeFloor),
		Collectors: scrubCollectors(roots), ReadOnly: o.readOnly,
	})
	if err != nil {
		return cli.UsageError("%w", err)
	}
	defer o.scrub.start(ctx, slices.Collect(maps.Values(roots)), log)()
	return listen(ctx, p, o, s, log, shown)
}

// free returns a function that returns the free space of the disk, or nil with --read-only: a
// medium that cannot be written may count as full.
func (o serveOptions) free() func() (int64, error) {
	if o.readOnly {
		return nil
	}
	return func() (int64, error) { return disk.Free(o.dir) }
}

// defaultFreeFloor leaves space for the completion of uploads, and for other use of the disk.
const defaultFreeFloor = 256 << 20

// serverLog returns the log of a server, on standard error.
func serverLog(p *cli.Program) *slog.Logger {
	if p.JSON {
		return slog.New(slog.NewJSONHandler(term.PlainJSON(p.UI), nil))
	}
	return slog.New(slog.NewTextHandler(p.UI, nil))
}

// logDamage returns a function that logs damaged files that were left out.
func logDamage(log *slog.Logger) func(error) {
	return func(err error) { log.Error("damage", "error", err) }
}

// openAccessLog opens the access log for appending. If path is empty, it discards the lines.
func openAccessLog(path string) (io.WriteCloser, error) {
	if path == "" {
		return discard{io.Discard}, nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|disk.NoFollow, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the access log: %w", err)
	}
	info, err := f.Stat()
	if err == nil {
		err = disk.CheckOwner(info)
	}
	if err != nil {
		return nil, errors.Join(notOurs(path, fmt.Errorf("the access log %q is not used: %w", path, err)), f.Close())
	}
	return f, nil
}

type discard struct{ io.Writer }

func (discard) Close() error { return nil }
