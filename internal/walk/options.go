package walk

import (
	"bytes"
	"errors"
	"fmt"

	"firn/internal/ignore"
)

// IgnoreFile is the name of the files with patterns of what is left out in their directory.
// They have the rules of git's .gitignore, and are read themselves. A pattern of a deeper
// file precedes one of a file above.
const IgnoreFile = ".firnignore"

// Options select files. The zero value selects all that no ignore file leaves out.
type Options struct {
	// Exclude has patterns as in an ignore file of the root. They precede all ignore files.
	Exclude []string
	// Include has patterns of the same form. If there are any, only files that they match
	// are read, the content of directories that they match, and the directories above.
	Include []string
	// MaxSize is the size of the largest regular file that is read. Zero means any size.
	MaxSize int64
	// Without has paths of files and directories on this machine that are left out, by whatever
	// name the walk finds them. None of them is opened. Windows ignores it, because its files have
	// no inodes here.
	Without []string
	// OneFileSystem leaves out what is on other file systems than the root. Their mount
	// points are read.
	OneFileSystem bool
	// ExcludeCaches leaves out the content of directories that have a valid CACHEDIR.TAG
	// (https://bford.info/cachedir/).
	ExcludeCaches bool
}

// Check returns an error that names the patterns that are not valid.
func (o *Options) Check() error {
	_, _, err := o.lists()
	return err
}

func (o *Options) lists() (exclude, include *ignore.List, err error) {
	exclude, bad := parseList("exclude", o.Exclude)
	include, worse := parseList("include", o.Include)
	return exclude, include, errors.Join(bad, worse)
}

func parseList(name string, patterns []string) (*ignore.List, error) {
	var text bytes.Buffer
	for _, p := range patterns {
		if bytes.ContainsAny([]byte(p), "\r\n") {
			return nil, fmt.Errorf("%s pattern %q has more than one line", name, p)
		}
		text.WriteString(p + "\n")
	}
	l, bad := ignore.Parse(text.Bytes())
	for i := range bad {
		bad[i] = fmt.Errorf("%s patterns, %w", name, bad[i])
	}
	return l, errors.Join(bad...)
}
