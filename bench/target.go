package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"firn/treehash"
)

// target is the file that every download of the benchmark writes. It is the same
// one all the time, with all its pages: on a virtual machine the first touch of
// memory that was free may cost more than what is measured. So no contender
// begins with an empty file. They overwrite path.part, which is also where firn
// begins; firn alone gives it its final name, path, and it is named back.
type target struct {
	path string
	size int64
	hash treehash.Hash // of what must be in it in the end
}

// newTarget makes a target in a new directory below dir, which is best in memory.
func newTarget(dir string, size int64, hash treehash.Hash) (*target, error) {
	own, err := os.MkdirTemp(dir, "firn-bench-")
	if err != nil {
		return nil, err
	}
	return &target{path: filepath.Join(own, "file"), size: size, hash: hash}, nil
}

func (t *target) part() string { return t.path + ".part" }

// blank fills the file with zeros, so that what is right in it afterwards was
// written since.
func (t *target) blank() (err error) {
	file, err := os.OpenFile(t.part(), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	zeros := make([]byte, 1<<20)
	for left := t.size; left > 0; {
		n, err := file.Write(zeros[:min(left, int64(len(zeros)))])
		if err != nil {
			return err
		}
		left -= int64(n)
	}
	return nil
}

// into measures cmd and proves that the file has the archive's bytes.
func (t *target) into(ctx context.Context, cmd *exec.Cmd) (usage, error) {
	u, err := measure(cmd)
	if err != nil {
		return usage{}, err
	}
	if _, err := os.Stat(t.path); err == nil {
		if err := os.Rename(t.path, t.part()); err != nil {
			return usage{}, err
		}
	}
	file, err := os.Open(t.part())
	if err != nil {
		return usage{}, err
	}
	defer file.Close()
	switch hash, err := treehash.TreeAt(ctx, io.NewSectionReader(file, 0, t.size), t.size, 1); {
	case err != nil:
		return usage{}, err
	case hash != t.hash:
		return usage{}, fmt.Errorf("%q was reported as downloaded and has the tree hash %s instead of %s", t.part(), hash, t.hash)
	}
	return u, nil
}

func (t *target) remove() error { return os.RemoveAll(filepath.Dir(t.path)) }
