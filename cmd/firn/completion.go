package main

import (
	"github.com/spf13/cobra"
)

const completionLong = `Prints a script that teaches a shell to complete firn's commands and options.`

const completionExample = `  firn completion bash > ~/.local/share/bash-completion/completions/firn
  firn completion zsh > "${fpath[1]}/_firn"
  firn completion fish > ~/.config/fish/completions/firn.fish
  firn completion powershell >> $PROFILE`

func (p *program) newCompletion() *cobra.Command {
	cmd := &cobra.Command{
		Use:       "completion bash|zsh|fish|powershell",
		Short:     "Print a completion script for a shell",
		Long:      completionLong,
		Example:   completionExample,
		Args:      takes(1, 1),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(p.out.w, true)
			case "zsh":
				return root.GenZshCompletion(p.out.w)
			case "fish":
				return root.GenFishCompletion(p.out.w, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(p.out.w)
			}
			return usageError("there is no completion for the shell %q", args[0])
		},
	}
	return exits(cmd, statusDone, statusError, statusUsage)
}
