package settings

import (
	"fmt"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const configCheckLong = `Check the configuration: that it is TOML, that each key is an option, that each
value is valid, and that each vault has a URL. firn sends no requests.`

func newConfigCheck(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "check",
		Short:   "Check the configuration",
		Long:    configCheckLong,
		Example: "  firn config check",
		Args:    cli.Takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			file, err := p.CheckConfig(p.ConfigPath)
			if err != nil {
				return cli.UsageError("the configuration %q: %w", p.ConfigPath, err)
			}
			p.Notice(fmt.Sprintf("the configuration %q is valid: %s", p.ConfigPath, vaults(len(file.Vaults))))
			return nil
		},
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage)
}

func vaults(n int) string {
	if n == 1 {
		return "1 vault"
	}
	return fmt.Sprintf("%d vaults", n)
}
