package estimates

import (
	"bytes"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const estimatePricesLong = `Print the prices that estimates use, each with its certainty (high, good,
moderate or low) and its source.

To use other prices, edit the output and give the file to --prices. It may
contain only the prices that differ, and a price may be a plain number:

  {"as_of": "2027-01-15", "region": "eu-central-1",
   "vault": {"storage_per_gib_month": 0.0045}}

With --prices or FIRN_PRICES, firn prints the changed prices. FIRN_PRICES
applies to vaults at Amazon only; --prices applies to any vault, also to a
directory, so that you can try it out.`

const estimatePricesExample = `  firn estimate prices > prices.json
  firn estimate upload 2TB --prices prices.json`

func newEstimatePrices(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "prices",
		Short:   "Print the prices that estimates use",
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
