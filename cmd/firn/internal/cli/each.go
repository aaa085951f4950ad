package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/dustin/go-humanize"

	"firn/cmd/firn/internal/term"
	"firn/download"
	"firn/vault"
)

// Each calls do for every object of a command. It returns the error of a single object. With
// several objects it reports each error at once and continues with the others, unless they
// would fail alike. It then returns an error that stands for the worst one. noun is the word for
// an object, such as "file".
func (p *Program) Each(noun string, objects []string, do func(string) error) error {
	if len(objects) == 1 {
		return do(objects[0])
	}
	seen := make(map[Status]bool)
	failed := 0
	for _, object := range objects {
		ended := p.Report(do(object))
		seen[ended] = true
		if ended.EndsAll() {
			return WorstOf(seen, "")
		}
		if ended != StatusDone {
			failed++
		}
	}
	return WorstOf(seen, FailedText(failed, len(objects), noun))
}

// FailedText says how many of several objects failed: "2 of 1,000 files failed".
func FailedText(failed, of int, noun string) string {
	return fmt.Sprintf("%s of %s failed", humanize.Comma(int64(failed)), term.Many(of, noun))
}

// WorstOf returns an error that stands for the worst of the reported statuses, or nil if only
// successes were reported. An error of some objects besides a success of others is partial. sum
// is the text of the error; it may be empty, as in [ReportedError].
func WorstOf(seen map[Status]bool, sum string) error {
	for _, worst := range WorstFirst() {
		switch {
		case !seen[worst]:
		case worst == StatusError && (seen[StatusDone] || seen[StatusPartial]):
			return &ReportedError{StatusPartial, sum}
		default:
			return &ReportedError{worst, sum}
		}
	}
	return nil
}

// EndsAll reports whether the other objects of a command would end with the same status.
func (s Status) EndsAll() bool {
	return s == StatusInterrupted || s == StatusDenied || s == StatusDamaged
}

// IsOfVault reports whether an error is one of the vault, the catalog or the whole command: the
// other objects of the command would fail alike.
func IsOfVault(err error) bool {
	return StatusOf(err).EndsAll() || isFull(err) && !errors.Is(err, download.ErrNoSpace) ||
		errors.Is(err, vault.ErrUnavailable) && !errors.Is(err, vault.ErrGarbled)
}

// EndsAll is [IsOfVault] for the first error of a command with several objects. If something was
// not found, it asks the vault v whether that is the vault itself.
func EndsAll(ctx context.Context, v vault.Vault, err error) bool {
	if errors.Is(err, vault.ErrNotFound) {
		_, err = v.HasArchives(ctx)
		return errors.Is(err, vault.ErrNotFound)
	}
	return IsOfVault(err)
}

// WorstFirst returns the statuses of failures that objects of a command may have, in this order.
func WorstFirst() []Status {
	return []Status{
		StatusInterrupted, StatusDamaged, StatusDenied, StatusChecksum, StatusRefused, StatusIncomplete,
		StatusNotReady, StatusLocked, StatusUsage, StatusError, StatusPartial,
	}
}
