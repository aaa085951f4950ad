package settings

import (
	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
)

func newConfigPath(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "path",
		Short:   "Print where the configuration is",
		Long:    "Print the path of the configuration, even if the file does not exist.",
		Example: "  firn config path",
		Args:    cli.Takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if err := p.NeedConfigPath(); err != nil {
				return err
			}
			p.Out.Line("%s", term.Show(p.ConfigPath))
			return nil
		},
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage)
}
