package main

import (
	"cmp"
	"fmt"
	"path/filepath"

	"firn/vault/vaulturl"
)

// checkName says whether a vault takes an archive under the name that a source will
// give it.
func (*program) checkName(v *vaulturl.Vault, o uploadOptions, path string) error {
	if path == "-" && o.name == "" { // it gets a name of its own
		return nil
	}
	if err := v.CheckName(cmp.Or(o.name, filepath.Base(path))); err != nil {
		return fmt.Errorf("%s: %w", sourceName(path), err)
	}
	return nil
}

// explainName adds how to store a source whose name no archive can have.
func (*program) explainName(err error, vaultArg, path string) error {
	return withHint(err, "store it under another name: "+shellCommand("firn", "upload", vaultArg, path, "--name")+" NAME")
}
