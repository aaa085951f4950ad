package retrievals

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/progress"
	"firn/cmd/firn/internal/suggest"
	"firn/cmd/firn/internal/term"
	"firn/download"
	"firn/record"
	"firn/vault"
)

// namesFlag is an option that determines the names of files.
type namesFlag string

// The values of --names.
const (
	namesBase namesFlag = "base" // the last element of the archive's name
	namesPath namesFlag = "path" // the whole name, with directories
	namesID   namesFlag = "id"   // the last element, after the beginning of the id or of its hash
)

func (f *namesFlag) String() string { return string(*f) }

func (f *namesFlag) Set(s string) error {
	if !slices.Contains(f.Choices(), s) {
		return suggest.OneOf(s, f.Choices())
	}
	*f = namesFlag(s)
	return nil
}

func (f *namesFlag) Type() string { return "HOW" }

// Choices returns the words that a shell offers.
func (f *namesFlag) Choices() []string {
	return []string{string(namesBase), string(namesPath), string(namesID)}
}

// item is an archive and its file.
type item struct {
	record.Archive
	path string // of the file; "-" is standard output
	name string // path within the directory of -o; empty if -o is no directory

	shown *progress.File // its progress
}

// places returns the file of each archive.
func (o downloadOptions) places(archives []record.Archive) ([]item, error) {
	items := make([]item, len(archives))
	for i, a := range archives {
		items[i] = item{Archive: a, path: o.output}
	}
	isDir, err := isDirectory(o.output)
	switch {
	case err != nil:
		return nil, err
	case !isDir && len(items) > 1:
		return nil, cli.WithHint(cli.UsageError("%d archives cannot go into one file: -o must be an existing directory", len(items)),
			term.ShellCommand("mkdir", o.output))
	case !isDir:
		return items, nil
	}
	for i := range items {
		items[i].name = o.names.of(items[i].Archive)
		items[i].path = filepath.Join(o.output, items[i].name)
		if items[i].path == "-" { // "-" alone means standard output
			items[i].path = "." + string(filepath.Separator) + "-"
		}
	}
	return items, checkDistinct(items)
}

// isDirectory reports whether path is a directory for the files. If path ends with a slash, the
// directory must exist.
func isDirectory(path string) (bool, error) {
	info, err := os.Stat(path)
	switch {
	case path == "-":
		return false, nil
	case err == nil:
		return info.IsDir(), nil
	case errors.Is(err, fs.ErrNotExist) && os.IsPathSeparator(path[len(path)-1]):
		return false, cli.WithHint(vault.Errorf(vault.ErrNotFound, "there is no directory %q", path), term.ShellCommand("mkdir", path))
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	}
	return false, err
}

// of returns the relative path of an archive's file.
func (f namesFlag) of(a record.Archive) string {
	switch f {
	case namesPath:
		return download.FilePath(a)
	case namesID:
		return distinctive(string(a.ID)) + " " + download.FileName(a)
	}
	return download.FileName(a)
}

// distinctive returns text that distinguishes an id from all others and may be part of a file's
// name: the beginning of the id, or of its hash if the id contains the key of an object.
func distinctive(id string) string {
	const enough = 12
	if !cli.IsArchiveID(id) {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:])
	}
	return id[:enough]
}

// checkDistinct refuses two archives with the same file, or a file with the name of another's
// unfinished file. It ignores upper and lower case, as some file systems do.
func checkDistinct(items []item) error {
	taken := make(map[string]item)
	for _, i := range items {
		key := strings.ToLower(i.path)
		for _, suffix := range []string{"", ".part"} {
			if other, twice := taken[key+suffix]; twice {
				return cli.WithHint(cli.UsageError("the archives %q and %q would both become the file %q", other.ID, i.ID, i.path+suffix),
					"--names id gives each archive a name of its own")
			}
		}
		taken[key], taken[key+".part"] = i, i
	}
	return nil
}
