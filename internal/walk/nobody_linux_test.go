package walk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// runAsNobody runs the same test again as another user.
func runAsNobody(t *testing.T) {
	t.Helper()
	const nobody = 65534
	dir, err := os.MkdirTemp("/dev/shm", "walk-test-")
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
	cmd := exec.Command(copied, "-test.run", "^"+t.Name()+"$")
	cmd.Dir, cmd.Env = home, []string{"TMPDIR=" + home}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
