package uploads

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/record"
	"firn/vault"
	"firn/vault/vaulturl"
)

const multipartLong = `List and abort unfinished uploads.

An interrupted upload stays in the vault so that it can be continued, until the
vault drops it. Amazon Glacier does so 24 hours after the last part.`

const multipartExample = `  firn multipart list image-backups
  firn multipart abort image-backups OW2fM5iVylEpFEMM`

// NewMultipart returns the command firn multipart.
func NewMultipart(p *cli.Program) *cobra.Command {
	cmd := cli.Group("multipart", "List and abort unfinished uploads", multipartLong,
		newMultipartList(p), newMultipartAbort(p))
	cmd.Example = multipartExample
	return cmd
}

// openUpload is an unfinished upload at the vault and on record.
type openUpload struct {
	vault.Upload
	vaultURL string
	parts    int   // that the vault holds
	bytes    int64 // of these parts
	known    bool  // it is on record
	record   record.Upload
}

// openUploads returns the unfinished uploads of a vault (there), with their records but without
// their parts, and the uploads that are open on record but not at the vault (gone).
func openUploads(ctx context.Context, p *cli.Program, v *vaulturl.Vault, c *catalog.Catalog) (there, gone []openUpload, err error) {
	listed, err := cli.Collect(ctx, p, func(ctx context.Context) func(func(vault.Upload, error) bool) { return v.Uploads(ctx) })
	if err != nil {
		return nil, nil, err
	}
	unsettled, err := cli.Collect(ctx, p, func(ctx context.Context) func(func(record.Upload, error) bool) { return c.Uploads(ctx, v.URL()) })
	if err != nil {
		return nil, nil, err
	}
	for _, u := range listed {
		at := openUpload{Upload: u, vaultURL: v.URL()}
		at.record, err = recordOf(ctx, v, c, u, unsettled)
		if err != nil && !errors.Is(err, vault.ErrNotFound) {
			return nil, nil, err
		}
		if at.known = err == nil; at.known {
			at.ID, at.PartSize = at.record.ID, at.record.PartSize
		}
		there = append(there, at)
	}
	return there, goneUploads(v.URL(), unsettled, there), nil
}

// recordOf is upload.RecordOf for many uploads: the caller reads the unsettled records once and
// passes them in.
func recordOf(ctx context.Context, v *vaulturl.Vault, c *catalog.Catalog, u vault.Upload, unsettled []record.Upload) (record.Upload, error) {
	known, err := c.UploadByID(ctx, v.URL(), u.ID)
	if !errors.Is(err, vault.ErrNotFound) {
		return known, err
	}
	isIt := func(r record.Upload) bool { return (r.Name == "" || r.Name == u.Name) && v.IsUpload(u.ID, r.ID) }
	if i := slices.IndexFunc(unsettled, isIt); i >= 0 {
		return unsettled[i], nil
	}
	return known, err
}

// goneUploads returns the uploads that are open on record and not among those at the vault.
func goneUploads(vaultURL string, unsettled []record.Upload, there []openUpload) (gone []openUpload) {
	for _, u := range unsettled {
		isIt := func(o openUpload) bool { return o.ID == u.ID }
		if u.State != record.Open || slices.ContainsFunc(there, isIt) {
			continue // an unknown upload may be an archive by now
		}
		gone = append(gone, openUpload{
			Upload:   vault.Upload{ID: u.ID, Description: u.Description, PartSize: u.PartSize, Created: u.Started},
			vaultURL: vaultURL, known: true, record: u,
		})
	}
	return gone
}

// countParts fills in the parts that the vault holds of an upload. An upload that has ended
// meanwhile has none. In a bucket, an upload of which only a later part is there also counts as
// empty, because the offset of that part is unknown.
func countParts(ctx context.Context, p *cli.Program, v *vaulturl.Vault, u *openUpload) error {
	parts, err := cli.Collect(ctx, p, func(ctx context.Context) func(func(vault.Part, error) bool) { return v.Parts(ctx, u.ID) })
	if err != nil && !errors.Is(err, vault.ErrNotFound) && !errors.Is(err, vault.ErrInvalid) {
		return err
	}
	u.parts = len(parts)
	for _, part := range parts {
		u.bytes += part.Size
	}
	return nil
}

// chooseUpload finds the upload whose id is or begins with ref.
func chooseUpload(all []openUpload, v *vaulturl.Vault, ref string) (openUpload, error) {
	ref = cli.TypedID(ref)
	var found []openUpload
	for _, u := range all {
		if v.IsUpload(u.ID, vault.UploadID(ref)) {
			return u, nil
		}
		if strings.HasPrefix(string(u.ID), ref) {
			found = append(found, u)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return openUpload{}, cli.WithHint(vault.Errorf(vault.ErrNotFound, "the vault %q has no unfinished upload %q", v.URL(), ref),
			"to list what it has: "+term.ShellCommand("firn", "multipart", "list", v.URL()))
	}
	return openUpload{}, cli.WithHint(cli.UsageError("%d unfinished uploads begin with %q", len(found), ref),
		"to see what there is: "+term.ShellCommand("firn", "multipart", "list", v.URL()))
}
