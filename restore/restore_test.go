package restore_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"firn/depot"
	"firn/restore"
	"firn/vault"
)

func TestRestore(t *testing.T) {
	for name, sealed := range map[string]bool{"plain": false, "encrypted": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			if sealed {
				r.seal()
			}
			big := noise(1, 3<<20)
			r.snapshot(dir("home"), dir("home/ann"), text("home/ann/a", "first"), text("home/ann/b", ""), text("home/ann/big", big),
				symlink("home/ann/link", "../elsewhere"), hardlink("home/ann/same", "home/ann/a"), dir("home/empty"))
			var seen []depot.Restoring
			r.restoring = func(p depot.Restoring) { seen = append(seen, p) }
			report := r.restore(restore.Selection{})
			if last := seen[len(seen)-1]; last.Found != 8 || last.Files != 5 || last.Bytes != report.Bytes || seen[0].Found != 1 {
				t.Errorf("the progress was %+v", seen)
			}
			r.want(map[string]string{
				"home/": "", "home/ann/": "", "home/ann/a": "first", "home/ann/b": "", "home/ann/big": big,
				"home/ann/link": "../elsewhere", "home/ann/same": "first", "home/empty/": "",
			})
			if report.Files != 4 || report.Directories != 3 || report.Others != 1 || report.Bytes != int64(len(big)+5) {
				t.Errorf("the report is %+v", report)
			}
			a, errA := os.Stat(filepath.Join(r.dir, "home/ann/a"))
			b, errB := os.Stat(filepath.Join(r.dir, "home/ann/same"))
			if err := errors.Join(errA, errB); err != nil || !os.SameFile(a, b) {
				t.Errorf("the hard link is another file: %v", err)
			}
			r.wantNoWork()
			again := r.restore(restore.Selection{})
			if again.Files != 0 || again.Present != 5 || again.Fetched != 0 {
				t.Errorf("the second report is %+v", again)
			}
			r.wantNoWork()
		})
	}
}

func TestStream(t *testing.T) {
	r := newRig(t)
	r.seal()
	big := noise(1, 3<<20)
	r.snapshot(dir("home"), text("home/a", "first"), text("home/big", big), text("home/empty", ""))
	r.options.Dir = ""
	for pattern, want := range map[string]string{"home/a": "first", "big": big, "empty": ""} {
		plan, err := r.plan(restore.Selection{Patterns: []string{pattern}})
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if _, err := plan.Stream(t.Context(), &got); err != nil || got.String() != want {
			t.Errorf("%s: got %d bytes, %v", pattern, got.Len(), err)
		}
		closed(t, plan)
		r.wantNoWork()
	}
	plan, err := r.plan(restore.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Stream(t.Context(), &bytes.Buffer{}); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("several files: %v", err)
	}
	closed(t, plan)
}
