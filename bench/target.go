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

// target is the file that every download of a group writes: path.part, which is
// also where firn begins. Firn alone gives it its final name, path, and it is named
// back. On a virtual machine the first touch of memory that was free may cost more
// than what is measured. So all contenders begin alike: with all pages of the file,
// by blank, where they overwrite what is there; without a file, by absent, where
// some write a new one whatever is there.
type target struct {
	path string
	size int64
	hash treehash.Hash // of what must be in it in the end
}

// newTarget makes a target in a new directory, which is best in memory.
func (b *bench) newTarget(size int64, hash treehash.Hash) (*target, error) {
	own, err := os.MkdirTemp(b.target, "firn-bench-")
	if err != nil {
		return nil, err
	}
	b.later(func() error { return os.RemoveAll(own) })
	return &target{path: filepath.Join(own, "file"), size: size, hash: hash}, nil
}

// program is a contender that is one command, which writes the target.
func (t *target) program(name string, command func(context.Context) *exec.Cmd) *contender {
	return &contender{name: name, run: func(ctx context.Context) (usage, error) { return t.into(ctx, command(ctx)) }}
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

// absent removes the file.
func (t *target) absent() error {
	for _, path := range []string{t.path, t.part()} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// into measures cmd and proves that the file has the archive's bytes.
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
