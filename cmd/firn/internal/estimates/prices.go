package estimates

import (
	"bytes"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const estimatePricesLong = `Prints the prices that estimates are made with: each with how certain it is
(high, good, moderate, low) and what it stands on.

What is printed is a file that --prices takes, for you to change. Everything may
be left out that stays as it is, and a price may be a mere number:

  {"as_of": "2027-01-15", "region": "eu-central-1",
   "vault": {"storage_per_gib_month": 0.0045}}

With --prices or FIRN_PRICES the changed prices are printed. FIRN_PRICES holds
for what is at Amazon; --prices for any vault, even for a directory, so that
they can be tried out.`

const estimatePricesExample = `  firn estimate prices > prices.json
  firn estimate upload 2TB --prices prices.json`

func newEstimatePrices(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "prices",
		Short:   "Print the prices, to see or to change them",
		Long:    estimatePricesLong,
		Example: estimatePricesExample,
		Args:    cli.Takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			book, err := p.PriceBook()
			if err != nil {
				return err
			}
			if p.JSON {
				return p.Out.Object(book)
			}
			var text bytes.Buffer
			if err := book.Write(&text); err != nil {
				return err
			}
			p.Out.Line("%s", bytes.TrimSpace(text.Bytes()))
			return nil
		},
	}
	p.AddPrices(cmd.Flags())
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage)
}
