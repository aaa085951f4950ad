// Package estimates has the commands that compute costs and times. They send no requests.
package estimates

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/suggest"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/internal/price"
)

const estimateLong = `Estimate the cost and the duration of uploads and retrievals, in Amazon Glacier
vaults and in the S3 Glacier storage classes. Nothing is sent.`

const estimateExample = `  firn estimate upload 2TB --estimate-rate 40Mbps
  firn estimate retrieve 200GiB --tier Bulk`

// NewEstimate returns the command firn estimate.
func NewEstimate(p *cli.Program) *cobra.Command {
	cmd := cli.Group("estimate", "Estimate cost and time", estimateLong,
		newEstimateUpload(p), newEstimateRetrieve(p), newEstimatePrices(p))
	cmd.Example = estimateExample
	return cmd
}

// estimateOptions are the options of both estimates.
type estimateOptions struct {
	class    string
	archives int64
	rate     cli.RateFlag
}

func addEstimate(p *cli.Program, f *pflag.FlagSet, o *estimateOptions) {
	f.StringVar(&o.class, "class", "", "only `CLASS`: vault, GLACIER_IR, GLACIER or DEEP_ARCHIVE (default: all)")
	f.Int64Var(&o.archives, "archives", 1, "divide SIZE into `N` archives")
	f.Var(&o.rate, "estimate-rate", "assume `RATE` (default: rate of earlier transfers)")
	cli.AddOldName(f, "estimate-rate", "rate")
	p.AddPrices(f)
}

func (o estimateOptions) check() error {
	const most = 1e12 // archives
	if o.archives < 1 || o.archives > most {
		return cli.UsageError("--archives must be at least 1 and at most %.0f", float64(most))
	}
	_, err := o.classes()
	return err
}

// classes returns the storage classes to estimate.
func (o estimateOptions) classes() ([]price.Class, error) {
	if o.class == "" {
		return price.Classes(), nil
	}
	var known []string
	for _, c := range price.Classes() {
		known = append(known, string(c))
		if strings.EqualFold(string(c), o.class) {
			return []price.Class{c}, nil
		}
	}
	return nil, cli.UsageError("--class: %w", suggest.OneOf(o.class, known))
}

// heap is a number of archives of one size.
type heap struct {
	size  int64 // bytes of each
	count int64
	units humane.Units // in which the size is shown
}

// intoArchives divides bytes into archives of almost equal size.
func intoArchives(bytes, archives int64) ([]heap, error) {
	if archives > bytes {
		return nil, cli.UsageError("%s cannot be cut into %d archives", humane.Bytes(bytes), archives)
	}
	heaps := []heap{{size: bytes / archives, count: archives - bytes%archives}}
	if bytes%archives > 0 {
		heaps = append(heaps, heap{size: bytes/archives + 1, count: bytes % archives})
	}
	return heaps, nil
}

// addUp returns the number of all archives, and all their bytes as the size.
func addUp(heaps []heap) (all heap, err error) {
	for _, h := range heaps {
		if h.size > 0 && h.count > (math.MaxInt64-all.size)/h.size {
			return heap{}, cli.UsageError("that is more than can be counted in bytes")
		}
		all.size += h.size * h.count
		all.count += h.count
		all.units = h.units
	}
	return all, nil
}

// loadText returns an amount of data in words.
func loadText(all heap) string {
	if all.count == 1 {
		return all.units.Bytes(all.size) + " in 1 archive"
	}
	return fmt.Sprintf("%s in %d archives", all.units.Bytes(all.size), all.count)
}

// withCatalog calls do with the catalog if there is one. An estimate creates none.
func withCatalog(ctx context.Context, p *cli.Program, do func(*catalog.Catalog) error) (err error) {
	if there, err := p.HasCatalog(); err != nil || !there {
		return err
	}
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return do(c)
}

// lineRate returns the rate given by the user, or else the rate that learn finds in the catalog.
// It is 0 if no rate is known.
func lineRate(
	ctx context.Context, p *cli.Program, told cli.RateFlag, learn func(*catalog.Catalog) (float64, error),
) (rate float64, err error) {
	if told.PerSecond > 0 {
		return told.PerSecond, nil
	}
	err = withCatalog(ctx, p, func(c *catalog.Catalog) error {
		rate, err = learn(c)
		return err
	})
	return rate, err
}

// timeAt returns the time that bytes take at a rate; 0 if the rate is unknown.
func timeAt(bytes int64, rate float64) time.Duration {
	if rate <= 0 {
		return 0
	}
	return term.TimeToSend(bytes, rate)
}

// tellDuration prints how long an act ("sending" or "downloading") takes.
func tellDuration(p *cli.Program, act string, took time.Duration, rate float64) {
	if rate <= 0 {
		p.Out.Line("How long %s takes is unknown; give a rate with --estimate-rate.", act)
		return
	}
	p.Out.Line("%s takes %s at %s.", strings.ToUpper(act[:1])+act[1:], humane.Duration(took), p.UI.Units.Rate(rate))
}

// tellSource prints the source of the prices of a table.
func tellSource(p *cli.Program, t price.Table, doubtful bool) {
	p.Out.Line("Prices in USD, of %s as of %s (%s).", term.Show(t.Region), t.Day(), term.Show(t.Source))
	p.Out.Line("They change, and differ by region; their sources: firn estimate prices.")
	if doubtful {
		p.Out.Line("? marks an amount that is based on a price of low certainty.")
	}
}

// amountCell returns an amount for a table, with a mark if it is doubtful.
func amountCell(a price.Amount) string {
	number, _ := strings.CutSuffix(cli.Dollars(a.USD), " USD")
	if a.Doubtful() {
		return number + " ?"
	}
	return number + "  "
}
