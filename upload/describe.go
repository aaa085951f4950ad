package upload

import (
	"fmt"

	"firn/internal/description"
	"firn/source"
	"firn/vault"
)

// describe returns the description to store with the archive: the given one, or one that
// encodes the source's name.
func describe(s *source.Source, given string, l vault.Limits) (string, error) {
	text := given
	if text == "" {
		text = description.FromName(s.Name)
	}
	if text == "" {
		return "", ErrUndescribed
	}
	if len(text) > l.MaxDescription {
		return "", fmt.Errorf("the description has %d characters, and the vault keeps at most %d: %w",
			len(text), l.MaxDescription, vault.ErrInvalid)
	}
	for _, c := range []byte(text) {
		if !vault.IsPrintable(c) {
			return "", fmt.Errorf("the description %q has characters other than printable ASCII, which the vault does not keep: %w",
				text, vault.ErrInvalid)
		}
	}
	return text, nil
}
