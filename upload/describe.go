package upload

import (
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
		return "", vault.Errorf(vault.ErrInvalid, "the description has %d characters, and the vault keeps at most %d",
			len(text), l.MaxDescription)
	}
	for _, c := range []byte(text) {
		if !vault.IsPrintable(c) {
			return "", vault.Errorf(vault.ErrInvalid, "the description %q has characters other than printable ASCII, which the vault does not keep",
				text)
		}
	}
	return text, nil
}
