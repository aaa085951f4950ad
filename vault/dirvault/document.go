package dirvault

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// maxDocument is the size in bytes of the largest JSON file of a vault but its
// inventory and what its scrubs found (see maxSize). The longest that is ever written has four ids, a topic and a
// description of which every character needs an escape: under 4 KiB.
const maxDocument = 8 << 10

// formatVersion stands in every JSON file. A reader refuses any other.
const formatVersion = 1

// document is one of the JSON files. check tells whether what was read makes
// sense; it need not look at the syntax.
type document interface {
	check() error
}

// maxSize is how many bytes the file of d has at most.
func maxSize(d document) int {
	if _, long := d.(*scrubDocument); long {
		return maxScrubDocument
	}
	return maxDocument
}

// encode returns d as it is written: indented, one final newline.
func encode(d document) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// decode reads what encode wrote, and nothing else: doubled keys, other
// spellings and trailing bytes are refused because they would not be written
// again as they are.
func decode(data []byte, d document) error {
	if most := maxSize(d); len(data) > most {
		return fmt.Errorf("%w: it has more than %d bytes", errDamaged, most)
	}
	if err := json.Unmarshal(data, d); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	if err := d.check(); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	again, err := encode(d)
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("%w: it is not in the form in which it is written", errDamaged)
	}
	return nil
}

// readDocument reads a JSON file of the vault. errors.Is finds fs.ErrNotExist
// when there is none.
func readDocument(dir *os.Root, name string, d document) error {
	f, err := dir.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(maxSize(d))+1))
	if err != nil {
		return fmt.Errorf("%s: %w: %w", name, errDamaged, err)
	}
	if err := decode(data, d); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// writeDocument puts d in the place of the file called name, durably.
func writeDocument(dir *os.Root, name string, d document) error {
	data, err := encode(d)
	if err != nil {
		return err
	}
	return replaceFile(dir, name, data)
}

func checkVersion(v int) error {
	if v != formatVersion {
		return fmt.Errorf("format version %d, where this program knows %d", v, formatVersion)
	}
	return nil
}
