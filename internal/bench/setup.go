package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"firn/internal/bench/internal/lab"
	"firn/treehash"
)

// The usual settings of the measurements: parts of 16 MiB, 4 in flight.
const (
	partSize = 16 << 20
	workers  = 4
	vault    = "bench"
)

// bench is one run of the benchmark.
type bench struct {
	bin    string // directory of the programs that scripts/bench.sh builds
	python string // the interpreter with boto and boto3
	work   string // temporary directory of the present part
	target string // directory in which the directory for downloads is created; empty: TMPDIR
	file   string // the file that is uploaded
	size   int64  // bytes of the file
	large  int64  // bytes of the sparse file that shows whether memory depends on size
	rounds int
	homes  int // number of homes created so far

	archives int64 // in the catalog in which archives are found
	small    int64 // in the vault that a server lists
	files    int   // small files that are uploaded
	tiny     int   // files that are backed up twice

	ends []func() error // called in reverse order when the part ends
}

// later calls undo when the present part ends.
func (b *bench) later(undo func() error) { b.ends = append(b.ends, undo) }

// within calls do with a temporary directory, and calls the functions of later afterwards.
func (b *bench) within(dir string, do func() error) (err error) {
	if b.work, err = os.MkdirTemp(dir, "firn-bench-"); err != nil {
		return err
	}
	work := b.work
	defer func() {
		for _, undo := range slices.Backward(b.ends) {
			err = errors.Join(err, undo())
		}
		b.ends = nil
		err = errors.Join(err, os.RemoveAll(work))
	}()
	if err := b.writeAWSConfig(); err != nil {
		return err
	}
	return do()
}

// tool returns the path of a program that scripts/bench.sh builds.
func (b *bench) tool(name string) string { return filepath.Join(b.bin, name) }

// warm reads the file into the page cache.
func (b *bench) warm() error { return warm(b.file) }

func warm(path string) error {
	_, err := lab.Warm(path)
	return err
}

// home returns firn with an empty catalog, so that it starts an upload and does not resume
// one.
func (b *bench) home() lab.Firn {
	b.homes++
	return lab.Firn{Binary: b.tool("firn"), Home: filepath.Join(b.work, "home"+strconv.Itoa(b.homes))}
}

// started registers a server to be stopped at the end of the part.
func (b *bench) started(server *lab.Server, err error) (*lab.Server, error) {
	if err == nil {
		b.later(server.Stop)
	}
	return server, err
}

// sink starts the server that discards everything.
func (b *bench) sink(ctx context.Context, args ...string) (*lab.Server, error) {
	return b.started(lab.StartServer(exec.CommandContext(ctx, b.tool("sink"), args...)))
}

// treeHash returns the tree hash of the file at path.
func treeHash(ctx context.Context, path string) (treehash.Hash, error) {
	file, err := os.Open(path)
	if err != nil {
		return treehash.Hash{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return treehash.Hash{}, err
	}
	return treehash.TreeAt(ctx, file, info.Size(), 1)
}
