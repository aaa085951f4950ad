package serving

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strconv"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/disk"
)

// readPrivate reads a file of at most limit bytes that only its owner, this user, can read.
func readPrivate(path string, limit int64) ([]byte, error) {
	return readGuarded(path, limit, guard{0o077, true, "to make it private: " + term.ShellCommand("chmod", "600", path)})
}

// guard determines which files are refused.
type guard struct {
	unwanted fs.FileMode // files whose mode has any of these bits
	others   bool        // files that belong to another user
	hint     string      // how to change the mode
}

// readGuarded reads a file of at most limit bytes that g does not refuse.
func readGuarded(path string, limit int64, g guard) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := disk.CheckOwner(info); err != nil && g.others {
		return nil, notOurs(path, fmt.Errorf("%q is not used: %w", path, err))
	}
	if mode := info.Mode().Perm(); mode&g.unwanted != 0 && runtime.GOOS != "windows" {
		return nil, cli.WithHint(cli.RefusedError("%q may be read by others (its mode is %#o)", path, mode), g.hint)
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%q has more than %d bytes", path, limit)
	}
	return text, err
}

// notOurs refuses a file or directory of another user, with a hint.
func notOurs(path string, err error) error {
	return cli.WithHint(cli.RefusedError("%w", err), "to own it: "+term.ShellCommand("chown", strconv.Itoa(os.Geteuid()), path))
}
