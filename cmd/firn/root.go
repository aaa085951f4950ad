package main

import (
	"errors"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/admin"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/estimates"
	"firn/cmd/firn/internal/records"
	"firn/cmd/firn/internal/retrievals"
	"firn/cmd/firn/internal/serving"
	"firn/cmd/firn/internal/settings"
	"firn/cmd/firn/internal/uploads"
)

const rootLong = `firn takes massive backups into cold storage (Amazon Glacier vaults, the cold
classes of S3, directories) and gets them back.

VAULT is the URL of a vault:

  glacier://image-backups?region=us-west-2   an Amazon Glacier vault; a bare
                                             image-backups takes the region from
                                             AWS_REGION or the AWS configuration.
                                             More keys: profile, account, endpoint.
                                             Its ARN names it, too
  s3://bucket/prefix?class=DEEP_ARCHIVE      a bucket in a cold class of S3. More
                                             keys: region, profile, endpoint,
                                             keep-days, addressing, lacks, max-parts
  file:///srv/cold/image-backups             a directory; so does a path that
                                             begins with /, ./ or ../

Credentials come from where the AWS tools find them (environment, profiles, SSO,
roles), never from options.

Every command may be run again: it continues, or says that the work is done.
What is asked for goes to standard output, everything else to standard error.
With --json standard output is JSON Lines, and an error its last line. Long work
adds a line a second with the "message_type" "status" (not with --quiet). If the
reader closes standard output, as head does, firn ends quietly, with status 141.
There are no colours, so NO_COLOR changes nothing. With TERM=dumb there are no
live lines.

Each option can also be set by a variable: FIRN_CATALOG for --catalog,
FIRN_PART_SIZE for --part-size, and so on for all but --yes, --confirm, --again,
--force, --buy, --name, --description, --output, --range, --vault, --topic, --set,
--remove, --off, --bytes-per-hour, --free-tier, --none and --older-than.`

const rootExample = `  firn serve --dir ./cold                      # a server of your own, to try things out
  firn vault create image-backups
  firn upload image-backups june.tar --description "June, all disks"
  firn list image-backups`

// newRoot returns the root command.
func newRoot(p *cli.Program) *cobra.Command {
	root := &cobra.Command{
		Use:           "firn",
		Short:         "Takes massive backups into cold storage and gets them back",
		Long:          rootLong,
		Example:       rootExample,
		SilenceErrors: true, // Program.Report shows them
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cli.UnknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(cli.ApplyEnvironment(cmd), p.PlaceConfig(cmd)); err != nil {
				return err
			}
			err := errors.Join(p.ApplyConfig(cmd, args), p.PlaceCatalog(cmd))
			p.ChooseUnits(cmd.Flags())
			cmd.SetContext(p.Observe(cmd.Context()))
			return err
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true // newCompletion has a help text like the other commands
	root.SetOut(p.Out)
	root.SetErr(p.UI)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { p.Help(cmd) })
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return cli.WithHint(cli.UsageError("%w", err), cli.HelpHint(cmd))
	})
	global := root.PersistentFlags()
	global.StringVar(&p.ConfigPath, "config", "", "the `FILE` with named vaults and settings (default: firn/config.toml in the config home)")
	global.StringVar(&p.CatalogPath, "catalog", "",
		"the `FILE` that records what is stored where (default: firn/catalog.db in the data home)")
	global.BoolVar(&p.JSON, "json", false, "print JSON Lines, errors included")
	global.BoolVar(&p.Quiet, "quiet", false, "print no progress and no notes, only results and errors")
	p.AddVerbose(global)
	global.BoolP("help", "h", false, "print this help")

	root.AddCommand(
		uploads.NewUpload(p), uploads.NewMultipart(p), uploads.NewHash(p),
		retrievals.NewRetrieve(p), retrievals.NewDownload(p), retrievals.NewJob(p), retrievals.NewVerify(p),
		records.NewCatalog(p), records.NewList(p), records.NewInventory(p),
		admin.NewVault(p), admin.NewDelete(p), admin.NewPurge(p),
		estimates.NewEstimate(p), settings.NewConfig(p), serving.NewServe(p), cli.WithoutConfig(newVersion(p)), cli.WithoutConfig(newCompletion(p)),
	)
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		cli.WithStatuses(help, cli.StatusDone, cli.StatusUsage)
	}
	cli.WithStatuses(root, cli.StatusDone, cli.StatusError, cli.StatusUsage)
	return root
}
