package uploads

import (
	"cmp"
	"fmt"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/vault/vaulturl"
)

// checkName checks that the vault accepts the name that the archive of a source will have.
func checkName(v *vaulturl.Vault, o uploadOptions, encrypt *sealing, path string) error {
	if path == "-" && o.name == "" { // upload invents a name
		return nil
	}
	if err := v.CheckName(cmp.Or(o.name, encrypt.nameOf(path))); err != nil {
		return fmt.Errorf("%s: %w", sourceName(path), err)
	}
	return nil
}

// explainName adds a hint how to store a source whose name no archive can have.
func explainName(err error, vaultArg, path string) error {
	return cli.WithHint(err, "store it under another name: "+term.ShellCommand("firn", "upload", vaultArg, path, "--name")+" NAME")
}
