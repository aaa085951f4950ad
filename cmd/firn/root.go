package main

import (
	"errors"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/admin"
	"firn/cmd/firn/internal/backups"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/complete"
	"firn/cmd/firn/internal/estimates"
	"firn/cmd/firn/internal/keys"
	"firn/cmd/firn/internal/records"
	"firn/cmd/firn/internal/retrievals"
	"firn/cmd/firn/internal/serving"
	"firn/cmd/firn/internal/settings"
	"firn/cmd/firn/internal/uploads"
)

const rootLong = `Store backups in Amazon Glacier, S3 Glacier classes or directories.`

// The groups of commands in the help of the root.
const (
	storeGroup   = "store"
	getBackGroup = "get-back"
	lookGroup    = "look"
	adminGroup   = "administer"
	serveGroup   = "serve"
)

// newRoot returns the root command.
func newRoot(p *cli.Program) *cobra.Command {
	showVersion := false
	root := &cobra.Command{
		Use:           "firn",
		Short:         "Store backups in cold storage and get them back",
		Long:          rootLong,
		SilenceErrors: true, // Program.Report shows them
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 0:
				return cli.UnknownCommand(cmd, args[0])
			case showVersion:
				return printVersion(p)
			}
			return cmd.Help()
		},
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(p.CheckOldNames(cmd), p.ApplyEnvironment(cmd), p.PlaceConfig(cmd)); err != nil {
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
	root.SetFlagErrorFunc(cli.FlagError)
	root.Flags().BoolVar(&showVersion, "version", false, "print the version")
	global := root.PersistentFlags()
	global.StringVar(&p.ConfigPath, "config", "", "the `FILE` with named vaults and settings (default: firn/config.toml in the config home)")
	global.StringVar(&p.CatalogPath, "catalog", "",
		"use the catalog in `FILE` (default: firn/catalog.db in the data home)")
	global.BoolVar(&p.JSON, "json", false, "print JSON Lines, errors included")
	global.BoolVarP(&p.Quiet, "quiet", "q", false, "print no progress and no notes")
	p.AddVerbose(global)
	global.BoolVar(&p.NoInput, "no-input", false, "never ask; fail where an answer is needed")
	global.BoolP("help", "h", false, "print this help")

	addGroup(root, storeGroup, "Store", backups.NewBackup(p), uploads.NewUpload(p))
	addGroup(root, getBackGroup, "Get back",
		retrievals.NewDownload(p), backups.NewRestore(p), retrievals.NewRetrieve(p), retrievals.NewVerify(p))
	addGroup(root, lookGroup, "Look", records.NewList(p), records.NewInventory(p), records.NewCatalog(p),
		backups.NewFind(p), backups.NewSnapshot(p))
	addGroup(root, adminGroup, "Administer", admin.NewVault(p), admin.NewDelete(p), keys.NewKey(p))
	addGroup(root, serveGroup, "Serve", serving.NewServe(p))
	// The help of the root has room only for the names of these.
	root.AddCommand(uploads.NewHash(p), uploads.NewMultipart(p), retrievals.NewJob(p), estimates.NewEstimate(p), admin.NewPurge(p))
	root.AddCommand(settings.NewConfig(p), cli.WithoutConfig(newVersion(p)), cli.WithoutConfig(newCompletion(p)), cli.WithoutConfig(newMan(p)))
	root.SetHelpCommand(cli.WithoutConfig(newHelp(p)))
	root.InitDefaultHelpCmd() // adds it
	cli.WithStatuses(root, cli.StatusDone, cli.StatusError, cli.StatusUsage)
	complete.Add(p, root)
	return root
}

// addGroup adds commands to the root, in a group of its help.
func addGroup(root *cobra.Command, id, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: id, Title: title})
	for _, c := range commands {
		c.GroupID = id
	}
	root.AddCommand(commands...)
}
