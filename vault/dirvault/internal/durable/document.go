package durable

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// MaxDocument is the size in bytes of the largest JSON document of a vault, except those
// that have a MaxSize of their own. The longest that is ever written has four ids, a topic
// and a description of which every character needs an escape: under 4 KiB.
const MaxDocument = 8 << 10

// FormatVersion stands in every JSON document. A reader refuses any other.
const FormatVersion = 1

// Document is one of the JSON documents of a vault. Check returns an error if the values that
// were read make no sense; it need not look at the syntax. A document that may be larger than
// MaxDocument also has a method MaxSize() int.
type Document interface {
	Check() error
}

func maxSize(d Document) int {
	if long, ok := d.(interface{ MaxSize() int }); ok {
		return long.MaxSize()
	}
	return MaxDocument
}

// Encode returns d as it is written: indented, one final newline.
func Encode(d Document) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Decode reads the form that Encode writes, and no other: it refuses doubled keys, other
// spellings and trailing bytes, because they would not be written again as they are. Its
// error wraps ErrDamaged.
func Decode(data []byte, d Document) error {
	if most := maxSize(d); len(data) > most {
		return fmt.Errorf("%w: it has more than %d bytes", ErrDamaged, most)
	}
	if err := json.Unmarshal(data, d); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := d.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	again, err := Encode(d)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("%w: it is not in the form in which it is written", ErrDamaged)
	}
	return nil
}

// ReadDocument reads a JSON document of the vault. errors.Is finds fs.ErrNotExist
// when there is none, and ErrDamaged when it is not as it was written.
func ReadDocument(dir *os.Root, name string, d Document) error {
	f, err := dir.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(maxSize(d))+1))
	if err != nil {
		return fmt.Errorf("%s: %w: %w", name, ErrDamaged, err)
	}
	if err := Decode(data, d); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// WriteDocument writes d to the file called name, durably.
func WriteDocument(dir *os.Root, name string, d Document) error {
	data, err := Encode(d)
	if err != nil {
		return err
	}
	return ReplaceFile(dir, name, data)
}

// CheckVersion refuses a document of another FormatVersion.
func CheckVersion(v int) error {
	if v != FormatVersion {
		return fmt.Errorf("format version %d; this program reads up to %d", v, FormatVersion)
	}
	return nil
}
