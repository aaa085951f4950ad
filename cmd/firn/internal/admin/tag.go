package admin

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/vault/administration"
	"firn/vault/glaciervault"
	"firn/vault/vaulturl"
)

const vaultTagLong = `Show, set and remove the tags of a vault: up to 50 keys, each with a value.

A key has 1 to 128 characters and no equals sign; a value has up to 255
characters and may be empty. Setting an existing key replaces its value. firn
removes tags before it sets tags. More than ten tags take several requests; if
one of them fails, run the same command again.`

const vaultTagExample = `  firn vault tag image-backups
  firn vault tag image-backups team=archive 'owner=Jane Doe' --remove temporary`

func newVaultTag(p *cli.Program) *cobra.Command {
	var o tagOptions
	cmd := &cobra.Command{
		Use:     "tag VAULT [KEY=VALUE...]",
		Short:   "Show or set the tags of a vault",
		Long:    vaultTagLong,
		Example: vaultTagExample,
		Args:    cli.Takes(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.read(args[1:]); err != nil {
				return cli.WithHint(err, cli.HelpHint(cmd))
			}
			return inPlace(cmd.Context(), p, args[0], func(place *vaulturl.Place) error {
				return tagVault(cmd.Context(), p, place, o)
			})
		},
	}
	cmd.Flags().StringSliceVar(&o.remove, "remove", nil, "remove the tags with these `KEYS`, separated by commas")
	cli.AddDryRun(cmd.Flags(), &o.dryRun)
	return cli.WithStatuses(cmd, cli.VaultStatuses()...)
}

// tagOptions are the tags to set and to remove.
type tagOptions struct {
	set    map[string]string
	remove []string // keys
	dryRun bool
}

// read takes the tags from the command line and checks them.
func (o *tagOptions) read(args []string) error {
	o.set = make(map[string]string, len(args))
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			return cli.UsageError("%q is not a tag; a tag looks like KEY=VALUE", arg)
		}
		if _, twice := o.set[key]; twice {
			return cli.UsageError("the tag %q is given twice", key)
		}
		o.set[key] = value
	}
	if err := administration.CheckTags(o.set); err != nil {
		return cli.UsageError("%w", err)
	}
	for _, key := range o.remove {
		if err := administration.CheckTagKey(key); err != nil {
			return cli.UsageError("--remove: %w", err)
		}
		if _, both := o.set[key]; both {
			return cli.UsageError("the tag %q is both set and removed", key)
		}
	}
	return nil
}

// tagsObject is the tags of a vault on standard output.
type tagsObject struct {
	MessageType string            `json:"message_type"`
	Vault       string            `json:"vault"`
	Tags        map[string]string `json:"tags"`
}

func tagVault(ctx context.Context, p *cli.Program, place *vaulturl.Place, o tagOptions) error {
	admin, err := accountOf(place, vaulturl.Tags)
	if err != nil {
		return err
	}
	changes := len(o.set)+len(o.remove) > 0
	switch {
	case changes && o.dryRun:
		return planTags(p, place.URL(place.Name), o)
	case changes:
		if err := changeTags(ctx, p, admin, place.Name, o); err != nil {
			return err
		}
	}
	var tags map[string]string
	err = p.Retry(ctx, func(ctx context.Context) (err error) {
		tags, err = admin.Tags(ctx, place.Name)
		return err
	})
	if err != nil {
		return err
	}
	if p.JSON {
		return p.Out.Object(tagsObject{"tags", place.URL(place.Name), tags})
	}
	table := term.NewTable(p.Out, term.Column{Title: "KEY"}, term.Column{Title: "VALUE", Fit: term.FitWrap})
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		table.Add(key, tags[key])
	}
	table.End()
	if len(tags) == 0 {
		p.Empty("no tags in "+p.VaultTitle(ctx, place.URL(place.Name)),
			"to set one: "+term.ShellCommand("firn", "vault", "tag", place.URL(place.Name), "--set")+" KEY=VALUE")
	}
	return nil
}

func changeTags(ctx context.Context, p *cli.Program, admin *glaciervault.Account, name string, o tagOptions) error {
	err := p.Retry(ctx, func(ctx context.Context) error {
		if err := admin.RemoveTags(ctx, name, o.remove); err != nil {
			return err
		}
		return admin.AddTags(ctx, name, o.set)
	})
	if err == nil && !p.Quiet {
		p.UI.Say("firn: set %s, removed %d", humane.Count(len(o.set), "tag"), len(o.remove))
	}
	return err
}

func planTags(p *cli.Program, url string, o tagOptions) error {
	if len(o.remove) > 0 {
		err := planned(p, plannedObject{Operation: "RemoveTagsFromVault", Vault: url, Body: map[string]any{"TagKeys": o.remove}})
		if err != nil || len(o.set) == 0 {
			return err
		}
	}
	return planned(p, plannedObject{Operation: "AddTagsToVault", Vault: url, Body: map[string]any{"Tags": o.set}})
}
