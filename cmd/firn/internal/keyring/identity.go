package keyring

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/seal"
)

// Identity is the option --identity.
type Identity struct{ Path string }

// Add adds the option to a command.
func (i *Identity) Add(f *pflag.FlagSet) {
	f.StringVar(&i.Path, "identity", "", "decrypt with the secret key in `FILE`")
}

// Read reads the secret keys. It asks for a passphrase if the file needs one. Without the option
// there are none.
func (i *Identity) Read(ctx context.Context, p *cli.Program) (seal.Identities, error) {
	if i.Path == "" {
		return nil, nil
	}
	ids, err := seal.ReadIdentities(i.Path, func() (string, error) {
		return p.AskSecret(ctx, "passphrase of "+i.Path)
	})
	switch {
	case errors.Is(err, seal.ErrExposed):
		err = cli.WithHint(cli.InClass(err, cli.ErrRefused), "to make it private: "+term.ShellCommand("chmod", "600", i.Path))
	case err == nil, errors.Is(err, cli.ErrRefused), errors.Is(err, seal.ErrPassphrase), ctx.Err() != nil:
	default:
		err = cli.InClass(err, cli.ErrUsage)
	}
	return ids, err
}
