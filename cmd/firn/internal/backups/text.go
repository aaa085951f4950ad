package backups

import (
	"encoding/base64"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"firn/cmd/firn/internal/cli"
	"firn/internal/humane"
	"firn/record"
	"firn/vault"
)

func quoted(text string) string { return strconv.Quote(text) }

func notFound(format string, args ...any) error {
	return vault.Errorf(vault.ErrNotFound, format, args...)
}

// shownPath returns a path on record as people write it.
func shownPath(path string) string {
	if runtime.GOOS == "windows" { // C/Users
		return path
	}
	return "/" + path
}

// shownRoots returns the directories of a snapshot as text.
func shownRoots(roots []string) string {
	shown := make([]string, len(roots))
	for i, root := range roots {
		shown[i] = shownPath(root)
	}
	return strings.Join(shown, ", ")
}

// shownRaw returns, in base64, a path that JSON cannot hold because it is not UTF-8, and nothing
// for others.
func shownRaw(path string) string {
	if utf8.ValidString(path) {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(path))
}

// stateText returns the state of a snapshot in one word.
func stateText(s record.Snapshot) string {
	if s.State == record.Running {
		return "partial"
	}
	return string(s.State)
}

// snapshotText describes a snapshot on one line.
func snapshotText(s record.Snapshot) string {
	text := cli.ColumnID(s.ID) + "  " + humane.Minute(s.Started) + "  " + s.Host + "  " + shownRoots(s.Roots)
	if s.State == record.Running {
		text += "  (partial)"
	}
	return text
}

// kindText returns the type of a file in one word, as packs have it.
func kindText(k record.FileKind) string {
	return map[record.FileKind]string{
		record.Regular: "reg", record.Directory: "dir", record.Symlink: "symlink", record.Hardlink: "hardlink",
		record.CharDevice: "char", record.BlockDevice: "block", record.Fifo: "fifo",
	}[k]
}

// modified returns the modification time of a file.
func modified(f record.File) time.Time { return time.Unix(0, f.ModTime).UTC() }

// shownFile returns the path of a file as a list shows it: a directory ends with a slash.
func shownFile(path string, f record.File) string {
	switch f.Kind {
	case record.Directory:
		return strings.TrimSuffix(shownPath(path), "/") + "/"
	case record.Symlink:
		return shownPath(path) + " -> " + f.More.Link
	}
	return shownPath(path)
}

// shownSize returns the size of a file as a list shows it, which is empty if it has none.
func shownSize(f record.File) string {
	if f.Kind != record.Regular && f.Kind != record.Hardlink {
		return ""
	}
	return humane.Bytes(f.Size)
}
