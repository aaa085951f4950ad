// Command bench measures firn and compares the ratios with our targets: uploads and
// downloads beside plain programs that do no more, and beside the tools that people use
// today; finding archives beside a plain query; and a server. It prints one report, and can
// write it into a document. scripts/bench.sh builds the programs and starts it.
//
// CPU is user and system time of the client's process. Wall times are comparable only
// within a run. Nothing else should run on the machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"firn/internal/bench/internal/lab"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	b := &bench{}
	size := flag.Int64("mib", 2048, "size of the file that is uploaded, in MiB")
	large := flag.Int64("large-mib", 16384, "size of the sparse file that shows how memory depends on size, in MiB")
	flag.IntVar(&b.rounds, "rounds", 5, "rounds of which the median is taken")
	flag.StringVar(&b.bin, "bin", "bin", "directory of firn, sink, floor and bare")
	flag.StringVar(&b.python, "python", "/usr/bin/python3", "interpreter that has boto and boto3")
	flag.StringVar(&b.target, "target", "", "directory that downloads go to, best in memory (default: that of temporary files)")
	flag.Int64Var(&b.archives, "archives", 10_000_000, "archives in the catalog in which some are found")
	flag.Int64Var(&b.small, "small", 1_000_000, "small archives in the vault that a server lists")
	flag.IntVar(&b.files, "files", 2000, "small files that are uploaded")
	flag.IntVar(&b.tiny, "tiny", 1_000_000, "tiny files that are backed up twice")
	only := flag.String("only", "", "run only these `PARTS`, with commas between: "+strings.Join(b.names(), ", "))
	document := flag.String("doc", "", "write the figures into this `FILE` at the end, between its marks (default: nowhere)")
	flag.Parse()
	b.size, b.large = *size<<20, *large<<20
	if b.rounds < 1 || b.size < 1<<20 || b.large < 1<<20 || b.archives < 1 || b.small < 1 || b.files < 1 || b.tiny < 1 {
		return errors.New("rounds, sizes, archives and files start at 1")
	}
	if *only != "" && *document != "" {
		return errors.New("a part of the benchmark cannot replace the figures of a whole run: say -only or -doc, not both")
	}
	chosen, err := b.choose(*only)
	if err != nil {
		return err
	}

	dir, err := os.MkdirTemp("", "firn-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b.file = filepath.Join(dir, "file")
	if err := lab.RandomFile(b.file, b.size, 1); err != nil {
		return err
	}
	r := &report{machine: b.machineTable(ctx)}
	broken := b.run(ctx, dir, chosen, r)
	// Print the results from before a failure, too.
	if err := errors.Join(broken, r.print(os.Stdout, text)); err != nil {
		return err
	}
	if *document != "" {
		if err := r.writeDocument(*document); err != nil {
			return err
		}
	}
	if n := r.missed(); n > 0 {
		return fmt.Errorf("%d targets missed", n)
	}
	return nil
}
