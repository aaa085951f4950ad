package coldfront

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// build returns the path of the S3 server. It builds the server from scripts/tools/versitygw if
// necessary. The file name contains the hash of the source, so that a change makes another
// file. Only one process builds at a time.
func build(ctx context.Context) (string, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return "", err
	}
	source := filepath.Join(root, "scripts", "tools", "versitygw")
	sum := sha256.New()
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		text, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return "", fmt.Errorf("read the source of the S3 server: %w", err)
		}
		sum.Write(text)
	}
	bin := filepath.Join(root, "bin")
	path := filepath.Join(bin, fmt.Sprintf("versitygw-%.6x", sum.Sum(nil)))
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(filepath.Join(bin, ".versitygw.lock"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return "", fmt.Errorf("wait for another build of the S3 server: %w", err)
	}
	defer lock.Close()
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, compile(ctx, source, path)
}

// compile creates path in one step, so that an interrupted build leaves no incomplete
// server.
func compile(ctx context.Context, source, path string) error {
	unfinished := path + ".new"
	cmd := exec.CommandContext(ctx, "go", "build", "-C", source, "-trimpath", "-o", unfinished, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-buildvcs=false")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the S3 server in %q: %w\n%s", source, err, out)
	}
	return os.Rename(unfinished, path)
}

// moduleRoot returns the directory of the go.mod of the working directory.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	path := strings.TrimSpace(string(out))
	if filepath.Base(path) != "go.mod" {
		return "", errors.New("the S3 server is built from firn's source: run this below its directory")
	}
	return filepath.Dir(path), nil
}
