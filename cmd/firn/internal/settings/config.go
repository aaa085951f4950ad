// Package settings has the commands that show, edit and check the configuration.
package settings

import (
	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const configLong = `Show, edit and check the configuration: short names for vaults, and values for
options. It is a TOML file with two kinds of tables:

  [defaults]                    # for all commands
  tier = "Bulk"

  [vault.photos]                # firn upload photos june.tar
  url = "s3://cold-photos/family"
  class = "DEEP_ARCHIVE"        # keys of the URL may stand by themselves
  part-size = "128M"            # any option, by its long name

An option on the command line comes first, then its variable (FIRN_PART_SIZE),
then the table of the vault, then [defaults]. The file must not contain secrets:
name a profile of the AWS tools instead (profile = "backup").`

const configExample = `  firn config edit
  firn config show photos`

// NewConfig returns the command config.
func NewConfig(p *cli.Program) *cobra.Command {
	cmd := cli.Group("config", "Show, edit and check the configuration", configLong,
		newConfigShow(p), newConfigEdit(p), newConfigCheck(p), newConfigPath(p))
	cmd.Example = configExample
	return cli.WithoutConfig(cmd)
}
