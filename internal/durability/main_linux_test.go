package durability_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// firnVariable names the binary under test, for the tests and for the processes that become
// it. If scripts/flushes.sh sets it, the tests build no binary.
const firnVariable = "FIRN_TEST_BINARY"

func TestMain(m *testing.M) {
	if os.Getenv(faultsVariable) != "" {
		becomeFirn() // does not return
	}
	dir, err := os.MkdirTemp("", "firn-durability-*")
	if err == nil && os.Getenv(firnVariable) == "" {
		err = build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:forbidigo // the tests' main
	}
	status := m.Run()
	_ = os.RemoveAll(dir) // the status of the tests counts
	os.Exit(status)       //nolint:forbidigo // the tests' main
}

// build makes the binary, as users build it.
func build(dir string) error {
	if _, err := exec.LookPath("strace"); err != nil {
		return fmt.Errorf("these tests need strace (scripts/needs.sh strace): %w", err)
	}
	firn := filepath.Join(dir, "firn")
	cmd := exec.Command("go", "build", "-trimpath", "-o", firn, "../../cmd/firn")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return os.Setenv(firnVariable, firn)
}
