package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// bytesPerEntry is the approximate size of an archive in the catalog.
const bytesPerEntry = 300

// killed starts the import and kills it when the catalog has about a third of the archives.
func (o *ordeal) killed(ctx context.Context) error {
	cmd := o.firn.Import(ctx, vaultName, o.file)
	said := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = said, said
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it ends by our signal, or follow reports that it did not
		close(ended)
	}()
	err := o.follow(ctx, ended)
	err = errors.Join(err, cmd.Process.Kill())
	<-ended
	if err != nil {
		return fmt.Errorf("killing the import: %w: it said %s", err, said)
	}
	return o.checkPeak(cmd.ProcessState, "killed", time.Since(begin))
}

// follow waits until the catalog has a third of its final size.
func (o *ordeal) follow(ctx context.Context, ended <-chan struct{}) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		size, err := o.catalogSize()
		if err != nil || size > o.entries*bytesPerEntry/3 {
			return err
		}
		select {
		case <-ticker.C:
		case <-ended:
			return errors.New("it ended before")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// catalogSize returns the size of the catalog and its log in bytes.
func (o *ordeal) catalogSize() (size int64, err error) {
	for _, name := range []string{"catalog.db", "catalog.db-wal"} {
		info, err := os.Stat(filepath.Join(o.firn.Home, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return 0, err
		default:
			size += info.Size()
		}
	}
	return size, nil
}

// finished runs the same command to its end. Every archive must be on record, and those
// that the killed run had saved must not be read again.
func (o *ordeal) finished(ctx context.Context) error {
	cmd := o.firn.Import(ctx, vaultName, o.file)
	said := &strings.Builder{}
	cmd.Stderr = os.Stderr
	cmd.Stdout = said
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the import: %w", err)
	}
	took := time.Since(begin)
	var report struct {
		Entries, Added, Bad int64
		Resumed             int64 `json:"resumed_entries"`
	}
	if err := json.Unmarshal([]byte(said.String()), &report); err != nil {
		return err
	}
	o.say("%d entries were filed before the kill, %d after it", report.Resumed, report.Entries-report.Resumed)
	if report.Entries != o.entries || report.Added != o.entries || report.Bad != 0 || report.Resumed == 0 {
		return fmt.Errorf("%d archives were listed, and firn reports %+v", o.entries, report)
	}
	size, err := o.catalogSize()
	if err != nil {
		return err
	}
	o.say("the catalog has %d MiB", size>>20)
	return o.checkPeak(cmd.ProcessState, "run again", took)
}

// listed counts the archives in the output of firn list.
func (o *ordeal) listed(ctx context.Context) error {
	cmd := o.firn.Command(ctx, "list", "--json")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	lines, listed := bufio.NewScanner(pipe), int64(0)
	for lines.Scan() {
		listed++
	}
	if err := errors.Join(lines.Err(), cmd.Wait()); err != nil {
		return fmt.Errorf("firn list: %w", err)
	}
	if listed != o.entries {
		return fmt.Errorf("firn lists %d archives of %d", listed, o.entries)
	}
	return o.checkPeak(cmd.ProcessState, "firn list", time.Since(begin))
}
