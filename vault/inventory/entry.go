package inventory

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"time"
	"unicode/utf8"

	"firn/vault"
)

// Bits for the fields of an entry.
const (
	idField uint8 = 1 << iota
	descriptionField
	dateField
	sizeField
	hashField
	damageField // only Writer.AddBad writes it

	neededFields = idField | dateField | sizeField | hashField
)

// fields is an entry that is being read.
type fields struct {
	archive vault.Archive
	seen    uint8
	damage  string // the reason why the writer of the entry knew no more; else empty
}

// parseEntry reads one value of the list, whose brackets and quotes are known to match.
// Keys may be in any order, unknown keys are skipped, and only the description may be
// missing or null. The error names the first problem; the archive has the fields that could
// be read.
func parseEntry(raw []byte) (vault.Archive, error) {
	if raw[0] != '{' {
		return vault.Archive{}, fmt.Errorf("the entry is no object: %.100q", raw)
	}
	var f fields
	var wrong error
	c := cursor{rest: raw[1 : len(raw)-1], first: true}
	for {
		name, content, err := c.member()
		if err != nil && wrong == nil {
			wrong = err
		}
		if err != nil || name == nil {
			break
		}
		if err := f.set(name, content); err != nil && wrong == nil {
			wrong = err
		}
	}
	switch {
	case f.damage != "":
		wrong = errors.New(f.damage)
	case wrong == nil:
		wrong = f.complete()
	}
	return f.archive, wrong
}

// set stores one member of the object, given its name and its raw value.
func (f *fields) set(name, content []byte) error {
	field := fieldOf(name)
	if field == 0 {
		if !isValue(content) {
			return fmt.Errorf("the value of %.100q is no JSON: %.100q", name, content)
		}
		return nil
	}
	if f.seen&field != 0 {
		return fmt.Errorf("the entry has two of %s", name)
	}
	f.seen |= field
	if field == sizeField {
		return f.setSize(content)
	}
	if field == descriptionField && string(content) == "null" {
		return nil
	}
	text, err := textOf(content)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	switch field {
	case idField:
		return f.setID(text)
	case dateField:
		return f.setDate(text)
	case hashField:
		return f.setHash(text)
	case damageField:
		f.damage = string(text)
		return nil
	}
	return f.setDescription(text)
}

func fieldOf(name []byte) uint8 {
	switch string(name) {
	case "ArchiveId":
		return idField
	case "ArchiveDescription":
		return descriptionField
	case "CreationDate":
		return dateField
	case "Size":
		return sizeField
	case "SHA256TreeHash":
		return hashField
	case "Damaged":
		return damageField
	}
	return 0
}

func (f *fields) setID(text []byte) error {
	id := string(text)
	if !IsID(id) {
		return fmt.Errorf("not an archive id: %.300q", id)
	}
	f.archive.ID = vault.ArchiveID(id)
	return nil
}

func (f *fields) setDescription(text []byte) error {
	f.archive.Description = string(text)
	if !utf8.Valid(text) {
		return fmt.Errorf("the description is not in UTF-8: %.300q", text)
	}
	return nil
}

func (f *fields) setDate(text []byte) (err error) {
	var ok bool
	if f.archive.Created, ok = parseDate(text); !ok {
		return fmt.Errorf("not a date of an archive: %.100q", text)
	}
	return nil
}

func (f *fields) setSize(text []byte) error {
	size, ok := parseSize(text)
	if !ok {
		return fmt.Errorf("not a size in bytes: %.100q", text)
	}
	f.archive.Size = size
	return nil
}

func (f *fields) setHash(text []byte) error {
	h := &f.archive.TreeHash
	if len(text) == hex.EncodedLen(len(h)) {
		if _, err := hex.Decode(h[:], text); err == nil {
			return nil
		}
		clear(h[:])
	}
	return fmt.Errorf("not a tree hash: %.100q", text)
}

// complete returns an error that names the first missing field.
func (f *fields) complete() error {
	missing := neededFields &^ f.seen
	if missing == 0 {
		return nil
	}
	names := [...]string{"archive id", "description", "date", "size", "tree hash"}
	return errors.New("the entry has no " + names[bits.TrailingZeros8(missing)])
}

func parseDate(text []byte) (t time.Time, ok bool) {
	if err := t.UnmarshalText(text); err != nil {
		return time.Time{}, false
	}
	t = t.UTC()
	return t, isDate(t)
}

// parseSize reads a number of bytes, in decimal digits without a leading zero.
func parseSize(text []byte) (size int64, ok bool) {
	if len(text) == 0 || len(text) > 19 || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		size = size*10 + int64(c-'0')
	}
	return size, size >= 0 // a negative result means an overflow of int64
}
