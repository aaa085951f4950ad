package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"

	"firn/internal/bench/internal/lab"
	"firn/treehash"
)

// rangeSize is the size of the ranges that are downloaded: the same as firn's when it
// downloads into a file.
const rangeSize = 16 << 20

// The contenders of the download from a vault.
const (
	floorGetName = "floor: fetch, standard hash, write"
	boto3GetName = "boto3, pool of threads, verified"
	awsGetName   = "aws glacier get-job-output, unverified"
)

// restorable is an archive whose bytes a server returns at once.
type restorable struct {
	endpoint string   // of the server
	firn     lab.Firn // the catalog of this firn has the archive
	id       string   // of the archive
	job      string   // the job that retrieved the archive
	hash     treehash.Hash
}

// downloads compares firn with a program that only downloads, hashes and writes, and with
// the tools that people use today, all with the same server.
func (b *bench) downloads(ctx context.Context) ([]*group, error) {
	firn, dir := b.home(), filepath.Join(b.work, "store")
	server, err := b.started(firn.Serve(ctx, dir, "", vault, noScrubbing))
	if err != nil {
		return nil, err
	}
	a, err := b.fill(ctx, firn, server.Endpoint)
	if err != nil {
		return nil, err
	}
	stored, err := lab.StoredFile(dir, b.size)
	if err != nil {
		return nil, err
	}
	t, err := b.newTarget(b.size, a.hash)
	if err != nil {
		return nil, err
	}
	return []*group{{
		title:   fmt.Sprintf("download of %d MiB in ranges of 16 MiB, 4 at once, from firn serve", b.size>>20),
		size:    b.size,
		base:    firnName,
		prepare: func() error { return errors.Join(warm(stored), t.blank()) },
		contenders: []*contender{
			t.program(firnName, func(ctx context.Context) *exec.Cmd { return a.download(ctx, t.path, "--force") }),
			t.program(floorGetName, func(ctx context.Context) *exec.Cmd { return b.floorGet(ctx, a, t.part()) }),
			t.program(boto3GetName, func(ctx context.Context) *exec.Cmd {
				return b.script(ctx, "boto3_get.py", a.endpoint, vault, a.job, strconv.FormatInt(b.size, 10),
					a.hash.String(), t.part(), strconv.Itoa(rangeSize), strconv.Itoa(workers))
			}),
			t.program(awsGetName, func(ctx context.Context) *exec.Cmd {
				return b.aws(ctx, a.endpoint, "glacier", "get-job-output", "--account-id", "-", "--vault-name", vault, "--job-id", a.job, t.part())
			}),
		},
		judge: judgeDownloads,
	}}, nil
}

// judgeDownloads leaves out mt-aws-glacier, which P8 also names: Debian does not have it.
func judgeDownloads(g *group, r *report) {
	r.atMost(8, "download: CPU / boto3, verified", g.cpu(firnName, boto3GetName), 0.65)
	r.atMost(8, "download: peak memory, MiB", mebibytes(g.of(firnName).peak), memoryLimit)
}

// fill uploads the file durably to a server and retrieves it.
func (b *bench) fill(ctx context.Context, firn lab.Firn, endpoint string) (a restorable, err error) {
	var uploaded struct {
		ID   string        `json:"archive_id"`
		Hash treehash.Hash `json:"tree_hash"`
	}
	if err := answer(b.upload(ctx, firn, endpoint, b.file, "--json", "--quiet"), &uploaded); err != nil {
		return a, err
	}
	var asked struct {
		Job string `json:"job_id"`
	}
	if err := answer(firn.Command(ctx, "retrieve", lab.VaultURL(endpoint, vault), "--json", "--quiet", "--", uploaded.ID), &asked); err != nil {
		return a, err
	}
	return restorable{endpoint, firn, uploaded.ID, asked.Job, uploaded.Hash}, nil
}

// answer runs cmd and decodes the JSON object that it prints into v.
func answer(cmd *exec.Cmd, v any) error {
	said, err := lab.Output(cmd)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(said), v)
}

// download prepares a download by firn into the file at path; "-" is standard output.
func (a restorable) download(ctx context.Context, path string, options ...string) *exec.Cmd {
	args := []string{"download", lab.VaultURL(a.endpoint, vault), "-o", path, "--concurrency", strconv.Itoa(workers)}
	return a.firn.Command(ctx, append(append(args, options...), "--", a.id)...)
}

// floorGet prepares a download that only downloads, hashes and writes.
func (b *bench) floorGet(ctx context.Context, a restorable, path string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.tool("floor"), "download",
		a.endpoint+"/-/vaults/"+vault+"/jobs/"+a.job+"/output", path,
		strconv.FormatInt(b.size, 10), strconv.Itoa(rangeSize), strconv.Itoa(workers))
	cmd.Env = lab.Credentials()
	return cmd
}
