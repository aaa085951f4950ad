package upload

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"firn/record"
	"firn/vault"
)

// isAsked reports whether an upload that was begun under a name, in a storage class,
// becomes what this call asks for. What is not known, or not asked, is no difference.
func (u *upload) isAsked(name, class string) bool {
	l := u.Vault.Limits()
	return (!l.Names || name == "" || u.name == "" || name == u.name) && (class == "" || l.Class == "" || class == l.Class)
}

// asked notes in a new record what this call asks for.
func (u *upload) asked(r record.Upload) record.Upload {
	l := u.Vault.Limits()
	if l.Names {
		r.Name = u.name
	}
	r.Class = l.Class
	return r
}

// begunAs fills in under which name and in which class an upload was begun, which an
// older firn did not record, as far as the vault tells.
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
		err = nil // it has ended, or no list tells of it
	}
	return r, err
}

// asText says under which name and in which class an archive is, or would be.
func asText(name, class string) string {
	switch {
	case class == "":
		return fmt.Sprintf("%q", name)
	case name == "":
		return "class " + class
	}
	return fmt.Sprintf("%q in class %s", name, class)
}

// isAsAsked reports whether an archive with the bytes of the source is what this call
// asks for. If the call asks for another name, another copy is stored under that; if it
// asks for no name, a notice tells the archive's. Another class under the same name is an
// error: a key holds one object.
func (u *upload) isAsAsked(a record.Archive, from record.Upload) (bool, error) {
	want := u.asked(record.Upload{})
	switch {
	case u.isAsked(from.Name, from.Class):
		return true, nil
	case from.Name != want.Name && u.Name != "" && from.Name != "":
		u.Notice(fmt.Sprintf("the same bytes are stored as %s; they are stored as %s beside it, as asked for",
			asText(from.Name, from.Class), asText(want.Name, want.Class)))
		return false, nil
	case from.Class != "" && want.Class != "" && from.Class != want.Class:
		return false, fmt.Errorf("%s %w as %s, and not as %s as asked for; nothing was sent",
			u.source, vault.ErrExists, asText(from.Name, from.Class), asText(want.Name, want.Class))
	}
	u.Notice(fmt.Sprintf("it is there under another name: %q", from.Name))
	return true, nil
}
