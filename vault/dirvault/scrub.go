package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/time/rate"

	"firn/vault"
	"firn/vault/dirvault/internal/layout"
	"firn/vault/dirvault/internal/scrub"
)

// ScrubOptions say how a scrub is done.
type ScrubOptions = scrub.Options

// ScrubReport is the result of a scrub.
type ScrubReport = scrub.Report

// ScrubCounters count what scrubs do.
type ScrubCounters = scrub.Counters

// ScrubCounts are ScrubCounters at a moment.
type ScrubCounts = scrub.Counts

// Damage is one thing that a scrub found to be damaged.
type Damage = scrub.Damage

// ScrubLimiter returns a limiter for ScrubOptions of one or more scrubs, or nil, for no limit,
// if bytesPerSecond is 0.
func ScrubLimiter(bytesPerSecond int64) *rate.Limiter { return scrub.NewLimiter(bytesPerSecond) }

// Scrub scrubs the vault in dir, which it opens for as long as that takes, or, if
// dir is none, each vault that is in it, in the order of their names. A vault that
// cannot be scrubbed is in the error, and the others are scrubbed.
// ErrNotFound also means that dir holds no vault.
func Scrub(ctx context.Context, dir string, o Options, s ScrubOptions) ([]ScrubReport, error) {
	dirs := []string{dir}
	if _, err := os.Lstat(filepath.Join(dir, layout.StateFile)); errors.Is(err, fs.ErrNotExist) {
		names, err := vaultsIn(dir)
		if err == nil && len(names) == 0 {
			err = vault.Errorf(vault.ErrNotFound, "it is not a vault and contains none")
		}
		if err != nil {
			return nil, fmt.Errorf("scrub directory %q: %w", dir, err)
		}
		dirs = nil
		for _, name := range slices.Sorted(slices.Values(names)) {
			dirs = append(dirs, filepath.Join(dir, name))
		}
	}
	var reports []ScrubReport
	var errs []error
	for _, dir := range dirs {
		v, err := Open(dir, o)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		report, err := v.Scrub(ctx, s)
		if !report.Begun.IsZero() {
			reports = append(reports, report)
		}
		errs = append(errs, err, v.Close())
		if ctx.Err() != nil {
			break
		}
	}
	return reports, errors.Join(errs...)
}

// Scrub reads every archive again and compares each MiB with its hash. It begins
// where an earlier one was ended in the middle, and ends promptly with ctx; the
// report is then about the archives that were read. Damage is no error. It is an error if
// the scrub cannot go on, or if the vault was closed or deleted meanwhile.
func (v *Vault) Scrub(ctx context.Context, o ScrubOptions) (ScrubReport, error) {
	if err := v.scrubbing.Lock(ctx); err != nil {
		return ScrubReport{}, fmt.Errorf("scrub directory vault %q: %w", v.path, err)
	}
	defer v.scrubbing.Unlock()
	report, err := scrub.Run(ctx, &scrub.Vault{
		Name: filepath.Base(v.path), Files: v.files, Archives: v.archives, Leaves: v.leaves,
		Access: v.access, Now: v.options.Now, Damaged: v.damaged,
	}, o)
	if err != nil {
		err = fmt.Errorf("scrub directory vault %q: %w", v.path, err)
	}
	return report, err
}
