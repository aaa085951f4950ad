package catalog

import (
	"database/sql/driver"
	"fmt"
	"time"

	"firn/treehash"
)

// timeLayout is RFC 3339 in UTC with all nine decimals: exact to the nanosecond
// as file times are, of one width so that text order is time order, and readable
// with any SQLite tool. (PostgreSQL's own type stops at microseconds, and 64 bits
// of nanoseconds stop in 2262, before some file systems do.)
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// instant is a time as a column holds it; empty text for the zero time.
type instant time.Time

// Value implements driver.Valuer. It refuses years that have not four digits.
func (t instant) Value() (driver.Value, error) {
	u := time.Time(t).UTC()
	if u.IsZero() {
		return "", nil
	}
	if u.Year() < 0 || u.Year() > 9999 {
		return nil, fmt.Errorf("the time %s is not within the years 0 to 9999", u)
	}
	return u.Format(timeLayout), nil
}

// Scan implements sql.Scanner.
func (t *instant) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("a time is text, not %T", src)
	}
	if text == "" {
		*t = instant{}
		return nil
	}
	parsed, err := time.Parse(timeLayout, text)
	if err != nil {
		return err
	}
	*t = instant(parsed)
	return nil
}

// raw is a text of any bytes.
type raw string

// Value implements driver.Valuer.
func (r raw) Value() (driver.Value, error) { return append([]byte{}, r...), nil }

// Scan implements sql.Scanner.
func (r *raw) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("a text from outside is a BLOB, not %T", src)
	}
	*r = raw(b)
	return nil
}

// digest is a hash as 64 hexadecimal digits; empty text for the zero hash.
type digest treehash.Hash

// Value implements driver.Valuer.
func (d digest) Value() (driver.Value, error) {
	text, err := treehash.Hash(d).MarshalText()
	return string(text), err
}

// Scan implements sql.Scanner.
func (d *digest) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("a hash is text, not %T", src)
	}
	return (*treehash.Hash)(d).UnmarshalText([]byte(text))
}

// bits is an unsigned number in a signed column, bit by bit: inodes use all 64.
type bits uint64

// Value implements driver.Valuer.
func (b bits) Value() (driver.Value, error) { return int64(b), nil }

// Scan implements sql.Scanner.
func (b *bits) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("an inode is a number, not %T", src)
	}
	*b = bits(n)
	return nil
}
