package main

import (
	"context"

	"github.com/spf13/cobra"

	"firn/internal/humane"
	"firn/vault"
	"firn/vault/vaulturl"
)

const vaultShowLong = `Shows what a vault tells about itself. The numbers of archives and bytes are as
of its last inventory, which may be a day old.`

func (p *program) newVaultShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show VAULT",
		Short:   "Show a vault",
		Long:    vaultShowLong,
		Example: "  firn vault show image-backups",
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.inPlace(cmd.Context(), args[0], func(place *vaulturl.Place) error {
				return p.showVault(cmd.Context(), place)
			})
		},
	}
	return exits(cmd, vaultStatuses()...)
}

func (p *program) showVault(ctx context.Context, place *vaulturl.Place) error {
	var info vault.Info
	err := p.retry(ctx, func(ctx context.Context) (err error) {
		info, err = place.DescribeVault(ctx, place.Name)
		return err
	})
	if err != nil {
		return err
	}
	o := newVaultObject(place, info)
	if p.json {
		return p.out.object(o)
	}
	p.out.line("vault     %s", show(o.Vault))
	if o.ARN != "" {
		p.out.line("arn       %s", show(o.ARN))
	}
	p.out.line("created   %s", humane.Time(o.Created))
	if o.Inventoried == nil {
		p.out.line("archives  never counted")
		return nil
	}
	p.out.line("archives  %d, %s as of %s", o.Archives, humane.Bytes(o.Bytes), humane.Time(*o.Inventoried))
	return nil
}
