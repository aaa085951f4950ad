package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"firn/bench/internal/lab"
	"firn/treehash"
)

// The contenders for a bucket.
const (
	firnName    = "firn"
	s5cmdName   = "s5cmd"
	rcloneName  = "rclone"
	checkedName = "s5cmd, then sha256sum"
)

// s3Bucket is what is compared with tools for S3: one large file into a bucket and
// back, from the same server, which keeps no bytes and gives out those of the file.
// firn proves what it sends and what comes; rclone does by MD5; s5cmd does not look
// at what comes, so it is also measured with somebody who does.
func (b *bench) s3Bucket(ctx context.Context, r *report) (err error) {
	sink, err := b.sink(ctx, "-file", b.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sink.Stop()) }()
	if err := b.intoBucket(ctx, r, sink.Endpoint); err != nil {
		return err
	}
	return b.outOfBucket(ctx, r, sink.Endpoint)
}

func (b *bench) intoBucket(ctx context.Context, r *report, endpoint string) error {
	contenders := []contender{
		{firnName, func(ctx context.Context) (usage, error) {
			firn, err := b.home()
			if err != nil {
				return usage{}, err
			}
			return measure(firn.Command(ctx, "upload", bucketURL(endpoint), b.file, "--again", "--name", filepath.Base(firn.Home),
				"--part-size", fmt.Sprintf("%dMiB", partSize>>20), "--concurrency", strconv.Itoa(workers)))
		}},
		{s5cmdName, func(ctx context.Context) (usage, error) {
			return measure(b.s5cmd(ctx, endpoint, b.file, "s3://bench/s5cmd"))
		}},
		{rcloneName, func(ctx context.Context) (usage, error) {
			return measure(b.rclone(ctx, endpoint, b.file, ":s3:bench/rclone"))
		}},
	}
	medians, err := interleave(ctx, b.rounds, b.warm, contenders)
	if err != nil {
		return err
	}
	r.section(fmt.Sprintf("%d MiB into a bucket in parts of 16 MiB, 4 in flight, medians of %d rounds", b.size>>20, b.rounds))
	r.usages(b.size, contenders, medians)
	r.section("targets")
	firn, s5cmd, rclone := medians[firnName], medians[s5cmdName], medians[rcloneName]
	r.atMost("P4 CPU / s5cmd", ratio(firn.cpu, s5cmd.cpu), 0.5)
	r.atLeast("P4 times faster than s5cmd", ratio(s5cmd.wall, firn.wall), 1.7)
	r.atMost("CPU / rclone", ratio(firn.cpu, rclone.cpu), 1)
	r.atLeast("times faster than rclone", ratio(rclone.wall, firn.wall), 1)
	return nil
}

func (b *bench) outOfBucket(ctx context.Context, r *report, endpoint string) (err error) {
	hash, err := b.treeHash(ctx)
	if err != nil {
		return err
	}
	t, err := newTarget(b.target, b.size, hash)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.remove()) }()
	firn, err := b.home()
	if err != nil {
		return err
	}
	if err := lab.Run(firn.Command(ctx, "upload", bucketURL(endpoint), b.file, "--name", "back")); err != nil {
		return err
	}
	contenders := []contender{
		{firnName, func(ctx context.Context) (usage, error) {
			return t.into(ctx, firn.Command(ctx, "download", bucketURL(endpoint), "back", "-o", t.path, "--force", "--concurrency", strconv.Itoa(workers)))
		}},
		{s5cmdName, func(ctx context.Context) (usage, error) {
			return t.into(ctx, b.s5cmd(ctx, endpoint, "s3://bench/s5cmd", t.part()))
		}},
		{checkedName, func(ctx context.Context) (usage, error) {
			copied, err := t.into(ctx, b.s5cmd(ctx, endpoint, "s3://bench/s5cmd", t.part()))
			if err != nil {
				return usage{}, err
			}
			looked, err := measure(exec.CommandContext(ctx, "sha256sum", t.part()))
			return usage{copied.cpu + looked.cpu, copied.wall + looked.wall, max(copied.peak, looked.peak)}, err
		}},
		{rcloneName, func(ctx context.Context) (usage, error) {
			return t.into(ctx, b.rclone(ctx, endpoint, ":s3:bench/rclone", t.part()))
		}},
	}
	prepare := func() error { return errors.Join(b.warm(), t.blank()) }
	medians, err := interleave(ctx, b.rounds, prepare, contenders)
	if err != nil {
		return err
	}
	r.section(fmt.Sprintf("%d MiB out of a bucket, 4 in flight, medians of %d rounds", b.size>>20, b.rounds))
	r.usages(b.size, contenders, medians)
	r.section("targets")
	got := medians[firnName]
	r.note("CPU / s5cmd, which proves nothing", ratio(got.cpu, medians[s5cmdName].cpu))
	r.note("times faster than s5cmd, which proves nothing", ratio(medians[s5cmdName].wall, got.wall))
	r.atMost("CPU / s5cmd, then sha256sum", ratio(got.cpu, medians[checkedName].cpu), 1)
	r.atLeast("times faster than s5cmd, then sha256sum", ratio(medians[checkedName].wall, got.wall), 1)
	r.atMost("CPU / rclone", ratio(got.cpu, medians[rcloneName].cpu), 1)
	r.atLeast("times faster than rclone", ratio(medians[rcloneName].wall, got.wall), 1)
	return nil
}

// treeHash is that of the file.
func (b *bench) treeHash(ctx context.Context) (treehash.Hash, error) {
	file, err := os.Open(b.file)
	if err != nil {
		return treehash.Hash{}, err
	}
	defer file.Close()
	return treehash.TreeAt(ctx, file, b.size, 1)
}

// bucketURL is that of a class whose objects can be read at once.
func bucketURL(endpoint string) string {
	return "s3://bench/?class=GLACIER_IR&region=us-east-1&endpoint=" + endpoint
}

func (b *bench) s5cmd(ctx context.Context, endpoint, from, to string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(b.bin, "s5cmd"), "--endpoint-url", endpoint,
		"cp", "--concurrency", strconv.Itoa(workers), "--part-size", strconv.Itoa(partSize>>20), from, to)
	cmd.Env = append(lab.Credentials(), "AWS_REGION=us-east-1", "HOME="+b.work)
	return cmd
}

// rclone gets its settings by flags alone.
func (b *bench) rclone(ctx context.Context, endpoint, from, to string) *exec.Cmd {
	streams := strconv.Itoa(workers)
	cmd := exec.CommandContext(ctx, "rclone", "--config", os.DevNull, "--s3-provider", "Other", "--s3-env-auth", "--s3-endpoint", endpoint,
		"--s3-region", "us-east-1", "--s3-no-check-bucket", "--s3-chunk-size", fmt.Sprintf("%dM", partSize>>20),
		"--s3-upload-concurrency", streams, "--ignore-times", "--multi-thread-streams", streams, "copyto", from, to)
	cmd.Env = append(lab.Credentials(), "PATH="+os.Getenv("PATH"), "HOME="+b.work)
	return cmd
}
