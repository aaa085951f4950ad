package upload

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"firn/record"
	"firn/vault"
)

// hasRequestedName reports whether an upload that was begun with a name and a storage class
// gives the archive that this call requests. A name or class that is unknown or not requested
// does not count as a difference.
func (u *upload) hasRequestedName(name, class string) bool {
	l := u.Vault.Limits()
	return (!l.Names || name == "" || u.name == "" || name == u.name) && (class == "" || l.Class == "" || class == l.Class)
}

// withRequest adds the requested name and class to a new record.
func (u *upload) withRequest(r record.Upload) record.Upload {
	l := u.Vault.Limits()
	if l.Names {
		r.Name = u.name
	}
	r.Class = l.Class
	return r
}

// begunAs adds the name and the class with which an upload was begun, if the vault lists them.
// Older versions of firn did not record them.
func (u *upload) begunAs(ctx context.Context, r record.Upload) (record.Upload, error) {
	if !u.Vault.Limits().Names || r.Name != "" {
		return r, nil
	}
	err := u.Retry().Do(ctx, func(ctx context.Context) error {
		there, err := vault.FindUpload(ctx, u.Vault, r.ID)
		if err == nil {
			r.Name, r.Class = there.Name, cmp.Or(r.Class, there.Class)
		}
		return err
	})
	if errors.Is(err, vault.ErrNotFound) {
		err = nil // it has ended, or the vault does not list it
	}
	return r, err
}

// asText describes a name and a class in words.
func asText(name, class string) string {
	switch {
	case class == "":
		return fmt.Sprintf("%q", name)
	case name == "":
		return "class " + class
	}
	return fmt.Sprintf("%q in class %s", name, class)
}

// isRequested reports whether an archive with the bytes of the source is the archive that this
// call requests. If the call requests another name, the answer is no, and a copy is stored
// under that name. If the call requests no name, a notice gives the archive's name. Another
// class under the same name is an error, because a key holds one object.
func (u *upload) isRequested(a record.Archive, from record.Upload) (bool, error) {
	want := u.withRequest(record.Upload{})
	switch {
	case u.hasRequestedName(from.Name, from.Class):
		return true, nil
	case from.Name != want.Name && u.Name != "" && from.Name != "":
		u.Notice(fmt.Sprintf("the same bytes are stored as %s; storing them as %s, too, as requested",
			asText(from.Name, from.Class), asText(want.Name, want.Class)))
		return false, nil
	case from.Class != "" && want.Class != "" && from.Class != want.Class:
		return false, fmt.Errorf("%s %w as %s, not as %s as requested; nothing was sent",
			u.source, vault.ErrExists, asText(from.Name, from.Class), asText(want.Name, want.Class))
	}
	u.Notice(fmt.Sprintf("it is stored under another name: %q", from.Name))
	return true, nil
}
