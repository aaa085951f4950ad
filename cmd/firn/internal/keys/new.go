package keys

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/internal/seal"
	"firn/vault"
)

const keyNewLong = `Make a key. The secret key goes to FILE, which only you can read, and the public
key to FILE.pub. No file is replaced.

The key is hybrid and post-quantum: ML-KEM-768 with X25519. age opens its files
since version 1.3. For an older age, make a key with age-keygen.

Keep a copy of FILE elsewhere than on the machine that is backed up: on paper,
on a stick, with a person. Without it nobody can read the backups, not even
firn. To protect the copies with a passphrase: age -p -o key.age key.txt. The
machine itself needs only FILE.pub.`

const keyNewExample = `  firn key new key.txt
  firn backup cold-home /home --recipient key.txt.pub`

// keyObject is a new key on standard output.
type keyObject struct {
	MessageType   string `json:"message_type"`
	Identity      string `json:"identity"` // the file with the secret key
	RecipientFile string `json:"recipient_file"`
	Recipient     string `json:"recipient"`
}

func newKeyNew(p *cli.Program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "new FILE",
		Short:   "Make a key",
		Long:    keyNewLong,
		Example: keyNewExample,
		Args:    cli.Takes(1, 1),
		RunE:    func(_ *cobra.Command, args []string) error { return runNew(p, args[0]) },
	}
	return cli.WithStatuses(cmd, cli.StatusDone, cli.StatusError, cli.StatusUsage, cli.StatusRefused)
}

func runNew(p *cli.Program, path string) error {
	public := path + ".pub"
	if _, err := os.Lstat(public); err == nil { // before a key is made that has no other half
		return taken(fmt.Errorf("%q %w", public, vault.ErrExists))
	}
	secret, recipient, err := seal.NewIdentity(p.Now())
	if err != nil {
		return err
	}
	write := func(path, text string) error {
		return cli.WriteWhole(path, false, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
	}
	if err := write(path, secret); err != nil {
		return taken(err)
	}
	if err := write(public, recipient+"\n"); err != nil {
		return taken(err)
	}
	if p.JSON {
		return p.Out.Object(keyObject{"key", path, public, recipient})
	}
	p.Out.Line("%s", term.Show(public))
	p.Notice(fmt.Sprintf("the secret key is in %q: keep a copy elsewhere than on this machine", path))
	p.Notice("without it nobody can read what is encrypted to the public key")
	return nil
}

// taken gives the error of a file that exists its class.
func taken(err error) error {
	if errors.Is(err, vault.ErrExists) {
		return cli.WithHint(cli.InClass(err, cli.ErrRefused), "choose another name: firn key new FILE")
	}
	return err
}
