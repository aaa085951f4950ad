package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/spf13/pflag"

	"firn/internal/price"
)

// addPrices adds the option --prices to a command that tells what things cost.
func (p *program) addPrices(f *pflag.FlagSet) {
	f.StringVar(&p.pricesPath, "prices", "", "take prices from this `FILE`, written as firn estimate prices writes them")
}

// prices returns what a vault charges: Amazon's prices for a vault that is there,
// nothing in a directory or behind an endpoint of one's own. Prices that are given
// with the very command hold for any vault, so that they can be tried out. Class is
// the storage class of a bucket, empty of other vaults.
func (p *program) prices(vaultURL, class string) (price.Table, error) {
	given := p.pricesPath != "" && p.pricesPath != os.Getenv(variable("prices"))
	if !given && !isAtAmazon(vaultURL) {
		return price.Free(), nil
	}
	book, err := p.priceBook()
	return book.Table(priceClass(class)), err
}

// priceClass is the class that prices are listed under.
func priceClass(class string) price.Class {
	if class == "" {
		return price.Vault
	}
	return price.Class(class)
}

func isAtAmazon(vaultURL string) bool {
	u, err := url.Parse(vaultURL)
	return err == nil && (u.Scheme == "glacier" || u.Scheme == "s3") && !u.Query().Has("endpoint")
}

// priceBook returns the prices that firn was made with, as --prices changes them.
func (p *program) priceBook() (_ price.Book, err error) {
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
		return price.Book{}, withHint(fmt.Errorf("%q: %w", p.pricesPath, err), "the form is that of: firn estimate prices")
	}
	return book, nil
}

// money shows an amount, with a mark if it stands on a price of low certainty;
// see doubtLegend.
func money(a price.Amount) string {
	if a.Doubtful() {
		return dollars(a.USD) + " (?)"
	}
	return dollars(a.USD)
}

// doubtLegend explains the mark of money.
const doubtLegend = "(?) a price of low certainty; see firn estimate prices"

func dollars(usd float64) string {
	switch {
	case usd > 0 && usd < 0.0001:
		return "<0.0001 USD"
	case usd > 0 && usd < 0.01:
		return fmt.Sprintf("%.4f USD", usd)
	}
	return fmt.Sprintf("%.2f USD", usd)
}
