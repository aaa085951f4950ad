package expected_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"firn/internal/expected"
)

func TestReader(t *testing.T) {
	for got, same := range map[string]bool{
		"firn": true, "": false, "fir": false, "firns": false, "fire": false, "irn": false, "firnfirn": false,
	} {
		if err := expected.Reader(iotest.OneByteReader(strings.NewReader(got)), []byte("firn")); (err == nil) != same {
			t.Errorf("%q: %v", got, err)
		}
		if err := expected.Reader(strings.NewReader(got), []byte("firn")); (err == nil) != same {
			t.Errorf("%q at once: %v", got, err)
		}
	}
	if err := expected.Reader(iotest.ErrReader(fs.ErrClosed), nil); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a reader that fails: %v", err)
	}
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "film")
	if err := expected.File(name, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(name, []byte("firn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := expected.File(name, []byte("firn")); err != nil {
		t.Error(err)
	}
	if err := expected.File(name, []byte("fire")); err == nil {
		t.Error("other bytes are taken for those expected")
	}
}
