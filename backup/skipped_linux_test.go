package backup_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"firn/backup"
	"firn/depot"
	"firn/record"
)

// skipped returns the names of the files in a report, and fails if one has another error.
func (r *rig) skipped(report backup.Report, want error) (names []string) {
	r.t.Helper()
	for _, s := range report.Skipped {
		name, _ := strings.CutPrefix("/"+s.Path, r.dir+"/")
		names = append(names, name)
		if !errors.Is(s.Err, want) {
			r.t.Errorf("%q: %v, want %v", name, s.Err, want)
		}
	}
	if report.Snapshot.Skipped != int64(len(names)) {
		r.t.Errorf("the snapshot has %d skipped files, listed are %q", report.Snapshot.Skipped, names)
	}
	return names
}

// A file that vanishes after its directory was listed is gone.
func TestVanished(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		r.write(name, name)
	}
	r.mustRun()
	for _, name := range []string{"b", "d", "new"} {
		r.write(name, "changed "+name)
	}
	r.wrap = func(d *depot.Depot, book record.BackupJournal) record.BackupJournal {
		return &beforeFiles{book, func() {
			for _, name := range []string{"a", "b", "new"} {
				r.remove(name)
			}
		}}
	}
	report, err := r.run(context.Background())
	must(t, err)
	r.wrap = nil
	if got := r.skipped(report, fs.ErrNotExist); !slices.Equal(got, []string{"b", "new"}) {
		t.Errorf("skipped %q", got)
	}
	files := r.files(report.Snapshot)
	if _, has := files["b"]; has || files["d"].Size != 9 {
		t.Errorf("the snapshot has %+v", files)
	}
	r.mustRun() // a, which looked unchanged, is gone now
}

// A directory in whose place is a file that cannot be stored is gone, in the packs too.
func TestVanishedInPlaceOfADirectory(t *testing.T) {
	r := newRig(t)
	r.write("d/x", "x")
	r.mustRun()
	r.remove("d")
	r.write("d", "a file")
	r.wrap = func(_ *depot.Depot, book record.BackupJournal) record.BackupJournal {
		return &beforeFiles{book, func() { r.remove("d") }}
	}
	report, err := r.run(context.Background())
	must(t, err)
	if got := r.skipped(report, fs.ErrNotExist); !slices.Equal(got, []string{"d"}) {
		t.Errorf("skipped %q", got)
	}
	r.wrap = nil
	r.write("d2", "")
	r.mustRun()
}

// beforeFiles acts once, when the first files of a directory are compared: they were listed then.
type beforeFiles struct {
	record.BackupJournal
	act func()
}

func (b *beforeFiles) CurrentFiles(ctx context.Context, directory int64, from string, limit int) ([]record.File, error) {
	files, err := b.BackupJournal.CurrentFiles(ctx, directory, from, limit)
	if b.act != nil {
		b.act()
		b.act = nil
	}
	return files, err
}

// A file or a directory that cannot be read keeps its version.
func TestUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		runAsNobody(t)
		return
	}
	r := newRig(t)
	for _, name := range []string{"a", "dir/x", "dir/sub/y", "z"} {
		r.write(name, name)
	}
	r.mustRun()
	r.write("a", "changed")
	r.write("new", "new")
	for _, name := range []string{"a", "new", "dir"} {
		must(t, os.Chmod(filepath.Join(r.dir, name), 0))
		t.Cleanup(func() { _ = os.Chmod(filepath.Join(r.dir, name), 0o700) })
	}
	report, err := r.run(context.Background())
	must(t, err)
	if got := r.skipped(report, fs.ErrPermission); !slices.Equal(slices.Sorted(slices.Values(got)), []string{"a", "dir", "new"}) {
		t.Errorf("skipped %q", got)
	}
	files := r.files(report.Snapshot)
	if _, has := files["new"]; has || files["a"].Size != 1 || files["dir/x"].Size != 5 || files["dir/sub/y"].Size != 9 || files["dir"].Mode != 0 {
		t.Errorf("the snapshot has %+v", files)
	}
	for _, name := range []string{"a", "new", "dir"} {
		must(t, os.Chmod(filepath.Join(r.dir, name), 0o700))
	}
	r.mustRun()
}

// runAsNobody runs the same test again as another user.
func runAsNobody(t *testing.T) {
	t.Helper()
	const nobody = 65534
	dir, err := os.MkdirTemp("/dev/shm", "backup-test-")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	must(t, os.Chmod(dir, 0o755))
	program, err := os.ReadFile("/proc/self/exe")
	must(t, err)
	copied := filepath.Join(dir, "test")
	must(t, os.WriteFile(copied, program, 0o755))
	home := filepath.Join(dir, "tmp")
	must(t, os.Mkdir(home, 0o700))
	must(t, os.Chown(home, nobody, nobody))
	cmd := exec.CommandContext(t.Context(), copied, "-test.run", "^"+t.Name()+"$")
	cmd.Dir, cmd.Env = home, []string{"TMPDIR=" + home}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
