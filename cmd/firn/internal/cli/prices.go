package cli

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/spf13/pflag"

	"firn/internal/humane"
	"firn/internal/price"
)

// AddPrices adds the option --prices to a command that shows costs.
func (p *Program) AddPrices(f *pflag.FlagSet) {
	f.StringVar(&p.pricesPath, "prices", "", "use the prices in `FILE`; see firn estimate prices")
}

// Prices returns the prices of a vault: Amazon's prices for a vault at Amazon, and no prices
// for a directory or another endpoint. The option --prices (unlike its variable) applies to
// any vault, so that prices can be tried out. class is the storage class of a bucket, and
// empty for other vaults.
func (p *Program) Prices(vaultURL, class string) (price.Table, error) {
	given := p.pricesPath != "" && p.pricesPath != os.Getenv(Variable("prices"))
	if !given && !isAtAmazon(vaultURL) {
		return price.Free(), nil
	}
	book, err := p.PriceBook()
	table := book.Table(PriceClass(class))
	if region := regionOf(vaultURL); region != table.Region {
		table.VaultRegion = region
	}
	return table, err
}

// regionOf returns the region that the URL of a vault at Amazon names, if it names one.
func regionOf(vaultURL string) string {
	u, err := url.Parse(vaultURL)
	if err != nil || !isAtAmazon(vaultURL) {
		return ""
	}
	return u.Query().Get("region")
}

// PriceClass returns the class under which prices are listed.
func PriceClass(class string) price.Class {
	if class == "" {
		return price.Vault
	}
	return price.Class(class)
}

func isAtAmazon(vaultURL string) bool {
	u, err := url.Parse(vaultURL)
	return err == nil && (u.Scheme == "glacier" || u.Scheme == "s3") && !u.Query().Has("endpoint")
}

// PriceBook returns the built-in prices with the changes of --prices.
func (p *Program) PriceBook() (_ price.Book, err error) {
	if p.pricesPath == "" {
		return price.Default(), nil
	}
	file, err := os.Open(p.pricesPath)
	if err != nil {
		return price.Book{}, fmt.Errorf("the file of prices cannot be opened: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	book, err := price.Read(file, price.Default())
	if err != nil {
		return price.Book{}, WithHint(fmt.Errorf("%q: %w", p.pricesPath, err), "the form is that of: firn estimate prices")
	}
	return book, nil
}

// Money returns an amount as text, with a mark if it depends on a price of low certainty; see
// [DoubtLegend].
func Money(a price.Amount) string {
	if a.Doubtful() {
		return Dollars(a.USD) + " (?)"
	}
	return Dollars(a.USD)
}

// DoubtLegend explains the mark of [Money].
const DoubtLegend = "(?) a price of low certainty; see firn estimate prices"

// Dollars returns an amount of US dollars as text.
func Dollars(usd float64) string {
	switch {
	case usd > 0 && usd < 0.0001:
		return "<0.0001 USD"
	case usd > 0 && usd < 0.01:
		return fmt.Sprintf("%.4f USD", usd)
	}
	return fmt.Sprintf("%.2f USD", usd)
}

// ReadyText returns in which time archives become readable.
func ReadyText(least, most time.Duration) string {
	if most == 0 {
		return "at once"
	}
	return fmt.Sprintf("in %s to %s", humane.Usually(least), humane.Usually(most))
}
