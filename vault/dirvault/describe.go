package dirvault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"firn/vault"
	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/inventories"
	"firn/vault/dirvault/internal/layout"
)

// Describe returns Vault.Info of the vault in dir, which it opens
// for as long as that takes. One that is open already, here or in another
// process, is described as of its last count. ErrNotFound means that dir is not
// a vault.
func Describe(ctx context.Context, dir string, o Options) (vault.Info, error) {
	v, err := Open(dir, o)
	if err != nil {
		return peekIfBusy(dir, err)
	}
	info, err := v.Info(ctx)
	return info, errors.Join(err, v.Close())
}

// List describes the vaults in dir as Root.Vaults does, but opens each of them,
// not dir as a whole: it takes no lock and does not care who else may write
// there. ErrNotFound means that there is no such directory.
func List(ctx context.Context, dir, from string, o Options) iter.Seq2[vault.Info, error] {
	return func(yield func(vault.Info, error) bool) {
		names, err := vaultsIn(dir)
		if err == nil {
			describe := func(ctx context.Context, name string) (vault.Info, error) {
				return Describe(ctx, filepath.Join(dir, name), o)
			}
			err = o.withDefaults().describeEach(ctx, names, from, describe, yield)
		}
		if err != nil {
			yield(vault.Info{}, fmt.Errorf("list the vaults in directory %q: %w", dir, err))
		}
	}
}

// vaultsIn returns the names of the vaults in a directory, in no order.
func vaultsIn(dir string) (names []string, err error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, vault.Errorf(vault.ErrNotFound, "there is no such directory")
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	err = durable.EachEntry(root, ".", func(name string) (bool, error) {
		there, err := isVault(root, name)
		if there {
			names = append(names, name)
		}
		return true, err
	})
	return names, err
}

// describeEach yields the results of describe for the vaults of these names, in
// the order of the names and from the first that is not below from, until yield
// returns false. An error about one vault is reported to OnDamage, and the list goes on. If
// describeEach returns an error, the list has ended, and the caller yields the error.
func (o Options) describeEach(
	ctx context.Context, names []string, from string,
	describe func(context.Context, string) (vault.Info, error),
	yield func(vault.Info, error) bool,
) error {
	slices.Sort(names)
	for _, name := range names {
		if name < from {
			continue
		}
		info, err := describe(ctx, name)
		switch {
		case err == nil:
			if !yield(info, nil) {
				return nil
			}
		case errors.Is(err, vault.ErrNotFound): // deleted in between
		case ctx.Err() != nil, errors.Is(err, fs.ErrClosed):
			return err
		default:
			o.OnDamage(fmt.Errorf("vault %q is left out of the list: %w", name, err))
		}
	}
	return nil
}

// peekIfBusy reads what is known about the vault in dir without opening it, if
// err, from opening it, is that somebody else has it open or that it waits to
// be opened anew. The file that it reads is replaced as a whole, so it needs no
// lock. Any other error is returned.
func peekIfBusy(dir string, err error) (vault.Info, error) {
	if !errors.Is(err, vault.ErrLocked) && !errors.Is(err, durable.ErrNotFlushed) {
		return vault.Info{}, err
	}
	root, openErr := os.OpenRoot(dir)
	if openErr != nil {
		return vault.Info{}, errors.Join(err, openErr)
	}
	defer root.Close()
	s, readErr := inventories.ReadState(root, layout.StateFile)
	if readErr != nil {
		return vault.Info{}, errors.Join(err, readErr)
	}
	return s.Info(filepath.Base(dir)), nil
}
