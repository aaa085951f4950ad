package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"

	"firn/internal/bench/internal/lab"
)

// The contenders of the upload to a vault.
const (
	firnName     = "firn"
	portableName = "firn, built without kernels"
	secureName   = "firn, over TLS"
	dualName     = "floor: dual-state hashes, read, send"
	standardName = "floor: standard hashes, read, send"
	boto3Name    = "boto3, pool of threads"
	boto2Name    = "boto 2.49, concurrent uploader"
	awsName      = "aws glacier upload-archive, 1 request"
	awsLoopName  = "aws glacier, a command for each part"
)

// tlsAllowance is the allowed additional cost of TLS for an upload: CPU seconds per GB.
const tlsAllowance = 0.35

// uploads compares firn with programs that only hash, read and send, and with the tools
// that people use today.
func (b *bench) uploads(ctx context.Context) ([]*group, error) {
	sink, err := b.sink(ctx)
	if err != nil {
		return nil, err
	}
	trusted := filepath.Join(b.work, "certificate.pem")
	secure, err := b.sink(ctx, "-tls", trusted)
	if err != nil {
		return nil, err
	}
	tree, err := treeHash(ctx, b.file)
	if err != nil {
		return nil, err
	}
	to, some := sink.Endpoint, (b.rounds+1)/2 // rounds for slow contenders
	return []*group{{
		title:   fmt.Sprintf("upload of %d MiB in parts of 16 MiB, 4 at once, to a server that discards", b.size>>20),
		size:    b.size,
		base:    firnName,
		prepare: b.warm,
		contenders: []*contender{
			program(firnName, func(ctx context.Context) *exec.Cmd { return b.upload(ctx, b.home(), to, b.file) }),
			program(dualName, func(ctx context.Context) *exec.Cmd { return b.floorUpload(ctx, "dual", to) }),
			program(portableName, func(ctx context.Context) *exec.Cmd {
				firn := b.home()
				firn.Binary = b.tool("firn-nokernels")
				return b.upload(ctx, firn, to, b.file)
			}).in(some),
			program(standardName, func(ctx context.Context) *exec.Cmd { return b.floorUpload(ctx, "standard", to) }).in(some),
			program(secureName, func(ctx context.Context) *exec.Cmd {
				cmd := b.upload(ctx, b.home(), secure.Endpoint, b.file)
				cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+trusted)
				return cmd
			}),
			program(boto3Name, func(ctx context.Context) *exec.Cmd { return b.boto3(ctx, to) }),
			program(awsName, func(ctx context.Context) *exec.Cmd {
				return b.aws(ctx, to, "glacier", "upload-archive", "--account-id", "-", "--vault-name", vault, "--body", b.file)
			}),
			program(boto2Name, func(ctx context.Context) *exec.Cmd { return b.boto2(ctx, to) }).in(some),
			program(awsLoopName, func(ctx context.Context) *exec.Cmd { return b.awsLoop(ctx, to, tree.String()) }).in(1),
		},
		judge: judgeUploads,
	}}, nil
}

// judgeUploads leaves out mt-aws-glacier, which P3 also names: Debian does not have it.
func judgeUploads(g *group, r *report) {
	r.atMost(1, "upload: CPU / floor with dual-state hashes", g.cpu(firnName, dualName), 1.15)
	r.atMost(2, "upload without kernels: CPU / floor with standard hashes", g.cpu(portableName, standardName), 1.15)
	r.atMost(3, "upload: CPU / boto 2.49", g.cpu(firnName, boto2Name), 0.12)
	r.atLeast(3, "upload: times faster than boto 2.49", g.wall(boto2Name, firnName), 8)
	r.atLeast(3, "upload: times faster than an aws command for each part", g.wall(awsLoopName, firnName), 30)
	r.atMost(4, "upload: CPU / boto3", g.cpu(firnName, boto3Name), 0.6)
	r.atLeast(4, "upload: times faster than boto3", g.wall(boto3Name, firnName), 1.7)
	r.atMost(13, "upload over TLS: CPU s/GB, P1's bound + 0.35", perGB(g.of(secureName), g.size), 1.15*perGB(g.of(dualName), g.size)+tlsAllowance)
}

// upload prepares an upload by firn; options are appended to the options of the benchmark.
// The retry time is short, so that it ends soon if the server died.
func (b *bench) upload(ctx context.Context, firn lab.Firn, endpoint, file string, options ...string) *exec.Cmd {
	args := []string{
		"upload", lab.VaultURL(endpoint, vault), file, "--part-size", "16MiB",
		"--concurrency", strconv.Itoa(workers), "--retry-for", "1m",
	}
	return firn.Command(ctx, append(args, options...)...)
}

// floorUpload prepares an upload that only hashes, reads and sends.
func (b *bench) floorUpload(ctx context.Context, hashes, endpoint string) *exec.Cmd {
	return exec.CommandContext(ctx, b.tool("floor"), "upload", hashes,
		endpoint+"/-/vaults/"+vault+"/multipart-uploads/floor", b.file, strconv.Itoa(partSize), strconv.Itoa(workers))
}
