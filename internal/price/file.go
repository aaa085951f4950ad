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

// longestFile is the largest size of a price file in bytes.
const longestFile = 1 << 20

// Read reads prices from a file: JSON in the form that [Book.Write] writes. base gives the
// values that the file leaves out. A price may also be a plain number, which is the user's
// own and counts as certain. A tier that is null is not offered.
//
// Unknown keys are errors, so that no change is ignored.
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
		return Book{}, fmt.Errorf("the prices are invalid: %w", err)
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

// Write writes all prices in the form that [Read] reads, one price per line.
func (b Book) Write(w io.Writer) error {
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the prices: %w", err)
	}
	// Write the members of a figure on one line. A JSON string contains no line break.
	figures, breaks := regexp.MustCompile(`\{\n\s*("usd"[^{}]*?)\n\s*\}`), regexp.MustCompile(`\n\s*`)
	text = figures.ReplaceAllFunc(text, func(f []byte) []byte {
		return breaks.ReplaceAll(figures.ReplaceAll(f, []byte("{$1}")), []byte(" "))
	})
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("writing the prices: %w", err)
	}
	return nil
}

// UnmarshalJSON parses a price with its certainty and source, or a plain number.
func (f *Figure) UnmarshalJSON(text []byte) error {
	switch {
	case string(text) == "null": // by convention, no change
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
		return errors.New("there is text after them")
	}
	return nil
}

// clone returns a copy that shares no memory with b.
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

// check refuses values that no price can have.
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
