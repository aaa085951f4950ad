package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"firn/bench/internal/lab"
	"firn/treehash"
)

// rangeSize is the size of the ranges that are fetched: what firn asks for when it
// downloads into a file.
const rangeSize = 16 << 20

// The contenders of the download.
const (
	firnDownload  = "firn download"
	floorDownload = "floor: fetch, hash, write"
	boto3Download = "boto3, thread pool, verified"
)

// restorable is an archive whose bytes a server gives out at once.
type restorable struct {
	server *lab.Server
	firn   lab.Firn // in whose catalog the archive is
	stored string   // the file in which the server keeps it
	id     string   // of the archive
	job    string   // that made it readable
	hash   treehash.Hash
}

// download compares CPU, wall time and memory of firn's download with those of the
// least that a download costs, and of a careful script: all from the same server.
func (b *bench) download(ctx context.Context, r *report) (err error) {
	a, err := b.store(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.server.Stop(), os.RemoveAll(b.storeDir())) }()
	t, err := newTarget(b.target, b.size, a.hash)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.remove()) }()

	contenders := []contender{
		{floorDownload, func(ctx context.Context) (usage, error) { return t.into(ctx, b.floorGet(ctx, a, t.part())) }},
		{firnDownload, func(ctx context.Context) (usage, error) {
			return t.into(ctx, a.download(ctx, t.path, "--force"))
		}},
		{boto3Download, func(ctx context.Context) (usage, error) { return t.into(ctx, b.boto3Get(ctx, a, t.part())) }},
	}
	prepare := func() error {
		_, err := lab.Warm(a.stored)
		return errors.Join(err, t.blank())
	}
	medians, err := interleave(ctx, b.rounds, prepare, contenders)
	if err != nil {
		return err
	}
	streamed, err := measure(a.download(ctx, "-"))
	if err != nil {
		return err
	}

	r.section(fmt.Sprintf("download of %d MiB in ranges of 16 MiB, 4 in flight, medians of %d rounds", b.size>>20, b.rounds))
	r.usages(b.size, contenders, medians)
	firn := medians[firnDownload]
	r.section("targets")
	r.note("CPU / floor", ratio(firn.cpu, medians[floorDownload].cpu))
	// P8 also names mt-aws-glacier, which Debian does not have.
	r.atMost("P8 CPU / boto3, verified", ratio(firn.cpu, medians[boto3Download].cpu), 0.65)
	r.atMost("P8 peak memory, MiB", mebibytes(firn.peak), memoryLimit)
	// A stream is in order, so ranges of 4 MiB wait in memory for their turn.
	r.note("peak memory to standard output, MiB", mebibytes(streamed.peak))
	return nil
}

func (b *bench) storeDir() string { return filepath.Join(b.work, "store") }

// store starts `firn serve`, uploads the file and has it made readable.
func (b *bench) store(ctx context.Context) (a restorable, err error) {
	if a.firn, err = b.home(); err != nil {
		return a, err
	}
	if err := os.Mkdir(b.storeDir(), 0o700); err != nil {
		return a, err
	}
	if a.server, err = a.firn.Serve(ctx, b.storeDir(), "", vault); err != nil {
		return a, err
	}
	if err := b.fill(ctx, &a); err != nil {
		return a, errors.Join(err, a.server.Stop())
	}
	return a, nil
}

func (b *bench) fill(ctx context.Context, a *restorable) (err error) {
	url := lab.VaultURL(a.server.Endpoint, vault)
	var uploaded struct {
		ID   string        `json:"archive_id"`
		Hash treehash.Hash `json:"tree_hash"`
	}
	if err := answer(a.firn.Command(ctx, "upload", url, b.file, "--json", "--quiet"), &uploaded); err != nil {
		return err
	}
	var asked struct {
		Job string `json:"job_id"`
	}
	if err := answer(a.firn.Command(ctx, "retrieve", url, "--json", "--quiet", "--", uploaded.ID), &asked); err != nil {
		return err
	}
	a.id, a.hash, a.job = uploaded.ID, uploaded.Hash, asked.Job
	a.stored, err = lab.StoredFile(b.storeDir(), b.size)
	return err
}

// answer runs cmd and reads the object that it prints into v.
func answer(cmd *exec.Cmd, v any) error {
	said, err := lab.Output(cmd)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(said), v)
}

// download prepares a download by firn into the file at path, - for standard output.
func (a restorable) download(ctx context.Context, path string, options ...string) *exec.Cmd {
	args := []string{"download", lab.VaultURL(a.server.Endpoint, vault), "-o", path, "--concurrency", strconv.Itoa(workers)}
	return a.firn.Command(ctx, append(append(args, options...), "--", a.id)...)
}

// floorGet prepares the least that a download costs.
func (b *bench) floorGet(ctx context.Context, a restorable, path string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(b.bin, "floor"), "download",
		a.server.Endpoint+"/-/vaults/"+vault+"/jobs/"+a.job+"/output", path,
		strconv.FormatInt(b.size, 10), strconv.Itoa(rangeSize), strconv.Itoa(workers))
	cmd.Env = lab.Credentials()
	return cmd
}

// boto3Get prepares a pool of threads over boto3.
func (b *bench) boto3Get(ctx context.Context, a restorable, path string) *exec.Cmd {
	return b.script(ctx, "boto3_get.py", a.server.Endpoint, vault, a.job, strconv.FormatInt(b.size, 10),
		a.hash.String(), path, strconv.Itoa(rangeSize), strconv.Itoa(workers))
}
