package main

import (
	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const helpLong = `Print the help of a command, or a help topic.`

const helpExample = `  firn help upload
  firn help vault lock start
  firn help exit-status`

// newHelp returns the command firn help, which contains the topics.
func newHelp(p *cli.Program) *cobra.Command {
	help := &cobra.Command{
		Use:     "help [COMMAND... | TOPIC]",
		Short:   "Print the help of a command or a topic",
		Long:    helpLong,
		Example: helpExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			about, rest, err := root.Find(args)
			switch {
			case err != nil:
				return err
			case len(rest) == 0:
				p.Help(about)
				return nil
			case about == root:
				return cli.UnknownTopic(cmd, rest[0])
			}
			return cli.UnknownCommand(about, rest[0])
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []cobra.Completion
			for _, c := range about.Commands() {
				if c.IsAvailableCommand() {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	for _, t := range topics() {
		help.AddCommand(cli.WithTopics(&cobra.Command{
			Use: t.name, Short: t.short, Long: t.text,
			RunE: func(cmd *cobra.Command, args []string) error {
				if len(args) > 0 {
					return cli.UnknownCommand(cmd, args[0])
				}
				p.Help(cmd)
				return nil
			},
		}, t.more...))
	}
	return cli.WithStatuses(help, cli.StatusDone, cli.StatusUsage)
}
