package keys

import (
	"context"
	"fmt"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
)

// checkObject is what a key opens in a vault, on standard output.
type checkObject struct {
	MessageType    string `json:"message_type"`
	Vault          string `json:"vault"`
	Packs          int    `json:"packs"` // encrypted, and on record
	PacksOpened    int    `json:"packs_opened"`
	Canaries       int    `json:"canaries"` // fetched from the vault
	CanariesOpened int    `json:"canaries_opened"`
}

// check is what a key opens in a vault.
type check struct {
	checkObject
	why error // of the first pack or canary that it does not open
}

func (k *check) count(err error, all, opened *int) {
	*all++
	if err == nil {
		*opened++
	} else if k.why == nil {
		k.why = err
	}
}

// tell prints the result. A key that does not open everything is an error.
func (k *check) tell(ctx context.Context, p *cli.Program) error {
	if p.JSON {
		if err := p.Out.Object(k.checkObject); err != nil {
			return err
		}
	}
	title := p.VaultTitle(ctx, k.Vault)
	switch opened := k.PacksOpened + k.CanariesOpened; {
	case k.why == nil && !p.JSON:
		p.Out.Line("%s", term.Show("the key opens "+k.all()+" of "+title))
	case k.why == nil:
	case opened > 0:
		text := fmt.Sprintf("%d of %s", k.PacksOpened, term.Many(k.Packs, "encrypted pack"))
		if k.Canaries > 0 {
			text += fmt.Sprintf(" and %d of %d canaries", k.CanariesOpened, k.Canaries)
		}
		return cli.InClass(fmt.Errorf("the key opens %s of %s; of the others, %w", text, title, k.why), cli.ErrPartial)
	default:
		return fmt.Errorf("the key opens nothing of %s: %w", title, k.why)
	}
	return nil
}

// all returns what a key opens that opens everything.
func (k *check) all() string {
	text := term.Many(k.Packs, "encrypted pack")
	switch k.Canaries {
	case 0:
		return text
	case 1:
		return text + " and the canary"
	}
	return fmt.Sprintf("%s and %d canaries", text, k.Canaries)
}
