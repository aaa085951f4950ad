package retrievals

import (
	"fmt"
	"strings"

	"firn/cmd/firn/internal/term"
	"firn/vault"
)

// rangeFlag is an option that takes a range of an archive, FROM-TO. TO is the offset after the
// last byte; without it the range ends with the archive.
type rangeFlag struct {
	given    bool
	from, to int64 // to is -1 for the end
}

func (f *rangeFlag) String() string {
	switch {
	case !f.given:
		return ""
	case f.to < 0:
		return fmt.Sprintf("%d-", f.from)
	}
	return fmt.Sprintf("%d-%d", f.from, f.to)
}

func (f *rangeFlag) Set(s string) error {
	from, to, ok := strings.Cut(s, "-")
	r := rangeFlag{given: true, to: -1}
	var err error
	if from != "0" {
		r.from, err = term.ParseSize(from)
	}
	if err == nil && to != "" {
		r.to, err = term.ParseSize(to)
	}
	if err != nil || !ok || (to != "" && r.to <= r.from) {
		return fmt.Errorf("%q is not FROM-TO, such as 0-1GiB, 16MiB-48MiB or 1GiB-", s)
	}
	*f = r
	return nil
}

func (f *rangeFlag) Type() string { return "FROM-TO" }

// of returns the range in an archive of size bytes. A size below 0 is unknown. Without the
// option the range is zero.
func (f *rangeFlag) of(size int64) (vault.Range, error) {
	switch {
	case !f.given:
		return vault.Range{}, nil
	case size < 0:
		return vault.Range{}, vault.Errorf(vault.ErrInvalid, "the size of the archive is unknown, so no range of it can be retrieved")
	case f.to < 0 && f.from >= size:
		return vault.Range{}, vault.Errorf(vault.ErrInvalid, "the archive has %d bytes, and the range begins at %d", size, f.from)
	case f.to < 0:
		return vault.Range{Offset: f.from, Size: size - f.from}, nil
	}
	return vault.Range{Offset: f.from, Size: f.to - f.from}, nil
}
