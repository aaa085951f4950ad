package cli

import (
	"cmp"
	"fmt"
	"strings"

	"firn/internal/humane"
	"firn/record"
)

// ArchiveText describes an archive on one line. An archive without a state is not in the
// catalog.
func ArchiveText(a record.Archive) string {
	if a.State == "" {
		return string(a.ID) + " (not in the catalog)"
	}
	words := []string{ShortArchive(a.Vault, a.ID), humane.Time(a.Created), SizeText(a.Size), fmt.Sprintf("%q", cmp.Or(a.Description, a.Name))}
	return strings.Join(words, "  ")
}

// SizeText returns a size as text. A size below 0 is unknown.
func SizeText(size int64) string {
	if size < 0 {
		return "of unknown size"
	}
	return humane.Bytes(size)
}

// SumText returns the total size of archives as text: the bytes of those whose size is
// known, and the number of the others.
func SumText(bytes int64, unknown int) string {
	switch {
	case unknown == 0:
		return humane.Bytes(bytes)
	case bytes == 0:
		return "of unknown size"
	}
	return fmt.Sprintf("%s and %d of unknown size", humane.Bytes(bytes), unknown)
}
