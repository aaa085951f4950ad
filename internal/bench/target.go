package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"firn/treehash"
)

// target is the file that every download of a group writes: path.part, which is also firn's
// unfinished file. Only firn renames it to its final name, path; into renames it back. On a
// virtual machine the first use of free memory may cost more than the download itself. So
// all contenders begin with the same state: blank prepares a file with all its pages, for
// contenders that overwrite a file; absent removes the file, if some contenders always
// write a new one.
type target struct {
	path string
	size int64
	hash treehash.Hash // of the content expected at the end
}

// newTarget creates a target in a new directory, best in memory.
func (b *bench) newTarget(size int64, hash treehash.Hash) (*target, error) {
	own, err := os.MkdirTemp(b.target, "firn-bench-")
	if err != nil {
		return nil, err
	}
	b.later(func() error { return os.RemoveAll(own) })
	return &target{path: filepath.Join(own, "file"), size: size, hash: hash}, nil
}

// program returns a contender that consists of one command, which writes the target.
func (t *target) program(name string, command func(context.Context) *exec.Cmd) *contender {
	return &contender{name: name, run: func(ctx context.Context) (usage, error) { return t.into(ctx, command(ctx)) }}
}

func (t *target) part() string { return t.path + ".part" }

// blank fills the file with zeros, so that right bytes in it afterwards were written by the
// contender.
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

func (t *target) absent() error {
	for _, path := range []string{t.path, t.part()} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// into measures cmd and checks that the file has the archive's bytes.
func (t *target) into(ctx context.Context, cmd *exec.Cmd) (usage, error) {
	u, err := measure(ctx, cmd)
	if err != nil {
		return usage{}, err
	}
	if _, err := os.Stat(t.path); err == nil {
		if err := os.Rename(t.path, t.part()); err != nil {
			return usage{}, err
		}
	}
	switch hash, err := treeHash(ctx, t.part()); {
	case err != nil:
		return usage{}, err
	case hash != t.hash:
		return usage{}, fmt.Errorf("%q was reported as downloaded and has the tree hash %s instead of %s", t.part(), hash, t.hash)
	}
	return u, nil
}
