package restore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"firn/internal/disk"
	"firn/vault"
)

// workDir is the directory for downloaded ranges and temporary lists.
type workDir struct {
	path string
	lock *os.File
}

// lockName is the name of the file that says that a directory is a work directory. It is the first
// file in the directory and the last one that is removed.
const lockName = "firn-restore.lock"

// openWorkDir creates the directory if it does not exist, and makes this process its only user.
// It removes temporary files of a run that was killed. It refuses a directory with other files,
// because it removes files by their names.
func openWorkDir(path string) (*workDir, error) {
	if path == "" {
		return nil, vault.Errorf(vault.ErrInvalid, "a restore needs a work directory")
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the work directory: %w", err)
	}
	if err := checkOurs(path); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR|os.O_CREATE|disk.NoFollow, 0o600)
	if err != nil {
		return nil, err
	}
	mine, err := disk.Lock(lock)
	if errors.Is(err, errors.ErrUnsupported) {
		mine, err = true, nil
	}
	if err == nil && !mine {
		err = vault.Errorf(vault.ErrLocked, "another restore uses the work directory %q", path)
	}
	w := &workDir{path, lock}
	if err == nil {
		err = w.removeLeftovers()
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return w, nil
}

// checkOurs returns an error if a directory has files and is not a work directory.
func checkOurs(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = d.Readdirnames(1)
	if isEmpty := errors.Is(err, io.EOF); isEmpty {
		return d.Close()
	}
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	_, err = os.Lstat(filepath.Join(path, lockName))
	if errors.Is(err, fs.ErrNotExist) {
		return vault.Errorf(vault.ErrExists, "%q cannot be a work directory: it has other files", path)
	}
	return err
}

// checkApart refuses the directory of the restore: names of firn could be those of its files.
func (w *workDir) checkApart(dir string) error {
	own, err := os.Stat(w.path)
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err == nil && os.SameFile(info, own) {
		return vault.Errorf(vault.ErrInvalid, "the work directory %q is also the directory of the restore", w.path)
	}
	return nil
}

// removeLeftovers removes lists, and the files that downloads begin under random names.
func (w *workDir) removeLeftovers() (err error) {
	for _, pattern := range []string{"list-*", ".firn-*"} {
		names, errGlob := filepath.Glob(filepath.Join(w.path, pattern))
		err = errors.Join(err, errGlob)
		for _, name := range names {
			err = errors.Join(err, os.Remove(name))
		}
	}
	return err
}

// rangeName is the name of the file with a range of a pack.
func rangeName(packID string, r vault.Range) string {
	return fmt.Sprintf("%s-%d-%d", packID, r.Offset, r.Size)
}

// unfinished is the end of the name of a file that a download has not completed.
const unfinished = ".part"

// ranges lists the ranges that an earlier run has downloaded, or begun to, by the id of their
// pack.
func (w *workDir) ranges() (found map[string][]vault.Range, err error) {
	entries, err := os.ReadDir(w.path)
	found = make(map[string][]vault.Range)
	for _, e := range entries {
		id, rest, _ := strings.Cut(strings.TrimSuffix(e.Name(), unfinished), "-")
		offset, size, _ := strings.Cut(rest, "-")
		r := vault.Range{Offset: number(offset), Size: number(size)}
		if !isID(id) || r.Offset < 0 || r.Size <= 0 || r.Offset > 1<<60 || r.Size > 1<<60 {
			continue
		}
		found[id] = append(found[id], r)
	}
	return found, err
}

// number parses a number; -1: it is none.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// isID reports whether a text is the id of a pack.
func isID(text string) bool {
	return len(text) == 32 && strings.Trim(text, "0123456789abcdef") == ""
}

// has reports whether a range is downloaded completely.
func (w *workDir) has(packID string, r vault.Range) bool {
	info, err := os.Lstat(filepath.Join(w.path, rangeName(packID, r)))
	return err == nil && info.Mode().IsRegular() && info.Size() == r.Size
}

// hasAny reports whether any range is downloaded completely.
func (w *workDir) hasAny() (bool, error) {
	found, err := w.ranges()
	for id, ranges := range found {
		for _, r := range ranges {
			if w.has(id, r) {
				return true, err
			}
		}
	}
	return false, err
}

// open opens a downloaded range.
func (w *workDir) open(packID string, r vault.Range) (*os.File, error) {
	return os.OpenFile(filepath.Join(w.path, rangeName(packID, r)), os.O_RDONLY|disk.NoFollow, 0)
}

// remove removes a downloaded range.
func (w *workDir) remove(packID string, r vault.Range) error {
	err := os.Remove(filepath.Join(w.path, rangeName(packID, r)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// close ends the use of the directory. If everything is restored, it removes what is left in it.
func (w *workDir) close(done bool) error {
	if !done {
		return w.lock.Close()
	}
	found, err := w.ranges()
	names := []string{madeName}
	for id, ranges := range found {
		for _, r := range ranges {
			names = append(names, rangeName(id, r), rangeName(id, r)+unfinished)
		}
	}
	for _, name := range names {
		if errRemove := os.Remove(filepath.Join(w.path, name)); !errors.Is(errRemove, fs.ErrNotExist) {
			err = errors.Join(err, errRemove)
		}
	}
	if err = errors.Join(err, w.lock.Close()); err != nil { // some systems remove no open file
		return err
	}
	err = os.Remove(filepath.Join(w.path, lockName))
	_ = os.Remove(w.path) // the user may have put something else there
	return err
}
