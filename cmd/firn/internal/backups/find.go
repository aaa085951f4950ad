package backups

import (
	"context"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
)

const findLong = `Find files in all snapshots of all vaults, by name or by path. Each version of a
file is listed once, with the number of the snapshots that have it and the
newest of them. firn sends no request to a vault.

In PATTERN, * matches anything but a slash, ** also slashes, ? one character. A
PATTERN without a slash is compared with the name alone. Quote it for the shell.
A name that begins with literal text is found at once.`

const findExample = `  firn find thesis.tex
  firn find 'IMG_2026*.jpg' --vault cold-photos
  firn find '/home/anna/**/*.odt' --json`

// findOptions are the options of firn find.
type findOptions struct {
	vault, host string
	long        bool
}

// NewFind returns the command firn find.
func NewFind(p *cli.Program) *cobra.Command {
	var o findOptions
	cmd := &cobra.Command{
		Use:     "find PATTERN...",
		Short:   "Find files in all snapshots",
		Long:    findLong,
		Example: findExample,
		Args:    cli.Takes(1, -1),
		RunE:    func(cmd *cobra.Command, args []string) error { return runFind(cmd.Context(), p, o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.vault, "vault", "", "only files in `VAULT`")
	f.StringVar(&o.host, "host", "", "only files of the host `NAME`")
	f.BoolVar(&o.long, "long", false, "show all fields, whole")
	return cli.WithStatuses(cmd, recordStatuses()...)
}

func runFind(ctx context.Context, p *cli.Program, o findOptions, patterns []string) error {
	for _, pattern := range patterns {
		if _, err := newMatcher(pattern); err != nil {
			return err
		}
	}
	vaultURL, err := optionalVault(ctx, p, []string{o.vault})
	if err != nil {
		return err
	}
	if there, err := p.HasCatalog(); err != nil {
		return err
	} else if !there {
		tellNoSnapshots(ctx, p, vaultURL, selection{})
		return nil
	}
	return withRecord(ctx, p, func(book *catalog.Backups) error {
		s := &search{program: p, book: book, options: o, long: o.long || !p.Out.IsTerminal()}
		if s.snapshots, err = snapshotsOf(ctx, book, vaultURL, selection{host: o.host}); err != nil {
			return err
		}
		if len(s.snapshots) == 0 {
			tellNoSnapshots(ctx, p, vaultURL, selection{host: o.host})
			return nil
		}
		s.tables = p.VaultTables(ctx, s.columns(vaultURL == ""), vaultURL == "" && !s.long)
		for _, v := range s.vaults() {
			for _, pattern := range patterns {
				if err := s.find(ctx, v, pattern); err != nil {
					return err
				}
			}
		}
		s.end(ctx, vaultURL, patterns)
		return nil
	})
}
