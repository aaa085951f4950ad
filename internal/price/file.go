package price

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
)

// longestFile is how long a price file may be, in bytes.
const longestFile = 1 << 20

// Read reads prices from a file: JSON in the form that [Book.Write] writes, of
// which everything may be left out that stays as it is in base. A price may also
// be a mere number; then it is the reader's own and counts as certain. A tier
// that is null is not offered.
//
// Keys that mean nothing are refused, so that none is changed in vain.
func Read(r io.Reader, base Book) (Book, error) {
	text, err := io.ReadAll(io.LimitReader(r, longestFile+1))
	switch {
	case err != nil:
		return Book{}, fmt.Errorf("reading the prices: %w", err)
	case len(text) > longestFile:
		return Book{}, fmt.Errorf("the prices are longer than %d bytes", longestFile)
	}
	book := base.clone()
	if err := decodeStrictly(text, &book); err != nil {
		return Book{}, fmt.Errorf("the prices are not as they should be: %w", err)
	}
	if time.Time(book.AsOf).IsZero() {
		return Book{}, errors.New("the prices have no date: as_of")
	}
	for _, c := range Classes() {
		if err := book.Table(c).check(); err != nil {
			return Book{}, fmt.Errorf("the prices of %q: %w", c, err)
		}
	}
	return book, nil
}

// Write writes all prices, one a line, in the form that [Read] reads.
func (b Book) Write(w io.Writer) error {
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the prices: %w", err)
	}
	// The members of a figure stand on one line. No line ends within a string of JSON.
	figures, breaks := regexp.MustCompile(`\{\n\s*("usd"[^{}]*?)\n\s*\}`), regexp.MustCompile(`\n\s*`)
	text = figures.ReplaceAllFunc(text, func(f []byte) []byte {
		return breaks.ReplaceAll(figures.ReplaceAll(f, []byte("{$1}")), []byte(" "))
	})
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("writing the prices: %w", err)
	}
	return nil
}

// UnmarshalJSON reads a price with what it stands on, or a mere number.
func (f *Figure) UnmarshalJSON(text []byte) error {
	switch {
	case string(text) == "null": // by custom, no change
		return nil
	case text[0] == '{':
		type members Figure // without this method
		return decodeStrictly(text, (*members)(f))
	}
	*f = Figure{Certainty: High, Source: "your own"}
	return json.Unmarshal(text, &f.USD)
}

func decodeStrictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows them")
	}
	return nil
}

// clone returns a book that shares nothing with b.
func (b Book) clone() Book {
	for _, t := range []*Table{&b.Vault, &b.InstantS3, &b.FlexibleS3, &b.DeepArchive} {
		for _, tier := range []**Tier{&t.Tiers.Instant, &t.Tiers.Expedited, &t.Tiers.Standard, &t.Tiers.Bulk} {
			if *tier != nil {
				own := **tier
				*tier = &own
			}
		}
	}
	return b
}

// check refuses what no price can be.
func (t Table) check() error {
	figures := []Figure{t.Storage, t.Staging, t.Parts, t.Completions, t.Downloads, t.Egress, t.CapacityUnit}
	for _, name := range t.Tiers.Names() {
		tier := t.Tiers.named(name)
		figures = append(figures, tier.Requests, tier.Bytes)
	}
	const most = 1e6 // dollars
	for _, f := range figures {
		switch {
		case f.USD < 0 || f.USD > most:
			return fmt.Errorf("%v USD is out of range", f.USD)
		case f.Certainty.rank() < 0:
			return fmt.Errorf("the certainty %q is none of high, good, moderate and low", f.Certainty)
		}
	}
	const longest = 1 << 40 // bytes, GiB or days
	for _, n := range []int64{t.FreeEgressGiB, t.Overhead, t.StagingOverhead, t.LeastBilled} {
		if n < 0 || n > longest {
			return fmt.Errorf("%d is out of range", n)
		}
	}
	if t.MinimumStayDays < 0 || t.MinimumStayDays > 36_500 {
		return fmt.Errorf("a minimum stay of %d days is out of range", t.MinimumStayDays)
	}
	return nil
}
