package uploads

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/description"
	"firn/internal/home"
	"firn/record"
	"firn/source"
	"firn/upload"
	"firn/vault"
)

// sealing encrypts the files of one firn upload.
type sealing struct {
	program *cli.Program
	catalog *catalog.Catalog // nil: nothing is stored
	vault   string           // canonical URL
	options uploadOptions
	spool   *source.Spool
}

// newSealing returns nil without recipients: then files are uploaded as they are.
func newSealing(p *cli.Program, c *catalog.Catalog, vaultURL string, o uploadOptions) (*sealing, error) {
	keys, err := o.recipients.Keys()
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	dir := o.spoolDir
	if dir == "" {
		cache, err := home.Cache()
		if err != nil {
			return nil, fmt.Errorf("the place for encrypted files is unknown: %w; give it with --spool-dir DIR", err)
		}
		dir = filepath.Join(cache, "firn", "sealed")
	}
	spool, err := source.NewSpool(dir, vaultURL, keys)
	if err != nil {
		return nil, err
	}
	spool.Notice = p.Notice
	return &sealing{p, c, vaultURL, o, spool}, nil
}

// sizeOf returns the size of the archive of a source in bytes, or -1 if it is unknown.
func (s *sealing) sizeOf(path string) int64 {
	size := sizeOf(path)
	if s == nil || size < 0 {
		return size
	}
	return s.spool.Size(size)
}

// nameOf returns the name of the archive of a source, as far as the user gives none.
func (s *sealing) nameOf(path string) string {
	if s == nil {
		return filepath.Base(path)
	}
	return filepath.Base(path) + source.SealedSuffix
}

// identityOf returns what goes on record for a source.
func (s *sealing) identityOf(file record.Source) record.Source {
	if s == nil {
		return file
	}
	return s.spool.Identity(file)
}

// find returns the last upload of a file, and reports whether it has stored the file as it is now.
func (s *sealing) find(ctx context.Context, file record.Source) (last record.Upload, stored bool, err error) {
	if s.catalog == nil || s.options.again {
		return last, false, nil
	}
	text := s.options.description
	if text == "" {
		text = description.FromName(s.nameOf(file.Path))
	}
	last, err = s.catalog.FindUpload(ctx, s.vault, s.spool.Identity(file).Path, text)
	if errors.Is(err, vault.ErrNotFound) {
		return last, false, nil
	}
	return last, err == nil && s.spool.IsStored(last, file), err
}

// open returns the encrypted form of a file. One that is stored already is not encrypted again.
func (s *sealing) open(ctx context.Context, path, vaultArg string) (*source.Source, error) {
	plain, err := openSource(path, nil, vaultArg)
	if err != nil {
		return nil, err
	}
	last, stored, err := s.find(ctx, plain.Identity)
	if err = errors.Join(err, plain.Close()); err != nil {
		return nil, err
	}
	if stored {
		return s.spool.Stored(last), nil
	}
	sealed, err := s.spool.Open(ctx, path)
	if errors.Is(err, source.ErrNoRoom) {
		err = cli.InClass(err, upload.ErrSpool)
	}
	return sealed, err
}

// done removes the encrypted form of a file that the vault has confirmed.
func (s *sealing) done(path string) error {
	if s == nil {
		return nil
	}
	return s.spool.Remove(path)
}

// streamError refuses to encrypt standard input: it could not continue after an interruption,
// because the same bytes encrypted again are others.
func streamError(vaultArg string) error {
	return cli.WithHint(cli.UsageError("standard input cannot be encrypted by firn: encrypted again, the same bytes are others, and no upload could continue"),
		"to encrypt it on the way: age -r KEY | "+term.ShellCommand("firn", "upload", vaultArg, "-", "--description", "TEXT"),
		"or write it to a file first")
}
