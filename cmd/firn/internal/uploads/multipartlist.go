package uploads

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/humane"
	"firn/record"
	"firn/upload"
	"firn/vault"
	"firn/vault/vaulturl"
)

const multipartListLong = `Lists unfinished uploads: with VAULT what the vault has, how much of each it
holds, and whether the catalog knows it; without VAULT what the catalog knows of
all vaults, without asking them.

An upload that the catalog knows is continued by the same firn upload command
that began it. One that is "unknown" was complete when its last answer was lost:
the vault's next inventory tells whether the archive is there.`

const multipartListExample = `  firn multipart list
  firn multipart list image-backups --json`

// openUploadObject is an unfinished upload on standard output.
type openUploadObject struct {
	MessageType string             `json:"message_type"`
	Vault       string             `json:"vault"`
	UploadID    vault.UploadID     `json:"upload_id"`
	Created     time.Time          `json:"created"`
	PartSize    int64              `json:"part_size"`
	Description string             `json:"description"`
	Name        string             `json:"name"` // in a bucket: the key without the vault's prefix
	Parts       int                `json:"parts"`
	Bytes       int64              `json:"bytes"`
	AtVault     bool               `json:"at_vault"`
	InCatalog   bool               `json:"in_catalog"`
	Never       bool               `json:"can_never_be_completed,omitempty"`
	File        string             `json:"file"`  // empty if not in the catalog
	State       record.UploadState `json:"state"` // empty if not in the catalog
}

func newMultipartList(p *cli.Program) *cobra.Command {
	full := false
	cmd := &cobra.Command{
		Use:     "list [VAULT]",
		Short:   "List unfinished uploads",
		Long:    multipartListLong,
		Example: multipartListExample,
		Args:    cli.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return multipartList(cmd.Context(), p, args, full)
		},
	}
	cmd.Flags().BoolVar(&full, "full", false, "show whole ids")
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusDenied, cli.StatusLocked,
		cli.StatusDamaged, cli.StatusInterrupted)
}

func multipartList(ctx context.Context, p *cli.Program, args []string, full bool) (err error) {
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var objects []openUploadObject
	if len(args) == 0 {
		objects, err = recordedUploads(ctx, p, c, "", 0)
	} else {
		objects, err = vaultUploads(ctx, p, c, args[0])
	}
	if err != nil {
		return err
	}
	if p.JSON {
		for _, o := range objects {
			if err := p.Out.Object(o); err != nil {
				return err
			}
		}
		return nil
	}
	openUploadTable(p, objects, len(args) == 0, full)
	return nil
}

// recordedUploads returns the unfinished uploads on record, of one vault or, if vaultURL is
// empty, of all. maxParts is the limit of the vault; 0 is unknown.
func recordedUploads(ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultURL string, maxParts int) ([]openUploadObject, error) {
	var objects []openUploadObject
	for u, err := range c.Uploads(ctx, vaultURL) {
		if err != nil {
			return nil, err
		}
		o := openUploadObject{
			MessageType: "upload", Vault: u.Vault, UploadID: u.ID, Created: u.Started, PartSize: u.PartSize,
			Description: u.Description, InCatalog: true, File: u.Source.Path, State: u.State,
			Never: hasTooManyParts(u, maxParts),
		}
		for part, err := range c.Parts(ctx, u.Key) {
			if err != nil {
				return nil, err
			}
			o.Parts++
			o.Bytes += part.Size
		}
		objects = append(objects, o)
	}
	return objects, nil
}

// vaultUploads returns the unfinished uploads at a vault, and those that are only on record.
func vaultUploads(ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultArg string) (objects []openUploadObject, err error) {
	v, err := vaulturl.Open(ctx, vaultArg, vaulturl.Options{OnDamage: p.Damaged, Notice: p.Notice})
	if err != nil {
		return nil, p.ExplainVault(err, vaultArg)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	there, _, err := openUploads(ctx, p, v, c)
	if err != nil {
		return nil, p.ExplainVault(err, vaultArg)
	}
	listed := make(map[vault.UploadID]bool)
	for _, u := range there {
		if err := countParts(ctx, p, v, &u); err != nil {
			return nil, err
		}
		listed[u.ID] = true
		objects = append(objects, openUploadObject{
			MessageType: "upload", Vault: v.URL(), UploadID: u.ID, Created: u.Created, PartSize: u.PartSize,
			Description: u.Description, Name: u.Name, Parts: u.parts, Bytes: u.bytes, AtVault: true,
			InCatalog: u.known, File: u.record.Source.Path, State: u.record.State,
			Never: u.known && hasTooManyParts(u.record, v.Limits().MaxParts),
		})
	}
	recorded, err := recordedUploads(ctx, p, c, v.URL(), v.Limits().MaxParts)
	if err != nil {
		return nil, err
	}
	for _, o := range recorded {
		if listed[o.UploadID] {
			continue
		}
		if len(there) == 0 && o.UploadID != "" { // not every service lists uploads
			if o.AtVault, err = hasUpload(ctx, p, v, o.UploadID); err != nil {
				return nil, err
			}
		}
		objects = append(objects, o)
	}
	return objects, nil
}

// hasUpload reports whether the vault has an upload.
func hasUpload(ctx context.Context, p *cli.Program, v *vaulturl.Vault, id vault.UploadID) (bool, error) {
	_, err := cli.Collect(ctx, p, func(ctx context.Context) func(func(vault.Part, error) bool) { return v.Parts(ctx, id) })
	if errors.Is(err, vault.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// hasTooManyParts reports whether an upload has more than maxParts parts, the limit of the
// vault, so that it can never be completed. A limit of 0 is unknown.
func hasTooManyParts(u record.Upload, maxParts int) bool {
	return maxParts > 0 && upload.PartsOf(u.Source.Size, u.PartSize) > int64(maxParts)
}

func openUploadTable(p *cli.Program, objects []openUploadObject, withVault, full bool) {
	titles := []string{"BEGUN", ">PART SIZE", ">HELD", "UPLOAD", "DESCRIPTION", "CATALOG"}
	if withVault {
		titles = append([]string{"VAULT"}, titles...)
	}
	table := term.NewTable(p.Out, full, titles...)
	for _, o := range objects {
		id := string(o.UploadID)
		if !full {
			id = cli.ShortID(id)
		}
		cells := []string{
			humane.Time(o.Created), humane.Bytes(o.PartSize), fmt.Sprintf("%s, %s", humane.Count(o.Parts, "part"), humane.Bytes(o.Bytes)),
			id, cmp.Or(o.Description, o.Name), catalogText(o, withVault),
		}
		if withVault {
			cells = append([]string{o.Vault}, cells...)
		}
		table.Add(cells...)
	}
	table.End()
}

// catalogText returns what is on record about an upload.
func catalogText(o openUploadObject, catalogOnly bool) string {
	switch {
	case !o.InCatalog:
		return "does not know it"
	case o.Never:
		return "can never be completed: too many parts, " + o.File
	case o.AtVault || catalogOnly:
		return string(o.State) + ", " + o.File
	}
	return string(o.State) + ", " + o.File + " (not at the vault)"
}
