package restore_test

import (
	"bytes"
	"context"
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

// writerFunc is a stream that calls a function for each write.
type writerFunc func(p []byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

// A stream ends with its context, and bytes are compared again while they are written.
func TestStreamThatIsDisturbed(t *testing.T) {
	for name, disturb := range map[string]struct {
		by   func(work string, cancel func()) error
		want error
	}{
		"interrupted": {func(_ string, cancel func()) error { cancel(); return nil }, depot.ErrInterrupted},
		"damaged": {func(work string, _ func()) error {
			ranges, err := filepath.Glob(filepath.Join(work, "*-*-*"))
			for _, name := range ranges {
				err = errors.Join(err, os.Truncate(name, 1<<20))
			}
			return err
		}, vault.ErrChecksum},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.options.Dir = ""
			r.snapshot(dir("home"), text("home/big", noise(1, 3<<20)))
			plan, err := r.plan(restore.Selection{Patterns: []string{"big"}})
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, plan)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err = plan.Stream(ctx, writerFunc(func([]byte) {
				if err := disturb.by(r.work, cancel); err != nil {
					t.Error(err)
				}
			}))
			if !errors.Is(err, disturb.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
