// Command floor does the same work as other programs in the simplest way, without state and
// without retries. The benchmark compares firn's CPU seconds with it. It is no lower bound:
// firn may hash faster.
//
//	floor upload HASHES URL FILE PARTSIZE WORKERS
//
// reads a file, computes the linear SHA-256 and the tree hash of each part, and sends the
// part with net/http, unsigned. HASHES is standard, for the two hashes of the standard
// library one after the other, or dual, for both at once by firn's treehash package. URL is
// the URL of an upload.
//
//	floor download URL FILE SIZE RANGESIZE WORKERS
//
// downloads the ranges of a job's output with net/http, hashes each leaf by leaf, compares
// the result with the hash of the range, and writes it into FILE. URL is the URL of the
// output. The requests are signed with the key pair of the environment, since firn serve
// requires that.
//
//	floor tree FILE WORKERS
//
// prints the tree hash of a file. Each worker hashes some of the leaves.
//
//	floor keep FILE COPY
//	floor read FILE
//
// copies a file and flushes the copy to the disk, or reads a file to its end.
package main

import (
	"context"
	"errors"
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
	if len(args) == 0 {
		return errors.New("what to do: upload, download, tree, keep or read")
	}
	switch verb, args := args[0], args[1:]; {
	case verb == "upload" && len(args) == 5 && hashes[args[0]] != nil:
		n, err := numbers(args[3:])
		if err != nil {
			return err
		}
		return upload(ctx, hashes[args[0]], args[1], args[2], n[0], int(n[1]))
	case verb == "download" && len(args) == 5:
		n, err := numbers(args[2:])
		if err != nil {
			return err
		}
		return download(ctx, args[0], args[1], n[0], n[1], int(n[2]))
	case verb == "tree" && len(args) == 2:
		n, err := numbers(args[1:])
		if err != nil {
			return err
		}
		return tree(ctx, args[0], int(n[0]))
	case verb == "keep" && len(args) == 2:
		return keep(args[0], args[1])
	case verb == "read" && len(args) == 1:
		return read(args[0])
	}
	return fmt.Errorf("see the head of bench/floor/main.go for what to say, got %q", args)
}

// numbers parses sizes in bytes and counts, which must be positive.
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
