package estimates

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/resolve"
	"firn/cmd/firn/internal/term"
	"firn/vault"
	"firn/vault/vaulturl"
)

const estimateRetrieveLong = `Estimate what retrieving data costs and how long it takes. No request is sent to
a vault.

SIZE is an amount of data, such as 500GiB, in one archive or in --archives N
archives. With VAULT, ARCHIVE is an archive in the catalog, or a glob.

Each archive takes one REQUEST. EGRESS is the cost of sending the bytes to the
internet, beyond 100 GiB per month and account, which are free; within the same
AWS region it is free. COPY is the cost of the restored copy, which the S3
classes keep for --days at the price of S3 Standard. READY IN is the usual time
until the download can begin; for Expedited it applies to archives of up to 250
MB.`

const estimateRetrieveExample = `  firn estimate retrieve 200GiB --estimate-rate 100Mbps
  firn estimate retrieve 200GiB --class DEEP_ARCHIVE --tier Bulk --days 7
  firn estimate retrieve image-backups '*june*'`

// retrievalOptions are the options of firn estimate retrieve.
type retrievalOptions struct {
	estimateOptions
	tier cli.TierFlag
	days int
}

func newEstimateRetrieve(p *cli.Program) *cobra.Command {
	var o retrievalOptions
	cmd := &cobra.Command{
		Use:     "retrieve SIZE | VAULT ARCHIVE...",
		Short:   "Estimate what retrieving data costs",
		Long:    estimateRetrieveLong,
		Example: estimateRetrieveExample,
		Args:    cli.Takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return estimateRetrieve(cmd.Context(), p, o, args)
		},
	}
	addEstimate(p, cmd.Flags(), &o.estimateOptions)
	cmd.Flags().Var(&o.tier, "tier", "only `TIER`: Expedited, Standard or Bulk (default: all)")
	cmd.Flags().IntVar(&o.days, "days", 0, "keep restored copies for `N` days (default: during the download)")
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusLocked, cli.StatusDamaged, cli.StatusInterrupted)
}

func estimateRetrieve(ctx context.Context, p *cli.Program, o retrievalOptions, args []string) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.days < 0 {
		return cli.UsageError("--days must be at least 1")
	}
	if len(args) == 1 {
		return estimateRetrieveSize(ctx, p, o, args[0])
	}
	if o.class != "" || o.archives > 1 {
		return cli.UsageError("--class and --archives apply to a SIZE, and %q is not one", args[0])
	}
	place, err := vaulturl.OpenPlace(ctx, args[0])
	if err != nil {
		return p.ExplainOpen(err, args[0])
	}
	url, class := place.URL(place.Name), place.Class
	if err := place.Close(); err != nil {
		return err
	}
	all, err := chosenArchives(ctx, p, url, args[1:])
	if err != nil {
		return err
	}
	table, err := p.Prices(url, class)
	if err != nil {
		return err
	}
	rate, err := lineRate(ctx, p, o.rate, func(c *catalog.Catalog) (float64, error) { return c.DownloadRate(ctx, url) })
	if err != nil {
		return err
	}
	estimates, err := o.estimate(table, cli.PriceClass(class), all, rate)
	if err != nil {
		return err
	}
	return tellRetrievals(p, estimates, all, table)
}

// estimateRetrieveSize estimates the retrieval of an amount of data in all chosen classes.
func estimateRetrieveSize(ctx context.Context, p *cli.Program, o retrievalOptions, arg string) error {
	size, err := term.ParseSize(arg)
	if err != nil {
		return cli.WithHint(cli.UsageError("%w", err), "give the vault before the archive: firn estimate retrieve VAULT ARCHIVE")
	}
	if _, err := intoArchives(size, o.archives); err != nil {
		return err
	}
	book, err := p.PriceBook()
	if err != nil {
		return err
	}
	rate, err := lineRate(ctx, p, o.rate, func(c *catalog.Catalog) (float64, error) { return c.DownloadRate(ctx, "") })
	if err != nil {
		return err
	}
	classes, err := o.classes()
	if err != nil {
		return err
	}
	all := heap{size: size, count: o.archives, units: term.UnitsOf(arg)}
	var estimates []retrievalObject
	for _, class := range classes {
		of, err := o.estimate(book.Table(class), class, all, rate)
		if err != nil {
			return err
		}
		estimates = append(estimates, of...)
	}
	return tellRetrievals(p, estimates, all, book.Table(classes[0]))
}

// chosenArchives adds up the archives of a vault that the user names.
func chosenArchives(ctx context.Context, p *cli.Program, url string, refs []string) (heap, error) {
	var heaps []heap
	err := withCatalog(ctx, p, func(c *catalog.Catalog) error {
		chosen, err := resolve.All(ctx, p, c, url, refs)
		for _, a := range chosen {
			if a.Size < 0 {
				return fmt.Errorf("the catalog does not know the size of archive %q", string(a.ID))
			}
			heaps = append(heaps, heap{size: a.Size, count: 1})
		}
		return err
	})
	if err == nil && len(heaps) == 0 {
		err = vault.Errorf(vault.ErrNotFound, "there is no catalog %q, and so no archive %q in it", p.CatalogPath, refs[0])
	}
	if err != nil {
		return heap{}, err
	}
	return addUp(heaps)
}
