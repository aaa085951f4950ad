package dirvault

import (
	"fmt"
	"strings"
	"time"

	"firn/vault"
)

// What a directory accepts. The sizes are far beyond any disk: they keep sums of
// offsets and sizes within an int64. The description's rule is the service's, so
// that an archive can move from one kind to the other.
const (
	minPartSize    = 1
	maxPartSize    = 1 << 42
	maxParts       = 1_000_000
	maxArchiveSize = 1 << 60
	maxDescription = 1024
	maxTopic       = 512
)

// Limits tells what a directory accepts: nearly everything.
func (v *Vault) Limits() vault.Limits {
	return limits(v.options.OutputLifetime, v.options.InventoryEvery)
}

func limits(outputLifetime, inventoryEvery time.Duration) vault.Limits {
	return vault.Limits{
		MinPartSize:    minPartSize,
		MaxPartSize:    maxPartSize,
		MaxParts:       maxParts,
		MaxArchiveSize: maxArchiveSize,
		MaxDescription: maxDescription,
		RangeAlignment: 1,
		Tiers:          []vault.Tier{vault.Expedited, vault.Standard, vault.Bulk},
		OutputLifetime: outputLifetime,
		InventoryLag:   max(0, inventoryEvery),
	}
}

// The checks below serve requests, which are then refused with ErrInvalid, and
// files that are read back, which are then damaged. So they carry no sentinel.

func invalid(err error) error { return fmt.Errorf("%w: %w", vault.ErrInvalid, err) }

// checkDescription holds for archives and jobs alike.
func checkDescription(s string) error {
	if len(s) > maxDescription {
		return fmt.Errorf("a description of %d characters, where %d are allowed", len(s), maxDescription)
	}
	for i := range len(s) {
		if !vault.IsPrintable(s[i]) {
			return fmt.Errorf("the description %q has something other than printable ASCII at byte %d", s, i)
		}
	}
	return nil
}

// checkTopic holds for the topic of a job. An ARN consists of names, numbers and
// the colons between them.
func checkTopic(s string) error {
	if len(s) > maxTopic || strings.Trim(s, idAlphabet+".:") != "" {
		return fmt.Errorf("the topic %.100q does not have at most %d of A-Z a-z 0-9 _ - . and colon", s, maxTopic)
	}
	return nil
}

func checkPartSize(size int64) error {
	if size < minPartSize || size > maxPartSize {
		return fmt.Errorf("a part size of %d bytes is not between %d and %d", size, minPartSize, int64(maxPartSize))
	}
	return nil
}

// checkPlace tells whether a part may stand where it says, in an upload with
// parts of partSize bytes.
func checkPlace(offset, size, partSize int64) error {
	switch {
	case size <= 0 || size > partSize:
		return fmt.Errorf("a part of %d bytes, in an upload with parts of %d", size, partSize)
	case offset < 0 || offset%partSize != 0:
		return fmt.Errorf("a part at byte %d, which is not a multiple of the part size %d", offset, partSize)
	case offset/partSize >= maxParts:
		return fmt.Errorf("a part at byte %d, where an upload has at most %d parts of %d", offset, maxParts, partSize)
	case offset > maxArchiveSize-size:
		return fmt.Errorf("a part at byte %d, where an archive has at most %d", offset, int64(maxArchiveSize))
	}
	return nil
}
