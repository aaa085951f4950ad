// Package keyring has what the commands share that encrypt and decrypt: the options with public
// keys and with the file of a secret key, and the canary of a vault.
package keyring

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"firn/cmd/firn/internal/cli"
	"firn/internal/seal"
)

// Recipients is the option --recipient.
type Recipients struct{ given keysFlag }

// keysFlag is a list of public keys, and of files with them.
type keysFlag struct{ cli.ListFlag }

// Type returns the name of the value in the help text.
func (f *keysFlag) Type() string { return "KEY" }

// Add adds the option to a command.
func (r *Recipients) Add(f *pflag.FlagSet) {
	f.Var(&r.given, "recipient", "encrypt to `KEY`: age1..., ssh-..., or a file of public keys")
}

// Given reports whether there are recipients.
func (r *Recipients) Given() bool { return len(r.given.ListFlag) > 0 }

// maxKeyFile is the size of the largest file with public keys.
const maxKeyFile = 1 << 20

// Keys returns the public keys, each once, and checks them. A value that is no key is a file with
// keys, one on a line; empty lines and comments are left out.
func (r *Recipients) Keys() (keys []string, err error) {
	for _, value := range r.given.ListFlag {
		value = strings.TrimSpace(value)
		if isKey(value) {
			keys = append(keys, value)
			continue
		}
		found, err := readKeys(value)
		if err != nil {
			return nil, err
		}
		keys = append(keys, found...)
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return nil, nil
	}
	if _, err := seal.ParseRecipients(keys); err != nil {
		return nil, cli.WithHint(cli.UsageError("--recipient: %w", err), "to make a key: firn key new FILE")
	}
	return keys, nil
}

// isKey reports whether a value is meant as a key. A secret key is, too, so that it is refused
// as one and not shown as the name of a file.
func isKey(value string) bool {
	return strings.HasPrefix(value, "age1") || strings.HasPrefix(value, "ssh-") || strings.HasPrefix(strings.ToUpper(value), "AGE-")
}

func readKeys(path string) (keys []string, err error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxKeyFile {
		err = errors.New("it has more than 1 MiB")
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, cli.WithHint(cli.UsageError("--recipient: %q is neither a public key nor a file with them: %w", path, err),
			"to make a key: firn key new FILE")
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			keys = append(keys, line)
		}
	}
	if len(keys) == 0 {
		return nil, cli.UsageError("--recipient: the file %q has no public keys", path)
	}
	return keys, nil
}

// RecipientHelp explains KEY in the help of a command.
const RecipientHelp = `KEY is a public key: one of age (age1..., age1pq1...) or of SSH (ssh-ed25519 or
ssh-rsa), or a file with public keys, one on a line. Several recipients can each
decrypt alone. "firn key new" makes a key.`

// describe names the recipients.
func describe(keys []string) string {
	if len(keys) == 1 {
		return "the recipient"
	}
	return fmt.Sprintf("each of the %d recipients", len(keys))
}
