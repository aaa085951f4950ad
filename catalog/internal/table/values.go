package table

import (
	"database/sql/driver"
	"fmt"
	"time"

	"firn/treehash"
)

// timeLayout is RFC 3339 in UTC with all nine decimals. It is exact to the nanosecond, as
// file times are. All texts have one width, so that their order is that of the times. Any
// SQLite tool shows them readably. (PostgreSQL's own type is exact to the microsecond
// only. Nanoseconds in 64 bits end in 2262, and the times of some file systems later.)
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// Instant is a time in a column: text, empty for the zero time.
type Instant time.Time

// Value implements driver.Valuer. It refuses a year outside 0 to 9999.
func (t Instant) Value() (driver.Value, error) {
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
func (t *Instant) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("a time is text, not %T", src)
	}
	if text == "" {
		*t = Instant{}
		return nil
	}
	parsed, err := time.Parse(timeLayout, text)
	if err != nil {
		return err
	}
	*t = Instant(parsed)
	return nil
}

// Raw is a text of any bytes in a column: a BLOB.
type Raw string

// Value implements driver.Valuer.
func (r Raw) Value() (driver.Value, error) { return append([]byte{}, r...), nil }

// Scan implements sql.Scanner.
func (r *Raw) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("a text from outside is a BLOB, not %T", src)
	}
	*r = Raw(b)
	return nil
}

// Digest is a hash in a column: 64 hexadecimal digits, empty for the zero hash.
type Digest treehash.Hash

// Value implements driver.Valuer.
func (d Digest) Value() (driver.Value, error) {
	text, err := treehash.Hash(d).MarshalText()
	return string(text), err
}

// Scan implements sql.Scanner.
func (d *Digest) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("a hash is text, not %T", src)
	}
	return (*treehash.Hash)(d).UnmarshalText([]byte(text))
}

// bits is an unsigned number in a signed column, with the same bits: an inode uses all 64.
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
