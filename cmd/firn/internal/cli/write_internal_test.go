package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"firn/vault"
)

// WriteWhole replaces a file that appears meanwhile only with force.
func TestAFileThatAppearsWhileItIsWritten(t *testing.T) {
	for _, force := range []bool{false, true} {
		dir := t.TempDir()
		path := filepath.Join(dir, "catalog.jsonl")
		err := WriteWhole(path, force, func(w io.Writer) error {
			_, err := w.Write([]byte("whole"))
			return errors.Join(err, os.WriteFile(path, []byte("mine"), 0o600))
		})
		text, readErr := os.ReadFile(path)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if force && (err != nil || string(text) != "whole") || !force && (!errors.Is(err, vault.ErrExists) || string(text) != "mine") {
			t.Errorf("force %t: %q, %v", force, text, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("force %t: %v, %v are left", force, left, err)
		}
	}
}
