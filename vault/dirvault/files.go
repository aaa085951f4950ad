package dirvault

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"firn/vault/dirvault/internal/durable"
	"firn/vault/dirvault/internal/layout"
)

// The files that a vault makes besides archives and uploads, to be read later, are
// reached through the methods below: they are in the directory or, if that can only be
// read, aside.

// readDocument is readDocument of a file of the vault.
func (v *Vault) readDocument(name string, d durable.Document) error {
	if v.aside != nil {
		if data, there := v.aside.document(name); there {
			return durable.Decode(data, d)
		}
	}
	return durable.ReadDocument(v.dir, name, d)
}

// writeDocument is writeDocument of a file of the vault.
func (v *Vault) writeDocument(name string, d durable.Document) error {
	if v.aside == nil {
		return durable.WriteDocument(v.dir, name, d)
	}
	data, err := durable.Encode(d)
	if err == nil {
		v.aside.setDocument(name, data)
	}
	return err
}

// fillFile is fillFile of a file of the vault.
func (v *Vault) fillFile(name string, fill func(*os.File) error) error {
	if v.aside == nil {
		return durable.FillFile(v.dir, name, fill)
	}
	return v.aside.fill(name, fill)
}

// openFile opens a file of the vault. errors.Is finds fs.ErrNotExist when there is none.
func (v *Vault) openFile(name string) (file, error) {
	if v.aside != nil {
		if f, there := v.aside.open(name); there {
			return f, nil
		}
	}
	f, err := v.dir.Open(name)
	if err != nil {
		return nil, err // not f, which would be a file that is not nil
	}
	return f, nil
}

// neverWrote reports whether a document of this name, if there is one, is from before a
// vault was opened that can only be read.
func (v *Vault) neverWrote(name string) bool {
	if v.aside == nil {
		return false
	}
	_, there := v.aside.document(name)
	return !there
}

// removeFile removes a file of the vault, if it is there and can be removed.
func (v *Vault) removeFile(name string) error {
	if v.aside == nil {
		return durable.RemoveIfThere(v.dir, name)
	}
	return v.aside.remove(name)
}

// eachEntry is eachEntry of a directory of the vault. One that is missing in a vault
// that can only be read was left out when it was copied, because it was empty.
func (v *Vault) eachEntry(dir string, visit func(name string) (bool, error)) error {
	err := durable.EachEntry(v.dir, dir, visit)
	if v.aside != nil && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// eachJobFile calls visit with the names of the files in the jobs' directory.
func (v *Vault) eachJobFile(visit func(name string) (bool, error)) error {
	if v.aside != nil {
		for _, name := range v.aside.names() {
			name, isJob := strings.CutPrefix(name, layout.JobsDir+"/")
			if !isJob {
				continue
			}
			if more, err := visit(name); err != nil || !more {
				return err
			}
		}
	}
	return v.eachEntry(layout.JobsDir, visit)
}
