package price

import "time"

// Class is a class of storage with its own prices: the vaults of Amazon Glacier, or a
// storage class of S3.
type Class string

// The classes, with S3's names in x-amz-storage-class.
const (
	Vault       Class = "vault"
	InstantS3   Class = "GLACIER_IR"
	FlexibleS3  Class = "GLACIER"
	DeepArchive Class = "DEEP_ARCHIVE"
)

// Classes returns all classes. The classes of S3 are in order from the fastest to the
// slowest.
func Classes() []Class { return []Class{Vault, InstantS3, FlexibleS3, DeepArchive} }

// Service returns the name of a class for people.
func (c Class) Service() string {
	switch c {
	case Vault:
		return "Amazon Glacier"
	case InstantS3:
		return "S3 Glacier Instant Retrieval"
	case FlexibleS3:
		return "S3 Glacier Flexible Retrieval"
	case DeepArchive:
		return "S3 Glacier Deep Archive"
	}
	return string(c)
}

// Book is the prices of all classes in one region.
type Book struct {
	AsOf   Date   `json:"as_of"` // the day on which the prices were looked up
	Region string `json:"region"`
	Source string `json:"source"` // in words

	Vault       Table `json:"vault"`
	InstantS3   Table `json:"GLACIER_IR"`
	FlexibleS3  Table `json:"GLACIER"`
	DeepArchive Table `json:"DEEP_ARCHIVE"`
}

// Date is a day.
type Date time.Time

// MarshalText returns a text such as 2026-10-03.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText parses a text such as 2026-10-03.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	*d = Date(t)
	return err
}

// String returns a text such as 2026-10-03.
func (d Date) String() string { return time.Time(d).Format(time.DateOnly) }

// Table returns the prices of a class. For an unknown class nothing is charged.
func (b Book) Table(c Class) Table {
	var t Table
	switch c {
	case Vault:
		t = b.Vault
	case InstantS3:
		t = b.InstantS3
	case FlexibleS3:
		t = b.FlexibleS3
	case DeepArchive:
		t = b.DeepArchive
	default:
		return Free()
	}
	t.Service, t.Region, t.AsOf, t.Source = c.Service(), b.Region, time.Time(b.AsOf), b.Source
	return t
}

// Glacier returns firn's built-in prices of Amazon Glacier vaults.
func Glacier() Table { return Default().Table(Vault) }
