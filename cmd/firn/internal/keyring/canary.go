package keyring

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"firn/catalog"
	"firn/cmd/firn/internal/cli"
	"firn/depot"
	"firn/internal/seal"
	"firn/record"
	"firn/source"
	"firn/upload"
)

// A canary is a small archive that is encrypted like the packs beside it. Whoever retrieves and
// opens it knows that the vault returns what was stored, and that the secret key fits.
const (
	canaryPrefix = "firn canary 1 " // of its description; an id follows
	canaryText   = "firn canary 1\n"
	maxCanary    = seal.MaxHead + 1<<10 // bytes of the archive
)

// canaryDescription returns the description of the canary of a vault for some recipients. It
// tells nothing about them to those who do not know all of them.
func canaryDescription(vaultURL string, keys []string) string {
	sum := sha256.Sum256([]byte(canaryText + vaultURL + "\n" + strings.Join(keys, "\n")))
	return canaryPrefix + hex.EncodeToString(sum[:16])
}

// Insist makes sure, before a vault gets the first pack for some recipients, that the user has
// kept the secret key elsewhere than on this machine, which asks unless elsewhere is set. Then it
// leaves a canary in the vault. It does nothing if the vault has the canary.
func Insist(ctx context.Context, p *cli.Program, c *catalog.Catalog, d depot.Depot, vaultURL string, keys []string, elsewhere bool) error {
	description := canaryDescription(vaultURL, keys)
	found, err := c.FindArchive(ctx, vaultURL, description)
	if err != nil || len(found) > 0 {
		return err
	}
	if !elsewhere {
		p.Notice("without the secret key nobody can read what is encrypted now")
		question := fmt.Sprintf("is the key of %s also kept elsewhere than on this machine?", describe(keys))
		if err := p.ConfirmOr(ctx, question, "--key-elsewhere"); err != nil {
			return err
		}
	}
	return leave(ctx, d, description, keys)
}

func leave(ctx context.Context, d depot.Depot, description string, keys []string) error {
	to, err := seal.ParseRecipients(keys)
	if err != nil {
		return err
	}
	var sealed bytes.Buffer
	w, err := seal.NewWriter(&sealed, to)
	if err == nil {
		_, err = io.WriteString(w, canaryText)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		name := strings.ReplaceAll(description, " ", "-")
		_, err = upload.From(ctx, d, source.FromReaderAt(bytes.NewReader(sealed.Bytes()), int64(sealed.Len()), name),
			upload.Options{Name: name, Description: description})
	}
	if err != nil {
		return fmt.Errorf("store the canary, by which a key can be checked: %w", err)
	}
	return nil
}

// Canaries returns the canaries of a vault on record.
func Canaries(ctx context.Context, c *catalog.Catalog, vaultURL string) (found []record.Archive, err error) {
	all, err := c.FindArchive(ctx, vaultURL, canaryPrefix+"*")
	for _, a := range all {
		if strings.HasPrefix(a.Description, canaryPrefix) && a.State != record.Missing {
			found = append(found, a)
		}
	}
	return found, err
}

// CheckCanary opens a canary. The bytes come from the vault.
func CheckCanary(sealed []byte, ids seal.Identities) error {
	r, err := seal.Open(bytes.NewReader(sealed), int64(len(sealed)), ids)
	if err != nil {
		return err
	}
	if r.Size() != int64(len(canaryText)) {
		return fmt.Errorf("%w: it is no canary", seal.ErrChanged)
	}
	text := make([]byte, len(canaryText))
	if _, err := r.ReadAt(text, 0); err != nil {
		return err
	}
	if string(text) != canaryText {
		return fmt.Errorf("%w: it is no canary", seal.ErrChanged)
	}
	return nil
}

// CanaryBuffer keeps the bytes of a canary as they are fetched, and refuses more than a canary
// can have.
type CanaryBuffer struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *CanaryBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxCanary {
		return 0, fmt.Errorf("%w: it is larger than a canary", seal.ErrChanged)
	}
	return b.Buffer.Write(p)
}
