package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"time"

	"firn/catalog"
	"firn/depot"
	"firn/internal/humane"
	"firn/upload"
	"firn/vault/vaulturl"
)

// uploadLarge is what the binary does under the old tool's name.
func (p *program) uploadLarge(ctx context.Context, args []string) (err error) {
	o, err := parseOldUpload(args)
	if errors.Is(err, flag.ErrHelp) {
		p.out.line("%s", oldUsage)
		return nil
	}
	if err != nil {
		return withHint(err, oldName+" --help")
	}
	p.catalogPath = catalogOfEnvironment()
	if err := p.needCatalog(); err != nil {
		return err
	}
	vaultArg := "glacier://" + url.PathEscape(o.vault) + "?region=" + url.QueryEscape(o.region)
	return p.withVault(ctx, vaultArg, depot.MaxConcurrency, func(c *catalog.Catalog, v *vaulturl.Vault) error {
		return p.uploadLargeTo(ctx, o, v, c)
	})
}

// uploadLargeTo uploads and prints the old tool's lines.
func (p *program) uploadLargeTo(ctx context.Context, o oldUpload, v *vaulturl.Vault, c *catalog.Catalog) (err error) {
	source, err := openSource(o.filepath, nil, v.URL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	size := source.Size()
	begin := p.now()
	p.out.line("Uploading: [%s]", show(o.filepath))
	p.out.line("Size: (%.2f) G", float64(size)/(1<<30))
	p.out.line("Start time: [%s]", humane.Time(begin))
	if o.mbps > 0 {
		d := timeToSend(size, o.mbps*(1<<20)/8)
		p.out.line("Estimated duration: (%.2f) hours => [%s] @ (%.2f) Mbps", d.Hours(), humane.Time(begin.Add(d)), o.mbps)
	}
	if err := p.out.flush(); err != nil {
		return err
	}
	s := &uploadSession{program: p, vaultArg: v.URL(), vault: v, catalog: c}
	p.setResume(o.filepath)
	if err := s.meetVault(ctx); err != nil {
		return err
	}
	stored, err := s.send(ctx, source, upload.Options{
		Description: o.description, PartSize: oldPartSize(o.partSize, size, v.Limits().MaxParts),
	}, func(depot.Progress) {}) // the old tool's lines say it
	if err != nil {
		return s.explain(context.WithoutCancel(ctx), err, o.filepath)
	}
	if stored.AlreadyPresent {
		p.ui.say("firn: %s", show(fmt.Sprintf("%q is already there, nothing was sent", o.filepath)))
	}
	elapsed := max(stored.Elapsed, time.Microsecond)
	p.out.line("Archive ID: [%s]", show(string(stored.ArchiveID)))
	p.out.line("Duration: (%.2f) hours @ (%.2f) Mbps", elapsed.Hours(), bytesPerSecond(stored.Sent, elapsed)*8/(1<<20))
	if err := p.out.flush(); err != nil {
		return fmt.Errorf("the archive is stored as %q, but its id could not be printed: %w", stored.ArchiveID, err)
	}
	return nil
}

// oldPartSize raises a part size until the file fits, as the old tool's library
// did.
func oldPartSize(part, size int64, maxParts int) int64 {
	for part < 4<<30 && part*int64(maxParts) < size {
		part *= 2
	}
	return part
}

// catalogOfEnvironment is the catalog of a command line that cannot name one.
func catalogOfEnvironment() string {
	if path := os.Getenv(variable("catalog")); path != "" {
		return path
	}
	path, _ := defaultCatalog()
	return path
}
