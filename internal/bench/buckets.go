package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"

	"firn/internal/bench/internal/lab"
)

// The contenders for a bucket.
const (
	s5cmdName   = "s5cmd"
	checkedName = "s5cmd, then sha256sum"
	rcloneName  = "rclone"
	noMD5Name   = "rclone --s3-disable-checksum"
	awsCopyName = "aws s3 cp"
)

// bucket is a bucket for which the contenders copy files.
type bucket struct {
	endpoint string // of the server
	kind     string // description of the server
	file     string // the file that is copied
	size     int64  // bytes of the file
}

// buckets compares firn with tools for S3: they copy a large file into a bucket and back.
// The server is the same for all; it keeps no bytes and returns the bytes of the file. firn
// verifies the bytes in both directions; rclone does so by MD5. s5cmd and aws do not verify
// downloads, so s5cmd is also measured together with a program that does.
func (b *bench) buckets(ctx context.Context) ([]*group, error) {
	sink, err := b.sink(ctx, "-file", b.file)
	if err != nil {
		return nil, err
	}
	to := bucket{sink.Endpoint, "a server that discards", b.file, b.size}
	in := b.intoBucket(to)
	in.judge = judgeBucket
	out, err := b.outOfBucket(ctx, to)
	return []*group{in, out}, err
}

func judgeBucket(g *group, r *report) {
	r.atMost(4, "into a bucket: CPU / s5cmd", g.cpu(firnName, s5cmdName), 0.5)
	r.atLeast(4, "into a bucket: times faster than s5cmd", g.wall(s5cmdName, firnName), 1.7)
}

func (b *bench) intoBucket(to bucket) *group {
	return &group{
		title:   fmt.Sprintf("%d MiB into a bucket in parts of 16 MiB, 4 at once; %s", to.size>>20, to.kind),
		size:    to.size,
		base:    firnName,
		prepare: func() error { return warm(to.file) },
		contenders: []*contender{
			program(firnName, func(ctx context.Context) *exec.Cmd { return b.store(ctx, b.home(), to) }),
			program(s5cmdName, func(ctx context.Context) *exec.Cmd { return b.s5cmd(ctx, to.endpoint, to.file, "s3://bench/s5cmd") }),
			program(rcloneName, func(ctx context.Context) *exec.Cmd { return b.rclone(ctx, to.endpoint, to.file, ":s3:bench/rclone") }),
			program(noMD5Name, func(ctx context.Context) *exec.Cmd {
				return b.rclone(ctx, to.endpoint, to.file, ":s3:bench/plain", "--s3-disable-checksum")
			}),
			program(awsCopyName, func(ctx context.Context) *exec.Cmd {
				return b.aws(ctx, to.endpoint, "s3", "cp", "--only-show-errors", to.file, "s3://bench/aws")
			}),
		},
	}
}

// outOfBucket copies back the file that intoBucket has copied. The other tools always write
// a new file, so firn does not overwrite one either.
func (b *bench) outOfBucket(ctx context.Context, from bucket) (*group, error) {
	hash, err := treeHash(ctx, from.file)
	if err != nil {
		return nil, err
	}
	t, err := b.newTarget(from.size, hash)
	if err != nil {
		return nil, err
	}
	firn := b.home()
	if err := lab.Run(b.store(ctx, firn, from)); err != nil {
		return nil, err
	}
	s5cmd := func(ctx context.Context) *exec.Cmd { return b.s5cmd(ctx, from.endpoint, "s3://bench/s5cmd", t.part()) }
	return &group{
		title:   fmt.Sprintf("%d MiB out of a bucket into a new file, 4 at once; %s", from.size>>20, from.kind),
		size:    from.size,
		base:    firnName,
		prepare: func() error { return errors.Join(warm(from.file), t.absent()) },
		contenders: []*contender{
			t.program(firnName, func(ctx context.Context) *exec.Cmd {
				return firn.Command(ctx, "download", bucketURL(from.endpoint), filepath.Base(firn.Home), "-o", t.path, "--force",
					"--concurrency", strconv.Itoa(workers))
			}),
			t.program(s5cmdName, s5cmd),
			t.program(checkedName, func(ctx context.Context) *exec.Cmd {
				copied := s5cmd(ctx)
				return b.peer(ctx, "/bin/sh", append([]string{"-c", `"$@" && sha256sum "$0"`, t.part()}, copied.Args...)...)
			}),
			t.program(rcloneName, func(ctx context.Context) *exec.Cmd { return b.rclone(ctx, from.endpoint, ":s3:bench/rclone", t.part()) }),
			t.program(awsCopyName, func(ctx context.Context) *exec.Cmd {
				return b.aws(ctx, from.endpoint, "s3", "cp", "--only-show-errors", "s3://bench/aws", t.part())
			}),
		},
	}, nil
}

// store prepares an upload by firn under an unused name.
func (b *bench) store(ctx context.Context, firn lab.Firn, to bucket) *exec.Cmd {
	return firn.Command(ctx, "upload", bucketURL(to.endpoint), to.file, "--name", filepath.Base(firn.Home),
		"--part-size", "16MiB", "--concurrency", strconv.Itoa(workers))
}

// bucketURL returns a URL with a class whose objects can be read at once.
func bucketURL(endpoint string) string {
	return "s3://bench/?class=GLACIER_IR&region=us-east-1&endpoint=" + endpoint
}
