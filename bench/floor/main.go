// Command floor does what every uploader or downloader must, and nothing else: no
// state, no retry, and the standard library's hashes. It is what firn's CPU seconds
// are compared with.
//
//	floor upload URL FILE PARTSIZE WORKERS
//
// reads a file, computes the linear SHA-256 and the tree hash of each part, and
// sends the part with net/http, unsigned. URL is that of an upload.
//
//	floor download URL FILE SIZE RANGESIZE WORKERS
//
// fetches the ranges of the output of a job with net/http, hashes each leaf by
// leaf, compares that with the hash that came with the range, and writes it into
// FILE. URL is that of the output; the requests are signed with the key pair of
// the environment, since no server of ours answers others.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 5 && args[0] == "upload":
		n, err := numbers(args[3:])
		if err != nil {
			return err
		}
		return upload(ctx, args[1], args[2], n[0], int(n[1]))
	case len(args) == 6 && args[0] == "download":
		n, err := numbers(args[3:])
		if err != nil {
			return err
		}
		return download(ctx, args[1], args[2], n[0], n[1], int(n[2]))
	}
	return fmt.Errorf("want upload URL FILE PARTSIZE WORKERS or download URL FILE SIZE RANGESIZE WORKERS, got %q", args)
}

// numbers reads sizes in bytes and counts, all of them positive.
func numbers(args []string) ([]int64, error) {
	all := make([]int64, 0, len(args))
	for _, arg := range args {
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || n <= 0 {
			return nil, fmt.Errorf("not a size or a number of workers: %q", arg)
		}
		all = append(all, n)
	}
	return all, nil
}
