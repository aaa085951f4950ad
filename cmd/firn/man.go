package main

import (
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/manual"
)

const manLong = `Writes a manual page for each command into DIR. Their date is SOURCE_DATE_EPOCH,
or else now.`

// newMan returns the command that makes the manual pages of the packages. It is hidden because
// people get the pages with a package.
func newMan(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the manual pages",
		Long:    manLong,
		Example: "  firn man ~/.local/share/man/man1",
		Args:    cli.Takes(1, 1),
		Hidden:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			date := p.Now()
			if text := os.Getenv("SOURCE_DATE_EPOCH"); text != "" {
				seconds, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return cli.UsageError("SOURCE_DATE_EPOCH is not a number of seconds: %w", err)
				}
				date = time.Unix(seconds, 0)
			}
			return manual.Write(cmd.Root(), args[0], "firn "+thisVersion().Version, date)
		},
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage)
}
