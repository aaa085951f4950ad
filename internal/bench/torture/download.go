package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"firn/catalog"
	"firn/internal/bench/internal/lab"
	"firn/vault"
)

// segment is the size in bytes of the segments that firn downloads.
const segment = 16 << 20

// archive is an archive in the output of firn list.
type archive struct {
	Vault string          `json:"vault"`
	ID    vault.ArchiveID `json:"archive_id"`
	Size  int64           `json:"size"`
}

// pass is one run of a download.
type pass struct {
	started  time.Time
	verified map[vault.Range]bool // the verified ranges in the catalog when it started
}

// download runs the same command until it succeeds, and kills all runs but the last. Then
// it checks that no verified range was downloaded again.
func (t *torture) download(ctx context.Context, file, url, log string) error {
	said, err := lab.Output(t.firn.Command(ctx, "list", url, "--json"))
	if err != nil {
		return err
	}
	var a archive
	if err := json.Unmarshal([]byte(said), &a); err != nil {
		return err
	}
	target := filepath.Join(t.work, "restored")
	command := func() *exec.Cmd {
		return t.firn.Command(ctx, "download", url, "-o", target, "--concurrency", "4", "--", string(a.ID))
	}
	var runs []pass
	for _, ranges := range t.moments(t.segments()) {
		r, err := t.begin(ctx, a, target)
		if err != nil {
			return err
		}
		runs = append(runs, r)
		err = t.kill(ctx, command(), ranges, func() (int, error) {
			list, err := readServed(log)
			return len(list), err
		}, func() error { return nil })
		if err != nil {
			return err
		}
	}
	last, err := t.begin(ctx, a, target)
	if err != nil {
		return err
	}
	if err := lab.Run(command()); err != nil {
		return err
	}
	if err := auditDownload(log, append(runs, last)); err != nil {
		return err
	}
	return t.compare(ctx, file, target)
}

// segments returns the number of segments of the archive.
func (t *torture) segments() int { return int((t.size-1)/segment + 1) }

// begin returns a pass with the time and the ranges verified so far.
func (t *torture) begin(ctx context.Context, a archive, target string) (r pass, err error) {
	r.verified = make(map[vault.Range]bool)
	c, err := catalog.Open(ctx, filepath.Join(t.work, "catalog.db"), catalog.Options{})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	d, err := c.FindDownload(ctx, a.Vault, a.ID, target)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		return r, err
	}
	for s, err := range c.Segments(ctx, d.Key) {
		if err != nil {
			return r, err
		}
		r.verified[s.Range] = true
	}
	r.started = time.Now()
	return r, nil
}

// auditDownload compares the ranges of each run with those verified before it.
func auditDownload(log string, runs []pass) error {
	list, err := readServed(log)
	if err != nil {
		return err
	}
	distinct := make(map[vault.Range]bool)
	for _, s := range list {
		distinct[s.Range] = true
		for i, r := range runs {
			ours := !s.arrived.Before(r.started) && (i == len(runs)-1 || s.arrived.Before(runs[i+1].started))
			if ours && r.verified[s.Range] {
				return fmt.Errorf("run %d fetched bytes %d to %d again although they were verified", i+1, s.Offset, s.End()-1)
			}
		}
	}
	fmt.Printf("%d runs fetched %d ranges, %d of them different: no verified range was fetched twice\n", len(runs), len(list), len(distinct))
	for i, r := range runs {
		fmt.Printf("  before run %d: %d ranges verified\n", i+1, len(r.verified))
	}
	return nil
}

// compare checks that two files have the same bytes.
func (t *torture) compare(ctx context.Context, file, target string) error {
	want, _, err := sum(ctx, file)
	if err != nil {
		return err
	}
	got, _, err := sum(ctx, target)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the downloaded file %q differs from the file", target)
	}
	if _, err := os.Stat(target + ".part"); err == nil {
		return fmt.Errorf("%q is left over", target+".part")
	}
	fmt.Println("the downloaded file equals the file")
	return nil
}
