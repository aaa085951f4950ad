package main

import (
	"errors"

	"github.com/spf13/cobra"
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
With --json standard output is JSON Lines, and an error its last line.

Each option can also be set by a variable: FIRN_CATALOG for --catalog,
FIRN_PART_SIZE for --part-size, and so on for all but --yes, --confirm, --again,
--force, --buy, --name, --description, --output, --range, --vault, --topic, --set,
--remove, --off, --bytes-per-hour, --free-tier and --none.`

const rootExample = `  firn serve --dir ./cold                      # a server of your own, to try things out
  firn vault create image-backups
  firn upload image-backups june.tar --description "June, all disks"
  firn list image-backups`

// newRoot builds the command line.
func (p *program) newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "firn",
		Short:         "Takes massive backups into cold storage and gets them back",
		Long:          rootLong,
		Example:       rootExample,
		SilenceErrors: true, // report shows them
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return errors.Join(applyEnvironment(cmd), p.placeCatalog(cmd))
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true // ours has a help text like the others
	root.SetOut(p.out.w)
	root.SetErr(p.ui.w)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { p.help(cmd) })
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return withHint(usageError("%w", err), helpHint(cmd))
	})
	global := root.PersistentFlags()
	global.StringVar(&p.catalogPath, "catalog", "",
		"the `FILE` that records what is stored where (default: firn/catalog.db in the data home)")
	global.BoolVar(&p.json, "json", false, "print JSON Lines, errors included")
	global.BoolVar(&p.quiet, "quiet", false, "print no progress and no notes, only results and errors")
	global.BoolP("help", "h", false, "print this help")

	root.AddCommand(
		p.newUpload(), p.newRetrieve(), p.newDownload(), p.newJob(), p.newHash(), p.newList(), p.newDelete(),
		p.newInventory(), p.newVerify(), p.newPurge(),
		p.newMultipart(), p.newVault(), p.newCatalog(), p.newEstimate(), p.newServe(),
		p.newVersion(), p.newCompletion(),
	)
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		exits(help, statusDone, statusUsage)
	}
	exits(root, statusDone, statusError, statusUsage)
	return root
}

// group is a command that only holds others.
func group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return withHint(usageError("%s needs to be told what to do", cmd.CommandPath()), helpHint(cmd))
		},
	}
	cmd.AddCommand(commands...)
	return exits(cmd, statusUsage)
}

func unknownCommand(cmd *cobra.Command, name string) error {
	hint := helpHint(cmd)
	cmd.SuggestionsMinimumDistance = 2 // in letters
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		hint = cmd.CommandPath() + " " + near[0]
	}
	return withHint(usageError("%s has no command %q", cmd.CommandPath(), name), hint)
}

func helpHint(cmd *cobra.Command) string { return cmd.CommandPath() + " --help" }

// takes checks the number of arguments; most below zero means no limit.
func takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return withHint(usageError("an argument is missing; the form is: %s", cmd.UseLine()), helpHint(cmd))
		case most >= 0 && len(args) > most:
			return withHint(usageError("%q is one argument too many; the form is: %s", args[most], cmd.UseLine()), helpHint(cmd))
		}
		return nil
	}
}
