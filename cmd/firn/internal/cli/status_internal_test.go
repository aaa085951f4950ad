package cli

import (
	"errors"
	"fmt"
	"testing"

	"firn/catalog"
	"firn/depot"
	"firn/source"
	"firn/upload"
	"firn/vault"
)

func TestStatusOf(t *testing.T) {
	wrap := func(errs ...error) error { return fmt.Errorf("sentence: %w", errors.Join(errs...)) }
	for _, c := range []struct {
		err  error
		want Status
	}{
		{nil, 0},
		{errors.New("something"), 1},
		{wrap(vault.ErrNotFound), 1},
		{wrap(vault.ErrInvalid), 1},
		{wrap(vault.ErrUnavailable), 4},
		{UsageError("no"), 2},
		{wrap(source.ErrUnreadable), 1},
		{wrap(source.ErrSourceChanged), 1},
		{wrap(ErrPartial), 3},
		{wrap(depot.ErrGaveUp, vault.ErrUnavailable), 4},
		{wrap(upload.ErrUnknown), 4},
		{wrap(vault.ErrChecksum), 5},
		{wrap(vault.ErrDenied), 6},
		{wrap(vault.ErrLocked), 7},
		{wrap(catalog.ErrDamaged), 8},
		{RefusedError("no"), 9},
		{wrap(vault.ErrNotReady), 75},
		{wrap(depot.ErrInterrupted, vault.ErrUnavailable), 130},
		{WithHint(wrap(vault.ErrDenied), "try"), 6},
		{&ReportedError{Status: StatusPartial}, 3},
	} {
		if got := StatusOf(c.err); got != c.want {
			t.Errorf("%v has status %d, not %d", c.err, got, c.want)
		}
	}
}
