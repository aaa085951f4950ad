package uploads

import (
	"cmp"
	"fmt"
	"path/filepath"

	"firn/cmd/firn/internal/cli"
	"firn/cmd/firn/internal/term"
	"firn/vault/vaulturl"
)

// checkName says whether a vault takes an archive under the name that a source will
// give it.
func checkName(v *vaulturl.Vault, o uploadOptions, path string) error {
	if path == "-" && o.name == "" { // it gets a name of its own
		return nil
	}
	if err := v.CheckName(cmp.Or(o.name, filepath.Base(path))); err != nil {
		return fmt.Errorf("%s: %w", sourceName(path), err)
	}
	return nil
}

// explainName adds how to store a source whose name no archive can have.
func explainName(err error, vaultArg, path string) error {
	return cli.WithHint(err, "store it under another name: "+term.ShellCommand("firn", "upload", vaultArg, path, "--name")+" NAME")
}
