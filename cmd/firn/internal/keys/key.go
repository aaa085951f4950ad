// Package keys has the commands about the keys of encrypted archives.
package keys

import (
	"github.com/spf13/cobra"

	"firn/cmd/firn/internal/cli"
)

const keyLong = `Make a key for encrypted archives, or check that a key opens them.

A key has two halves. Whoever has the public key can encrypt, and only the
secret key, which is called the identity, can decrypt. firn writes files of age
(https://age-encryption.org): "age -d -i IDENTITY" opens each of them without
firn.`

const keyExample = `  firn key new key.txt
  firn key check cold-home --identity key.txt`

// NewKey returns the command firn key.
func NewKey(p *cli.Program) *cobra.Command {
	cmd := cli.Group("key", "Make and check keys for encrypted archives", keyLong, newKeyNew(p), newKeyCheck(p))
	cmd.Example = keyExample
	return cmd
}
