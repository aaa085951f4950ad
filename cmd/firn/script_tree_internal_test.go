package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// tree writes a description of everything below a directory to a file. Two such files show whether
// anything was written there.
func tree(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tree DIR FILE")
	}
	var lines strings.Builder
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			fmt.Fprintln(&lines, path, info.Size(), info.Mode(), info.ModTime().UnixNano())
		}
		return err
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(lines.String()), 0o600))
}

// modes removes rights from everything below a directory.
func modes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: modes DIR MASK")
	}
	mask, err := strconv.ParseUint(args[1], 8, 9)
	ts.Check(err)
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Chmod(path, info.Mode().Perm()&fs.FileMode(mask))
	}))
}

// mounted runs a command in namespaces in which a directory is mounted read-only, and expects an
// exit status.
func mounted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: mounted DIR STATUS COMMAND...")
	}
	const mount = `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"`
	inside := append([]string{"-rm", "sh", "-c", mount, args[0]}, args[2:]...)
	if got := exitStatus(ts.Exec("unshare", inside...)); strconv.Itoa(got) != args[1] {
		ts.Fatalf("exit status %d, not %s", got, args[1])
	}
}
