package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"firn/bench/internal/lab"
)

// The measured upload: parts of 16 MiB, 4 of them in flight.
const (
	partSize = 16 << 20
	workers  = 4
	vault    = "bench"
)

// bench is one run of the benchmark.
type bench struct {
	bin    string // directory of firn, sink, floor and bare
	python string // the interpreter that has boto and boto3
	work   string // temporary directory
	target string // where the directory of downloads is made; empty: in TMPDIR
	file   string // the file that is uploaded
	size   int64  // bytes of it
	large  int64  // bytes of the sparse file that shows how memory depends on size
	rounds int
	homes  int // made so far

	archives int64 // in the catalog in which archives are found
	small    int64 // in the vault that a server lists
}

// warm brings the file into the page cache.
func (b *bench) warm() error {
	_, err := lab.Warm(b.file)
	return err
}

// home returns firn with an empty catalog, so that it uploads rather than resumes.
func (b *bench) home() (lab.Firn, error) {
	b.homes++
	dir := filepath.Join(b.work, "home"+strconv.Itoa(b.homes))
	return lab.Firn{Binary: filepath.Join(b.bin, "firn"), Home: dir}, os.Mkdir(dir, 0o700)
}

// sink starts the discarding server.
func (b *bench) sink(ctx context.Context, args ...string) (*lab.Server, error) {
	return lab.StartServer(exec.CommandContext(ctx, filepath.Join(b.bin, "sink"), args...))
}

// upload measures one upload of file by firn.
func (b *bench) upload(ctx context.Context, endpoint, file string, part int64, inFlight int) (usage, error) {
	firn, err := b.home()
	if err != nil {
		return usage{}, err
	}
	return measure(firn.Command(ctx, "upload", lab.VaultURL(endpoint, vault), file,
		"--part-size", fmt.Sprintf("%dMiB", part>>20), "--concurrency", strconv.Itoa(inFlight)))
}

// floor measures the least that an upload costs.
func (b *bench) floor(ctx context.Context, endpoint string) (usage, error) {
	return measure(exec.CommandContext(ctx, filepath.Join(b.bin, "floor"), "upload",
		endpoint+"/-/vaults/"+vault+"/multipart-uploads/floor", b.file, strconv.Itoa(partSize), strconv.Itoa(workers)))
}

// boto2 measures boto 2.49's concurrent uploader.
func (b *bench) boto2(ctx context.Context, endpoint string) (usage, error) {
	host, port, _ := strings.Cut(strings.TrimPrefix(endpoint, "http://"), ":")
	return measure(b.script(ctx, "boto2.py", host, port, vault, b.file, strconv.Itoa(partSize), strconv.Itoa(workers)))
}

// boto3 measures a pool of threads over boto3.
func (b *bench) boto3(ctx context.Context, endpoint string) (usage, error) {
	return measure(b.script(ctx, "boto3_pool.py", endpoint, vault, b.file, strconv.Itoa(partSize), strconv.Itoa(workers)))
}

func (b *bench) script(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.python, append([]string{filepath.Join("bench", "clients", name)}, args...)...)
	cmd.Env = append(lab.Credentials(), "PATH="+os.Getenv("PATH"), "HOME="+b.work)
	return cmd
}
