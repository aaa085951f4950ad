package layout

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"firn/vault"
)

// A directory accepts these sizes. They are far beyond any disk, and keep sums of
// offsets and sizes within an int64. The rule for descriptions is the service's, so
// that an archive can move from one kind to the other.
const (
	MaxArchiveSize = 1 << 60
	MaxDescription = 1024
	MaxTopic       = 512

	minPartSize = 1
	maxPartSize = 1 << 42
	maxParts    = 1_000_000
)

// Limits returns the limits of every vault in a directory. OutputLifetime and InventoryLag
// depend on the vault's options and are zero.
func Limits() vault.Limits {
	return vault.Limits{
		MinPartSize:    minPartSize,
		MaxPartSize:    maxPartSize,
		MaxParts:       maxParts,
		MaxArchiveSize: MaxArchiveSize,
		MaxDescription: MaxDescription,
		RangeAlignment: 1,
		Tiers:          []vault.Tier{vault.Expedited, vault.Standard, vault.Bulk},
	}
}

// The checks below serve requests, which are then refused with ErrInvalid, and
// files that are read back, which are then damaged. So their errors wrap no sentinel.

// Invalid marks the error of a check as that of a request.
func Invalid(err error) error { return vault.Errorf(vault.ErrInvalid, "%w", err) }

// CheckDescription checks the description of an archive or a job.
func CheckDescription(s string) error {
	if len(s) > MaxDescription {
		return fmt.Errorf("the description has %d characters, and at most %d are allowed", len(s), MaxDescription)
	}
	for i := range len(s) {
		if !vault.IsPrintable(s[i]) {
			return fmt.Errorf("the description %q has something other than printable ASCII at byte %d", s, i)
		}
	}
	return nil
}

// CheckTopic checks the topic of a job. An ARN consists of names, numbers and
// the colons between them.
func CheckTopic(s string) error {
	if len(s) > MaxTopic || strings.Trim(s, idAlphabet+".:") != "" {
		return fmt.Errorf("the topic %.100q does not have at most %d of A-Z a-z 0-9 _ - . and colon", s, MaxTopic)
	}
	return nil
}

// CheckPartSize checks the part size of an upload, in bytes.
func CheckPartSize(size int64) error {
	if size < minPartSize || size > maxPartSize {
		return fmt.Errorf("a part size of %d bytes is not between %d and %d", size, minPartSize, int64(maxPartSize))
	}
	return nil
}

// CheckPosition checks the offset and the size of a part in an upload whose parts have
// partSize bytes.
func CheckPosition(offset, size, partSize int64) error {
	switch {
	case size <= 0 || size > partSize:
		return fmt.Errorf("a part of %d bytes, in an upload with parts of %d", size, partSize)
	case offset < 0 || offset%partSize != 0:
		return fmt.Errorf("a part at byte %d, which is not a multiple of the part size %d", offset, partSize)
	case offset/partSize >= maxParts:
		return fmt.Errorf("a part at byte %d, where an upload has at most %d parts of %d", offset, maxParts, partSize)
	case offset > MaxArchiveSize-size:
		return fmt.Errorf("a part at byte %d, where an archive has at most %d", offset, int64(MaxArchiveSize))
	}
	return nil
}

// CheckTime refuses a date that is not in UTC.
func CheckTime(t time.Time) error {
	if _, offset := t.Zone(); offset != 0 {
		return errors.New("a date that is not in UTC")
	}
	return nil
}

// IsVaultName reports whether a name obeys the service's rule for vaults (Amazon Glacier
// developer guide, "Creating a vault"). Such a name is also safe as a file name.
func IsVaultName(name string) bool {
	if len(name) < 1 || len(name) > 255 || name == "." || name == ".." {
		return false
	}
	return strings.Trim(name, idAlphabet+".") == ""
}
