// Package uploads has the commands that store archives or show and remove unfinished uploads,
// and firn hash.
package uploads

import (
	"cmp"
	"context"
	"math/bits"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/keyring"
	"firn/depot"
	"firn/internal/humane"
	"firn/vault/vaulturl"
)

const uploadLong = `Upload each FILE to a vault as one archive and print the archive ids.

The file is sent in parts, several at a time, and each part is verified by its
checksum. Memory use does not depend on the size of the file or of the parts.

Running the same command again is always safe. An interrupted upload continues
and sends only the parts that the vault does not have, even if the catalog was
lost. After a success, firn prints the archive id again and sends nothing;
--again stores a second copy.

If FILE is -, firn stores standard input. It keeps each part in --spool-dir
until the vault has acknowledged it. To continue such an upload, feed the same
bytes again.

Several files overlap, within the same concurrency, rate and memory: small files
are uploaded together, large files one after the other. firn prints the ids in
the order of the files, and a sum at the end. If one fails, firn reports it and
continues with the others.

firn shows the estimated price of all files before it sends anything, and
--max-cost refuses more.

With --recipient, each file is encrypted before it is sent, in the format of
age, and its name gets the suffix .age. The encrypted file is kept in
--spool-dir until the vault has it, so the spool needs room for the largest
file, and an interrupted upload continues with it. "age -d -i IDENTITY" decrypts
what was downloaded.

` + keyring.RecipientHelp

const uploadExample = `  firn upload image-backups june.tar --description "June, all disks"
  firn upload image-backups june.tar --dry-run --estimate-rate 11.33Mbps
  firn upload /mnt/cold/image-backups *.img --limit-rate 20MB/s
  firn upload image-backups june.tar --recipient key.txt.pub
  tar c /home | firn upload image-backups - --description "home, June"`

// uploadOptions are the options of firn upload.
type uploadOptions struct {
	name         string
	description  string
	partSize     cli.SizeFlag
	expectedSize cli.SizeFlag
	concurrency  int
	limitRate    cli.LimitFlag
	estimateRate cli.RateFlag
	again        bool
	dryRun       bool
	maxCost      cli.DollarsFlag
	spoolDir     string
	recipients   keyring.Recipients
	retryFor     time.Duration
}

// NewUpload returns the command firn upload.
func NewUpload(p *cli.Program) *cobra.Command {
	var o uploadOptions
	cmd := &cobra.Command{
		Use:     "upload VAULT FILE...",
		Aliases: []string{"put"},
		Short:   "Upload files to a vault",
		Long:    uploadLong,
		Example: uploadExample,
		Args:    cli.Takes(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runUpload(cmd.Context(), p, o, args[0], args[1:])
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.name, "name", "", "store under this `NAME` in a bucket (default: the name of the file)")
	f.StringVar(&o.description, "description", "", "describe the archive: printable ASCII `TEXT` (default: the name of the file)")
	f.Var(&o.partSize, "part-size", "use parts of `SIZE`: 1 MiB times a power of two (default: 16MiB, or more for large files)")
	f.Var(&o.expectedSize, "expected-size", "choose the part size for about `SIZE` of standard input")
	f.IntVar(&o.concurrency, "concurrency", 0, "send `N` parts at once (default: automatic, up to 32; 8 from standard input or with --limit-rate)")
	f.Var(&o.limitRate, "limit-rate", "send at most at `RATE` in all, or by a timetable")
	f.Var(&o.estimateRate, "estimate-rate", "assume `RATE` (default: rate of earlier uploads)")
	f.BoolVar(&o.again, "again", false, "store another copy of a stored file")
	cli.AddDryRun(f, &o.dryRun)
	f.Var(&o.maxCost, "max-cost", "send nothing if the estimated cost exceeds `USD` in all")
	o.recipients.Add(f)
	f.StringVar(&o.spoolDir, "spool-dir", "", "keep parts of standard input, and encrypted files, in `DIR` (default: in firn in the cache home)")
	cli.AddDuration(f, &o.retryFor, "retry-for", 20*time.Hour, "give up after `TIME` without progress")
	p.AddPrices(f)
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusPartial, cli.StatusIncomplete, cli.StatusChecksum,
		cli.StatusDenied, cli.StatusLocked, cli.StatusDamaged, cli.StatusRefused, cli.StatusInterrupted)
}

// check refuses options that contradict each other or the sources.
func (o uploadOptions) check(vaultArg string, sources []string) error {
	for _, source := range sources {
		switch {
		case source != "-":
		case o.recipients.Given():
			return streamError(vaultArg)
		case len(sources) > 1:
			return cli.UsageError("- stands for standard input and must be the only FILE")
		case o.description == "":
			return cli.UsageError("standard input has no name of its own: describe it with --description TEXT")
		}
	}
	switch {
	case o.name != "" && len(sources) > 1:
		return cli.UsageError("--name names one archive, and there are %d files: upload them one by one", len(sources))
	case o.description != "" && len(sources) > 1:
		return cli.UsageError("--description describes one archive, and there are %d files: upload them one by one", len(sources))
	case o.concurrency < 0:
		return cli.UsageError("--concurrency must be at least 1, or 0 for automatic")
	case o.partSize != 0 && (o.partSize < 1<<20 || bits.OnesCount64(uint64(o.partSize)) != 1):
		return cli.UsageError("a part size of %s is not 1 MiB times a power of two", humane.Bytes(int64(o.partSize)))
	case o.retryFor <= 0:
		return cli.UsageError("--retry-for must be more than 0s")
	}
	return cli.CheckDescription(o.description)
}

func runUpload(ctx context.Context, p *cli.Program, o uploadOptions, vaultArg string, sources []string) (err error) {
	if err := o.check(vaultArg, sources); err != nil {
		return err
	}
	if o.dryRun { // a dry run must not create a catalog
		return planUploads(ctx, p, o, vaultArg, sources)
	}
	return p.WithVault(ctx, vaultArg, cmp.Or(o.concurrency, depot.MaxConcurrency), func(c *catalog.Catalog, v *vaulturl.Vault) error {
		s := &uploadSession{program: p, options: o, vaultArg: vaultArg, vault: v, catalog: c}
		table, err := p.Prices(v.URL(), v.Class)
		if err != nil {
			return err
		}
		s.spending = &spending{program: p, table: table, limit: o.maxCost}
		if s.sealing, err = newSealing(p, c, v.URL(), o); err != nil {
			return err
		}
		if err := s.meetVault(ctx); err != nil {
			return p.ExplainWait(p.ExplainVault(err, vaultArg))
		}
		s.shown = startProgress(p, s.sealing, sources)
		defer s.shown.Stop()
		return s.uploadAll(ctx, sources)
	})
}
