package uploads

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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

const multipartListLong = `List unfinished uploads.

With VAULT, list the uploads in the vault, how much of each the vault has, and
whether the catalog knows it. Without VAULT, list the uploads of all vaults in
the catalog and send no request to a vault.

To continue an upload that the catalog knows, run the command that started it.
An upload in the state "unknown" was complete, but the answer to its last
request was lost: the next inventory of the vault shows whether the archive
exists. An upload with "too many parts" can never be completed. --long, and any
output that is not a terminal, shows all fields whole.`

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
	long := false
	cmd := &cobra.Command{
		Use:     "list [VAULT]",
		Aliases: []string{"ls"},
		Short:   "List unfinished uploads",
		Long:    multipartListLong,
		Example: multipartListExample,
		Args:    cli.Takes(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return multipartList(cmd.Context(), p, args, long)
		},
	}
	cmd.Flags().BoolVar(&long, "long", false, "show all fields, whole")
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusIncomplete, cli.StatusDenied, cli.StatusLocked,
		cli.StatusDamaged, cli.StatusInterrupted)
}

func multipartList(ctx context.Context, p *cli.Program, args []string, long bool) (err error) {
	c, err := p.OpenCatalog(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var objects []openUploadObject
	vaultURL := ""
	if len(args) == 0 {
		objects, err = recordedUploads(ctx, p, c, "", 0)
	} else {
		vaultURL, objects, err = vaultUploads(ctx, p, c, args[0])
	}
	if err != nil {
		return err
	}
	if len(objects) == 0 {
		tellNoUploads(ctx, p, vaultURL)
		return nil
	}
	if p.JSON {
		for _, o := range objects {
			if err := p.Out.Object(o); err != nil {
				return err
			}
		}
		return nil
	}
	openUploadTable(ctx, p, objects, len(args) == 0, long || !p.Out.IsTerminal())
	return nil
}

// tellNoUploads says that there are no unfinished uploads at a vault, or on record if vaultURL is
// empty.
func tellNoUploads(ctx context.Context, p *cli.Program, vaultURL string) {
	if vaultURL == "" {
		p.Empty("no unfinished uploads on record", "to ask a vault itself: firn multipart list VAULT")
		return
	}
	p.Empty("no unfinished uploads in "+p.VaultTitle(ctx, vaultURL),
		append(p.DirectoryHint(vaultURL), "the archives in it: "+term.ShellCommand("firn", "list", p.TypedVault(ctx, vaultURL)))...)
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

// vaultUploads returns the URL of a vault, and the unfinished uploads that are there or only on
// record.
func vaultUploads(
	ctx context.Context, p *cli.Program, c *catalog.Catalog, vaultArg string,
) (url string, objects []openUploadObject, err error) {
	p.Contact(vaultArg)
	v, err := vaulturl.Open(ctx, vaultArg, vaulturl.Options{OnDamage: p.Damaged, Notice: p.Notice})
	if err != nil {
		return "", nil, p.ExplainOpen(err, vaultArg)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	there, _, err := openUploads(ctx, p, v, c)
	if err != nil {
		return "", nil, p.ExplainVault(err, vaultArg)
	}
	listed := make(map[vault.UploadID]bool)
	for _, u := range there {
		if err := countParts(ctx, p, v, &u); err != nil {
			return "", nil, err
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
		return "", nil, err
	}
	for _, o := range recorded {
		if listed[o.UploadID] {
			continue
		}
		if len(there) == 0 && o.UploadID != "" { // not every service lists uploads
			if o.AtVault, err = hasUpload(ctx, p, v, o.UploadID); err != nil {
				return "", nil, err
			}
		}
		objects = append(objects, o)
	}
	return v.URL(), objects, nil
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

func openUploadTable(ctx context.Context, p *cli.Program, objects []openUploadObject, allVaults, long bool) {
	headings := allVaults && !long
	tables := p.VaultTables(ctx, openUploadColumns(long, allVaults), headings)
	if headings {
		slices.SortStableFunc(objects, func(a, b openUploadObject) int { return strings.Compare(a.Vault, b.Vault) })
	}
	held := int64(0)
	for _, o := range objects {
		tables.Add(o.Vault, openUploadCells(o, allVaults, long)...)
		held += o.Bytes
	}
	tables.End()
	p.Out.Total("%s, %s held", term.Many(len(objects), "unfinished upload"), humane.Bytes(held))
}

func openUploadColumns(long, allVaults bool) []term.Column {
	if long {
		columns := []term.Column{
			{Title: "NAME"},
			{Title: "HELD", Right: true},
			{Title: "PARTS", Right: true},
			{Title: "BEGUN"},
			{Title: "STATE"},
			{Title: "ID"},
			{Title: "PART SIZE", Right: true},
			{Title: "DESCRIPTION"},
			{Title: "FILE"},
		}
		if allVaults {
			columns = append(columns, term.Column{Title: "VAULT"})
		}
		return columns
	}
	return []term.Column{
		{Title: "NAME", Fit: term.FitCut},
		{Title: "HELD", Right: true},
		{Title: "PARTS", Right: true, Drop: 2},
		{Title: "BEGUN", Drop: 1},
		{Title: "STATE"},
		{Title: "ID"},
	}
}

func openUploadCells(o openUploadObject, allVaults, long bool) []string {
	at, id := humane.Minute, cli.ColumnID(string(o.UploadID))
	if long {
		at, id = humane.Time, string(o.UploadID)
	}
	cells := []string{uploadName(o), humane.Bytes(o.Bytes), strconv.Itoa(o.Parts), at(o.Created), stateText(o, allVaults), id}
	if long {
		cells = append(cells, humane.Bytes(o.PartSize), o.Description, o.File)
	}
	if long && allVaults {
		cells = append(cells, o.Vault)
	}
	return cells
}

// uploadName returns the text by which people know an upload. It is never empty.
func uploadName(o openUploadObject) string {
	file := ""
	if o.File != "" && o.File != record.Stream {
		file = filepath.Base(o.File)
	}
	return cmp.Or(o.Name, file, o.Description, cli.ColumnID(string(o.UploadID)))
}

// stateText returns what is on record about an upload.
func stateText(o openUploadObject, catalogOnly bool) string {
	switch {
	case !o.InCatalog:
		return "not on record"
	case o.Never:
		return "too many parts" // it can never be completed
	case o.AtVault || catalogOnly:
		return string(o.State)
	}
	return string(o.State) + ", not at the vault"
}
