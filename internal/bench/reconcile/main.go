// Command reconcile imports an inventory of millions of archives with firn, kills it with
// SIGKILL in the middle, and runs the same command again. It shows that every archive is on
// record exactly once, and how much memory that took. scripts/torture.sh builds the
// programs and starts it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"firn/internal/bench/internal/lab"
	"firn/internal/humane"
)

// vaultName is the vault of the inventory.
const vaultName = "torture"

// peakLimit is the largest peak of resident memory in bytes of reading an inventory,
// whatever its length.
const peakLimit = 100 << 20

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	entries := flag.Int64("entries", 10_000_000, "archives in the inventory")
	bin := flag.String("bin", "bin", "directory of firn")
	flag.Parse()
	err := run(ctx, os.Stdout, filepath.Join(*bin, "firn"), *entries)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "reconcile:", err)
		os.Exit(1)
	}
}

// ordeal is one run of the command.
type ordeal struct {
	firn    lab.Firn
	out     io.Writer
	file    string // the inventory
	entries int64
}

func run(ctx context.Context, out io.Writer, binary string, entries int64) (err error) {
	work, err := os.MkdirTemp("", "firn-inventory-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	o := &ordeal{
		firn: lab.Firn{Binary: binary, Home: work}, out: out,
		file: filepath.Join(work, "inventory.json"), entries: entries,
	}
	begin := time.Now()
	size, err := lab.Inventory(o.file, vaultName, entries)
	if err != nil {
		return err
	}
	o.say("an inventory of %d archives, %s, written in %s", entries, humane.Bytes(size), humane.Duration(time.Since(begin)))
	if err := o.killed(ctx); err != nil {
		return err
	}
	if err := o.finished(ctx); err != nil {
		return err
	}
	return o.listed(ctx)
}

func (o *ordeal) say(format string, args ...any) { _, _ = fmt.Fprintf(o.out, format+"\n", args...) }

// checkPeak prints the peak memory of a process, and fails if it is too large.
func (o *ordeal) checkPeak(state *os.ProcessState, what string, took time.Duration) error {
	peak := lab.PeakMemory(state)
	o.say("%s: %s, peak memory %s, at most %s", what, humane.Duration(took), humane.Bytes(peak), humane.Bytes(peakLimit))
	if peak > peakLimit {
		return fmt.Errorf("%s took %s of memory", what, humane.Bytes(peak))
	}
	return nil
}
