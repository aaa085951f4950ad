package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"firn/internal/bench/internal/lab"
)

// The size of the small files, and how many of them every program sends at once.
const (
	smallSize   = 100 << 10
	smallAtOnce = 32
)

const (
	boto3FilesName = "boto3, pool of threads, UploadArchive"
	boto3EachName  = "boto3, one file after the other"
	awsRecursive   = "aws s3 cp --recursive"
)

// smallFiles compares firn with other tools on many small files: into a bucket of a server
// that keeps the bytes, and into a vault of `firn serve`.
func (b *bench) smallFiles(ctx context.Context, r *report) error {
	dir := filepath.Join(b.work, "small")
	files, err := makeSmallFiles(dir, b.files)
	if err != nil {
		return err
	}
	endpoint, err := b.startGateway(ctx)
	if err != nil {
		return err
	}
	if err := lab.Run(b.aws(ctx, endpoint, "s3", "mb", "s3://bench")); err != nil {
		return err
	}
	server, err := b.started(b.home().Serve(ctx, filepath.Join(b.work, "served"), "", vault, noScrubbing))
	if err != nil {
		return err
	}
	groups := []*group{b.smallIntoBucket(endpoint, dir, files), b.smallIntoVault(server.Endpoint, dir, files)}
	if err := interleave(ctx, b.rounds, groups...); err != nil {
		return err
	}
	t := r.table(fmt.Sprintf("%d files of %d KiB, %d at once", b.files, smallSize>>10, smallAtOnce),
		"program", "n", "CPU ms a file", "x firn", "wall ms a file", "x firn", "files/s", "peak MiB")
	for _, g := range groups {
		t.group(g.title)
		for _, c := range g.contenders {
			u := g.of(c.name)
			t.add(c.name, strconv.Itoa(len(c.runs)),
				milliseconds(u.cpu/time.Duration(b.files)), fmt.Sprintf("%.2f", g.cpu(c.name, g.base)),
				milliseconds(u.wall/time.Duration(b.files)), fmt.Sprintf("%.2f", g.wall(c.name, g.base)),
				fmt.Sprintf("%.0f", float64(b.files)/u.wall.Seconds()), fmt.Sprintf("%.0f", mebibytes(u.peak)))
		}
	}
	return nil
}

func makeSmallFiles(dir string, count int) (files []string, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	for i := range count {
		path := filepath.Join(dir, fmt.Sprintf("file%04d", i))
		if err := lab.RandomFile(path, smallSize, byte(i)); err != nil {
			return nil, err
		}
		files = append(files, path)
	}
	return files, nil
}

func warmAll(files []string) func() error {
	return func() error {
		var failed []error
		for _, file := range files {
			failed = append(failed, warm(file))
		}
		return errors.Join(failed...)
	}
}

func (b *bench) smallIntoBucket(endpoint, dir string, files []string) *group {
	at := strconv.Itoa(smallAtOnce)
	return &group{
		title: "into a bucket; versitygw over a directory", base: firnName, prepare: warmAll(files),
		contenders: []*contender{
			program(firnName, func(ctx context.Context) *exec.Cmd {
				firn := b.home()
				url := "s3://bench/" + filepath.Base(firn.Home) + "/?class=GLACIER_IR&lacks=classes&region=us-east-1&endpoint=" + endpoint
				return b.smallUpload(ctx, firn, url, files)
			}),
			program(s5cmdName, func(ctx context.Context) *exec.Cmd {
				return b.peer(ctx, b.tool("s5cmd"), "--endpoint-url", endpoint, "--numworkers", at, "cp", dir+"/*", "s3://bench/s5cmd/")
			}),
			program(awsRecursive, func(ctx context.Context) *exec.Cmd {
				config := filepath.Join(b.work, "small.conf")
				cmd := b.aws(ctx, endpoint, "s3", "cp", "--recursive", "--only-show-errors", dir, "s3://bench/aws/")
				cmd.Env = append(cmd.Env, "AWS_CONFIG_FILE="+config)
				cmd.Err = errors.Join(cmd.Err, os.WriteFile(config, fmt.Appendf(nil, awsSettings, smallAtOnce, partSize, partSize), 0o600))
				return cmd
			}),
		},
	}
}

func (b *bench) smallIntoVault(endpoint, dir string, files []string) *group {
	return &group{
		title: "into a vault of firn serve", base: firnName, prepare: warmAll(files),
		contenders: []*contender{
			program(firnName, func(ctx context.Context) *exec.Cmd {
				return b.smallUpload(ctx, b.home(), lab.VaultURL(endpoint, vault), files)
			}),
			program(boto3FilesName, func(ctx context.Context) *exec.Cmd {
				return b.script(ctx, "boto3_files.py", endpoint, vault, dir, strconv.Itoa(smallAtOnce))
			}),
			program(boto3EachName, func(ctx context.Context) *exec.Cmd {
				return b.script(ctx, "boto3_files.py", endpoint, vault, dir, "1")
			}).in(1),
		},
	}
}

// smallUpload prepares an upload of many files by firn.
func (b *bench) smallUpload(ctx context.Context, firn lab.Firn, url string, files []string) *exec.Cmd {
	args := append([]string{"upload", url}, files...)
	return firn.Command(ctx, append(args, "--concurrency", strconv.Itoa(smallAtOnce), "--quiet")...)
}
