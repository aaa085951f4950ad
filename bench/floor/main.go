// Command floor does what every uploader must, and nothing else: it reads a file,
// computes the linear SHA-256 and the tree hash of each part with the standard
// library, and sends the part with net/http. No signature, no state, no retry. It
// is what firn's CPU seconds are compared with.
//
// Usage: floor URL FILE PARTSIZE WORKERS, where URL is that of an upload.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 4 {
		return fmt.Errorf("want URL FILE PARTSIZE WORKERS, got %q", args)
	}
	partSize, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil || partSize <= 0 {
		return fmt.Errorf("not a part size: %q", args[2])
	}
	workers, err := strconv.Atoi(args[3])
	if err != nil || workers <= 0 {
		return fmt.Errorf("not a number of workers: %q", args[3])
	}
	return upload(context.Background(), args[0], args[1], partSize, workers)
}
