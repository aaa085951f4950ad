package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"firn/internal/bench/internal/lab"
)

// awsSettings makes the AWS command line use the common part size and concurrency.
const awsSettings = "[default]\ns3 =\n  max_concurrent_requests = %d\n  multipart_threshold = %d\n  multipart_chunksize = %d\n"

// peer prepares another program, with the key pair and without any local configuration.
func (b *bench) peer(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(lab.Credentials(), "PATH="+os.Getenv("PATH"), "HOME="+b.work, "TMPDIR="+b.work,
		"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_CONFIG_FILE="+b.awsConfig(), "AWS_PAGER=")
	return cmd
}

func (b *bench) awsConfig() string { return filepath.Join(b.work, "aws.conf") }

func (b *bench) writeAWSConfig() error {
	return os.WriteFile(b.awsConfig(), fmt.Appendf(nil, awsSettings, workers, partSize, partSize), 0o600)
}

func (b *bench) script(ctx context.Context, name string, args ...string) *exec.Cmd {
	return b.peer(ctx, b.python, append([]string{filepath.Join("internal", "bench", "clients", name)}, args...)...)
}

// aws prepares Debian's AWS command line.
func (b *bench) aws(ctx context.Context, endpoint string, args ...string) *exec.Cmd {
	return b.peer(ctx, "/usr/bin/aws", append([]string{"--endpoint-url", endpoint}, args...)...)
}

// awsLoop prepares an upload with one command for each part.
func (b *bench) awsLoop(ctx context.Context, endpoint, tree string) *exec.Cmd {
	return b.peer(ctx, filepath.Join("internal", "bench", "clients", "aws_parts.sh"), endpoint, vault, b.file, strconv.Itoa(partSize), tree)
}

// boto2 prepares boto 2.49's concurrent uploader.
func (b *bench) boto2(ctx context.Context, endpoint string) *exec.Cmd {
	host, port, _ := strings.Cut(strings.TrimPrefix(endpoint, "http://"), ":")
	return b.script(ctx, "boto2.py", host, port, vault, b.file, strconv.Itoa(partSize), strconv.Itoa(workers))
}

// boto3 prepares a pool of threads over boto3.
func (b *bench) boto3(ctx context.Context, endpoint string) *exec.Cmd {
	return b.script(ctx, "boto3_pool.py", endpoint, vault, b.file, strconv.Itoa(partSize), strconv.Itoa(workers))
}

func (b *bench) s5cmd(ctx context.Context, endpoint, from, to string) *exec.Cmd {
	return b.peer(ctx, b.tool("s5cmd"), "--endpoint-url", endpoint,
		"cp", "--concurrency", strconv.Itoa(workers), "--part-size", strconv.Itoa(partSize>>20), from, to)
}

// rclone prepares rclone with all settings as flags.
func (b *bench) rclone(ctx context.Context, endpoint, from, to string, more ...string) *exec.Cmd {
	streams := strconv.Itoa(workers)
	return b.peer(ctx, "/usr/bin/rclone", append([]string{
		"--config", os.DevNull, "--s3-provider", "Other", "--s3-env-auth",
		"--s3-endpoint", endpoint, "--s3-region", "us-east-1", "--s3-no-check-bucket", "--s3-chunk-size", fmt.Sprintf("%dM", partSize>>20),
		"--s3-upload-cutoff", fmt.Sprintf("%dM", partSize>>20), "--s3-upload-concurrency", streams, "--ignore-times", "--multi-thread-streams", streams, "copyto", from, to,
	}, more...)...)
}
