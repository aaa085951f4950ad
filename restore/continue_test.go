package restore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firn/depot"
	"firn/internal/seal"
	"firn/jobs"
	"firn/restore"
	"firn/vault"
)

// What is readable is restored, while the jobs of other packs are in progress.
func TestReadablePacksAreRestored(t *testing.T) {
	r, _, clock := glacier(t)
	r.snapshot(dir("home"), text("home/a", "first"))
	r.snapshot(text("home/b", "second"))
	r.inSteps(clock, restore.Selection{Patterns: []string{"home/a"}})
	r.dir = t.TempDir()
	r.options.Dir = r.dir
	report, err := r.try(restore.Selection{})
	var notReady *jobs.NotReadyError
	if !errors.As(err, &notReady) || report.Files != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	r.want(map[string]string{"home/": "", "home/a": "first"})
	r.inSteps(clock, restore.Selection{})
	r.want(map[string]string{"home/": "", "home/a": "first", "home/b": "second"})
	if info, err := os.Stat(filepath.Join(r.dir, "home")); err != nil || info.Mode().Perm() != 0o755 || !info.ModTime().Equal(fileTime) {
		t.Errorf("the directory has %v, %v", info, err)
	}
	r.wantNoWork()
}

// A restore that is interrupted is continued by the same call.
func TestInterrupted(t *testing.T) {
	r := newRig(t)
	want := map[string]string{"home/": ""}
	r.snapshot(dir("home"))
	for i := range 5 {
		name := fmt.Sprintf("home/%d", i)
		want[name] = noise(byte(i), 100_000)
		r.snapshot(text(name, want[name]))
	}
	for n := 1; ; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		left := n
		d := r.depot()
		d.Grace = -1
		d.Progress = func(depot.Progress) {
			if left--; left == 0 {
				cancel()
			}
		}
		plan, err := restore.NewPlan(ctx, d, r.catalog.Backups(), restore.Selection{}, r.options)
		if err != nil {
			t.Fatal(err)
		}
		_, err = plan.Run(ctx)
		closed(t, plan)
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, depot.ErrInterrupted) {
			t.Fatalf("%d: %v", n, err)
		}
	}
	r.want(want)
	r.wantNoWork()
}

// An existing file is replaced only with Force, and nothing is fetched for one that stays.
func TestExistingFiles(t *testing.T) {
	r := newRig(t)
	r.snapshot(dir("home"), text("home/a", "new"), symlink("home/l", "new"), hardlink("home/h", "home/a"))
	r.mustMake(os.MkdirAll(filepath.Join(r.dir, "home"), 0o700))
	for _, name := range []string{"a", "l", "h"} {
		r.mustMake(os.WriteFile(filepath.Join(r.dir, "home", name), []byte("mine"), 0o600))
	}
	report, err := r.try(restore.Selection{})
	if err != nil || report.Failed != 3 || report.Fetched != 0 {
		t.Errorf("%+v, %v", report, err)
	}
	for _, p := range report.List {
		if !errors.Is(p, vault.ErrExists) && p.Path != "home/h" {
			t.Error(p)
		}
	}
	r.want(map[string]string{"home/": "", "home/a": "mine", "home/l": "mine", "home/h": "mine"})
	r.wantNoWork()
	r.options.Force = true
	r.restore(restore.Selection{})
	r.want(map[string]string{"home/": "", "home/a": "new", "home/l": "new", "home/h": "new"})
}

// A file that has the name of a directory above is a reason of the files below it, and not of all.
func TestFileInsteadOfADirectory(t *testing.T) {
	r := newRig(t)
	r.snapshot(dir("home"), dir("home/ann"), text("home/ann/a", "a"), dir("home/bob"), text("home/bob/b", "b"))
	r.mustMake(os.MkdirAll(filepath.Join(r.dir, "home"), 0o700), os.WriteFile(filepath.Join(r.dir, "home/ann"), []byte("mine"), 0o600))
	report, err := r.try(restore.Selection{Patterns: []string{"home/ann/a", "home/bob/b"}})
	if err != nil || report.Files != 1 || report.Failed != 1 || !errors.Is(report.List[0], vault.ErrExists) {
		t.Errorf("%+v, %v", report, err)
	}
	r.want(map[string]string{"home/": "", "home/ann": "mine", "home/bob/": "", "home/bob/b": "b"})
	r.wantNoWork()
}

// A directory that exists keeps its attributes, unless it is selected itself.
func TestDirectoriesAbove(t *testing.T) {
	r := newRig(t)
	r.snapshot(dir("home"), dir("home/old"), dir("home/old/new"), text("home/old/new/a", "a"), text("home/old/b", "b"))
	r.mustMake(os.MkdirAll(filepath.Join(r.dir, "home/old"), 0o700))
	mode := func(name string) fs.FileMode {
		info, err := os.Stat(filepath.Join(r.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	r.restore(restore.Selection{Patterns: []string{"home/old/new/a"}})
	if mode("home/old") != 0o700 || mode("home/old/new") != 0o755 {
		t.Errorf("the modes are %s and %s", mode("home/old"), mode("home/old/new"))
	}
	r.restore(restore.Selection{Patterns: []string{"home/old"}})
	if mode("home") != 0o700 || mode("home/old") != 0o755 {
		t.Errorf("the modes are %s and %s", mode("home"), mode("home/old"))
	}
}

// Two restores cannot share a work directory, and each needs one.
func TestWorkDirectory(t *testing.T) {
	r := newRig(t)
	r.snapshot(dir("home"), text("home/a", "a"))
	plan, err := r.plan(restore.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.plan(restore.Selection{}); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("a second restore: %v", err)
	}
	closed(t, plan)
	if _, err := plan.Run(t.Context()); err == nil {
		t.Error("a closed plan runs")
	}
	r.options.WorkDir = ""
	if _, err := r.plan(restore.Selection{}); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("without one: %v", err)
	}
	r.options.WorkDir = r.dir
	if _, err := r.plan(restore.Selection{}); !errors.Is(err, vault.ErrInvalid) {
		t.Errorf("the directory of the restore: %v", err)
	}
}

// A directory with files of the user cannot be the work directory: a restore removes files in it.
func TestWorkDirectoryWithOtherFiles(t *testing.T) {
	r := newRig(t)
	r.snapshot(dir("home"), text("home/a", "a"))
	mine := []string{".firn-mine", "list-mine", "lock", "made"}
	r.mustMake(os.MkdirAll(r.work, 0o700))
	for _, name := range mine {
		r.mustMake(os.WriteFile(filepath.Join(r.work, name), []byte("mine"), 0o600))
	}
	if _, err := r.try(restore.Selection{}); !errors.Is(err, vault.ErrExists) {
		t.Error(err)
	}
	for _, name := range mine {
		if data, err := os.ReadFile(filepath.Join(r.work, name)); err != nil || string(data) != "mine" {
			t.Errorf("%s has %q, %v", name, data, err)
		}
	}
	r.want(nil)
}

// Secret keys are not part of options that are written as JSON.
func TestOptionsHaveNoKeysInJSON(t *testing.T) {
	r := newRig(t)
	r.seal()
	data, err := json.Marshal(r.options)
	if err != nil || strings.Contains(string(data), "Identities") || !strings.Contains(string(data), r.work) {
		t.Errorf("%s, %v", data, err)
	}
}

// Ranges stay in the work directory if files could not be written, and are not fetched again.
func TestFilesThatCannotBeWritten(t *testing.T) {
	r := newRig(t)
	long := "home/" + strings.Repeat("n", 256)
	r.snapshot(dir("home"), text("home/a", "a"), text(long, "b"))
	report, err := r.try(restore.Selection{})
	if err != nil || report.Failed != 1 || !report.Kept || report.Fetched == 0 {
		t.Errorf("%+v, %v", report, err)
	}
	for range 2 { // the ranges stay for whoever removes the reason
		again, err := r.try(restore.Selection{})
		if err != nil || again.Failed != 1 || again.Fetched != 0 || !again.Kept {
			t.Errorf("%+v, %v", again, err)
		}
	}
}

// A pack with many separate ranges is read with few open files.
func TestManyRanges(t *testing.T) {
	r := newRig(t)
	r.seal()
	r.frame = 1 << 18
	files, want := []file{dir("home")}, map[string]string{"home/": ""}
	for i := range 48 {
		name := fmt.Sprintf("home/%d.txt", i)
		if i%8 == 0 {
			name = fmt.Sprintf("home/%d.pdf", i)
			want[name] = noise(byte(i), 500_000)
		}
		files = append(files, text(name, noise(byte(i), 500_000)))
	}
	r.snapshot(files...)
	selection := restore.Selection{Patterns: []string{"*.pdf"}}
	r.options.Gap = 1
	plan, err := r.plan(selection)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, plan)
	if plan.Requests < 6 {
		t.Errorf("the plan is %+v", plan)
	}
	r.restore(selection)
	r.want(want)
}

// Without the right identity, nothing is retrieved.
func TestIdentities(t *testing.T) {
	r, log, _ := glacier(t)
	r.seal()
	right := r.options.Identities
	r.snapshot(dir("home"), text("home/a", "a"))
	r.seal()
	for name, ids := range map[string]seal.Identities{"none": nil, "another": r.options.Identities} {
		r.options.Identities = ids
		plan, err := r.plan(restore.Selection{}) // the plan needs none
		if err != nil || plan.Requests != 1 {
			t.Fatalf("%s: %+v, %v", name, plan, err)
		}
		if report, err := plan.Run(t.Context()); !errors.Is(err, seal.ErrIdentity) || report.Files != 0 {
			t.Errorf("%s: %v", name, err)
		}
		closed(t, plan)
	}
	if jobs := log.requests(t, "POST", "/jobs"); len(jobs) != 0 {
		t.Errorf("%d jobs were started", len(jobs))
	}
	r.options.Identities = append(r.options.Identities, right...)
	r.options.Download.NoWait = true
	if _, err := r.try(restore.Selection{}); !errors.Is(err, vault.ErrNotReady) {
		t.Errorf("with the right one: %v", err)
	}
}
