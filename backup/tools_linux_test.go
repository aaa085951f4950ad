package backup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"firn/internal/seal"
	"firn/vault"
)

// encrypt makes the rig encrypt to a new key, and returns the file with the identity.
func (r *rig) encrypt() string {
	r.t.Helper()
	key, err := age.GenerateX25519Identity()
	must(r.t, err)
	r.o.Recipients = []string{key.Recipient().String()}
	file := filepath.Join(r.t.TempDir(), "key.txt")
	must(r.t, os.WriteFile(file, []byte(key.String()+"\n"), 0o600))
	r.ids, err = seal.ReadIdentities(file, nil)
	must(r.t, err)
	return file
}

// An encrypted backup opens with the key alone, and with what is on record of it.
func TestEncrypted(t *testing.T) {
	r := newRig(t)
	r.encrypt()
	r.fill(0)
	report := r.mustRun()
	r.fill(1)
	r.mustRun()
	d := r.open()
	for _, one := range report.Packs {
		if one.Header != nil || one.Tail != nil || one.Last != nil { // kilobytes of each pack
			t.Errorf("the report has more of a pack than it should: %+v", one)
		}
		p, err := d.Catalog.Backups().PackByID(t.Context(), r.url, one.ID)
		must(t, err)
		if len(p.Header) == 0 || len(p.Last) == 0 || p.Size <= p.PlainSize {
			t.Errorf("the pack is %+v", p)
		}
		data, err := os.ReadFile(filepath.Join(r.cold, "archives", string(p.Archive)))
		must(t, err)
		if !strings.HasPrefix(string(data), "age-encryption.org/v1\n") || strings.Contains(string(data), "index.jsonl") {
			t.Error("the archive is not encrypted")
		}
	}
	must(t, d.Close())
	r.o.Recipients = []string{"age1wrong"}
	if _, err := r.run(t.Context()); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("a wrong recipient: %v", err)
	}
}

// GNU tar, zstd and age restore the packs of a first backup, without firn.
func TestToolsRestore(t *testing.T) {
	for _, isEncrypted := range []bool{false, true} {
		t.Run(fmt.Sprint(isEncrypted), func(t *testing.T) {
			r := newRig(t)
			open := "cat"
			if isEncrypted {
				open = "age -d -i " + r.encrypt()
			}
			r.fill(0)
			must(t, os.Symlink("d1/f1", filepath.Join(r.dir, "link")))
			must(t, os.Link(filepath.Join(r.dir, "d1/f1"), filepath.Join(r.dir, "d1/f1 too")))
			report, err := r.run(context.Background())
			must(t, err)
			back := t.TempDir()
			for _, p := range report.Packs {
				cmd := exec.CommandContext(t.Context(), "sh", "-c", open+` <"$1" | zstd -dq | tar -x -p -C "$2" --exclude=.firn`, "sh",
					filepath.Join(r.cold, "archives", string(p.Archive)), back)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
			want := contents(t, r.dir)
			if got := contents(t, filepath.Join(back, r.dir)); len(report.Packs) < 3 || !maps.Equal(got, want) {
				t.Errorf("from %d packs the tools restore %d of %d files", len(report.Packs), len(got), len(want))
			}
		})
	}
}

// contents returns what is in a directory, by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := info.Mode().String()
		switch {
		case d.Type().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += info.ModTime().String() + string(content)
		case d.Type() == fs.ModeSymlink:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			text += target
		}
		all[strings.TrimPrefix(path, dir)] = text
		return nil
	}))
	return all
}
