package settings

import (
	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/config"
	"firn/cmd/firn/internal/term"
)

const configShowLong = `Show which options are set for a vault, and where each value comes from. Without
VAULT, list the named vaults and the options that are set for all.`

func newConfigShow(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show [VAULT]",
		Short:   "Show what is set, and where",
		Long:    configShowLong,
		Example: "  firn config show\n  firn config show photos",
		Args:    cli.Takes(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := p.Config()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return showAll(p, file)
			}
			v, ok := p.FindVault(file, args[0])
			if !ok {
				return unknownVault(p, file, args[0])
			}
			return showSources(p, p.Sources(file, v))
		},
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage)
}

func unknownVault(p *cli.Program, file config.File, name string) error {
	err := cli.UsageError("the configuration %q names no vault %q", p.ConfigPath, name)
	if len(file.Vaults) > 0 {
		return cli.WithHint(err, "firn config show")
	}
	return cli.WithHint(err, "firn config edit")
}

// vaultObject is a named vault in JSON.
type vaultObject struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

func showAll(p *cli.Program, file config.File) error {
	sources := p.Sources(file, config.Vault{})
	if len(file.Vaults) == 0 && len(file.Defaults) == 0 {
		p.Notice("nothing is set in " + p.ConfigPath + "; to set something: firn config edit")
	}
	if p.JSON {
		for _, v := range file.Vaults {
			if err := p.Out.Object(vaultObject{v.Name, v.URL}); err != nil {
				return err
			}
		}
		return showSources(p, sources)
	}
	t := term.NewTable(p.Out, term.Column{Title: "VAULT"}, term.Column{Title: "URL", Fit: term.FitCut})
	for _, v := range file.Vaults {
		t.Add(v.Name, v.URL)
	}
	t.End()
	if len(file.Vaults) > 0 && len(sources) > 0 {
		p.Out.Line("")
	}
	return showSources(p, sources)
}

func showSources(p *cli.Program, sources []cli.OptionSource) error {
	if p.JSON {
		for _, s := range sources {
			if err := p.Out.Object(s); err != nil {
				return err
			}
		}
		return nil
	}
	t := term.NewTable(p.Out, term.Column{Title: "OPTION"}, term.Column{Title: "VALUE", Fit: term.FitCut}, term.Column{Title: "FROM"})
	for _, s := range sources {
		t.Add(s.Option, s.Value, s.From)
	}
	t.End()
	return nil
}
