//go:build !race || torture

package restore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"firn"
	"firn/internal/seal"
	"firn/restore"
)

// childEnv has the restore that a child process of these tests does.
const childEnv = "FIRN_RESTORE_TEST_CHILD"

// child is a restore in a process of its own.
type child struct{ URL, Catalog, Dir, WorkDir, Key string }

func TestMain(m *testing.M) {
	work := os.Getenv(childEnv)
	if work == "" {
		m.Run()
		return
	}
	var c child
	if err := errors.Join(json.Unmarshal([]byte(work), &c), c.run(context.Background())); err != nil {
		panic(err)
	}
}

func (c *child) run(ctx context.Context) error {
	ids, err := seal.ReadIdentities(c.Key, nil)
	if err != nil {
		return err
	}
	d, err := firn.Open(ctx, c.URL, firn.Options{Catalog: c.Catalog})
	if err != nil {
		return err
	}
	plan, err := restore.NewPlan(ctx, d.Depot, d.Catalog.Backups(), restore.Selection{}, restore.Options{Dir: c.Dir, WorkDir: c.WorkDir, Identities: ids})
	if err != nil {
		return errors.Join(err, d.Close())
	}
	report, err := plan.Run(ctx)
	for _, p := range report.List {
		err = errors.Join(err, p)
	}
	return errors.Join(err, plan.Close(), d.Close())
}

// killed runs a restore that is killed at the n-th call of a system call, by strace. It reports
// false if the restore ended before. With one processor, most calls are of one thread; strace
// counts the calls of each.
func (r *rig) killed(call string, n int) bool {
	r.t.Helper()
	work, err := json.Marshal(child{r.vault.URL(), r.file, r.dir, r.work, r.key})
	if err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.CommandContext(r.t.Context(), "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace="+call,
		"-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, n), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(work), "GOMAXPROCS=1")
	var said strings.Builder
	cmd.Stderr = &said
	err = cmd.Run()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !errors.As(err, &exit) || !ok || status.Signal() != syscall.SIGKILL {
		r.t.Fatalf("the child at %s %d: %v\n%s", call, n, err, said.String())
	}
	return true
}

// A restore that is killed at any step is continued by the same call.
func TestLongKilledAtEachStep(t *testing.T) {
	r, log, _ := glacierWith(t, time.Nanosecond)
	r.seal()
	r.frame = 1 << 18
	want := map[string]string{"home/": "", "home/d/": "", "home/d/link": "a", "home/d/other": "0", "home/empty": ""}
	files := []file{dir("home"), dir("home/d"), symlink("home/d/link", "a"), text("home/empty", "")}
	for i := range 12 {
		name, content := fmt.Sprintf("home/d/%d", i), fmt.Sprint(i)
		if i%4 == 3 {
			content = noise(byte(i), 1<<21)
		}
		files = append(files, text(name, content))
		want[name] = content
	}
	r.snapshot(append(files, hardlink("home/d/other", "home/d/0"))...)
	for _, call := range []string{"mkdirat", "fsync", "linkat", "unlinkat", "symlinkat", "fchmod"} {
		r.dir = filepath.Join(t.TempDir(), "back")
		before := sent(log.requests(t, "GET", "/output"))
		kills := 0
		for n := 1; r.killed(call, n); n += 1 + n/2 {
			kills++
		}
		if kills == 0 {
			t.Errorf("%s: it was never killed", call)
		}
		r.want(want)
		r.wantNoWork()
		if moved := sent(log.requests(t, "GET", "/output")) - before; call == "symlinkat" && moved > 7<<20 {
			t.Errorf("%s: %d bytes were fetched", call, moved)
		}
	}
}
