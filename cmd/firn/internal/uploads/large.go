package uploads

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"time"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/depot"
	"firn/internal/humane"
	"firn/source"
	"firn/upload"
	"firn/vault/vaulturl"
)

// UploadLarge runs the command line of the old tool.
func UploadLarge(ctx context.Context, p *cli.Program, args []string) (err error) {
	o, err := parseOldUpload(args)
	if errors.Is(err, flag.ErrHelp) {
		p.Out.Line("%s", oldUsage)
		return nil
	}
	if err != nil {
		return cli.WithHint(err, OldName+" --help")
	}
	p.CatalogPath = catalogOfEnvironment()
	if err := p.NeedCatalog(); err != nil {
		return err
	}
	vaultArg := "glacier://" + url.PathEscape(o.vault) + "?region=" + url.QueryEscape(o.region)
	return p.WithVault(ctx, vaultArg, depot.MaxConcurrency, func(c *catalog.Catalog, v *vaulturl.Vault) error {
		return uploadLargeTo(ctx, p, o, v, c)
	})
}

// uploadLargeTo uploads a file and prints the old tool's lines.
func uploadLargeTo(ctx context.Context, p *cli.Program, o oldUpload, v *vaulturl.Vault, c *catalog.Catalog) (err error) {
	file, err := openSource(o.filepath, nil, v.URL())
	if err != nil {
		return err
	}
	size := file.Size()
	begin := p.Now()
	p.Out.Line("Uploading: [%s]", term.Show(o.filepath))
	p.Out.Line("Size: (%.2f) G", float64(size)/(1<<30))
	p.Out.Line("Start time: [%s]", humane.Time(begin))
	if o.mbps > 0 {
		d := term.TimeToSend(size, o.mbps*(1<<20)/8)
		p.Out.Line("Estimated duration: (%.2f) hours => [%s] @ (%.2f) Mbps", d.Hours(), humane.Time(begin.Add(d)), o.mbps)
	}
	if err := p.Out.Flush(); err != nil {
		return errors.Join(err, file.Close())
	}
	s := &uploadSession{program: p, vaultArg: v.URL(), vault: v, catalog: c, shown: startProgress(p, nil, []string{o.filepath})}
	defer s.shown.Stop()
	p.SetResume(o.filepath)
	if err := s.meetVault(ctx); err != nil {
		return errors.Join(err, file.Close())
	}
	var stored upload.Outcome
	items := []upload.Item{{Path: o.filepath, Open: func() (*source.Source, error) { return file, nil }}}
	options := upload.Options{Description: o.description, PartSize: oldPartSize(o.partSize, size, v.Limits().MaxParts)}
	approve := func(depot.UploadPlan) error { return nil }
	for _, stored = range s.send(ctx, items, options, approve, func(depot.Progress) {}) { // the old tool's lines report it
		break
	}
	if stored.Err != nil {
		return s.explain(context.WithoutCancel(ctx), stored.Err, o.filepath)
	}
	if stored.AlreadyPresent {
		p.UI.Say("firn: %s", term.Show(fmt.Sprintf("%q is already there, nothing was sent", o.filepath)))
	}
	elapsed := max(stored.Elapsed, time.Microsecond)
	p.Out.Line("Archive ID: [%s]", term.Show(string(stored.ArchiveID)))
	p.Out.Line("Duration: (%.2f) hours @ (%.2f) Mbps", elapsed.Hours(), term.BytesPerSecond(stored.Sent, elapsed)*8/(1<<20))
	if err := p.Out.Flush(); err != nil {
		return fmt.Errorf("the archive is stored as %q, but its id could not be printed: %w", stored.ArchiveID, err)
	}
	return nil
}

// oldPartSize doubles a part size until the file fits, as the old tool's library did.
func oldPartSize(part, size int64, maxParts int) int64 {
	for part < 4<<30 && part*int64(maxParts) < size {
		part *= 2
	}
	return part
}

// catalogOfEnvironment returns the path of the catalog for a command line without --catalog.
func catalogOfEnvironment() string {
	if path := os.Getenv(cli.Variable("catalog")); path != "" {
		return path
	}
	path, _ := cli.DefaultCatalog()
	return path
}

// OldName is the name of the old tool. Under this name the binary takes its arguments.
const OldName = "gt_upload_large"
