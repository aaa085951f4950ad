package glaciervault

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firn/vault"
	"firn/vault/inventory"
)

const (
	maxName        = 255  // characters of a vault name
	maxDescription = 1024 // characters of a description of an archive or a job
)

// checkName returns ErrInvalid unless name is 1 to 255 letters, digits, hyphens,
// underscores and dots ("Vault naming requirements" in the developer guide). The names "."
// and ".." would be elements of the request's path with another meaning.
func checkName(name string) error {
	if name == "" || len(name) > maxName || !allOf(name, isNameByte) || name == "." || name == ".." {
		return vault.Errorf(vault.ErrInvalid, "vault name %.300q: a name has 1 to %d letters, digits, hyphens, underscores and dots", name, maxName)
	}
	return nil
}

// checkAccount returns ErrInvalid unless id is 12 digits, or a hyphen.
func checkAccount(id string) error {
	if id == ownAccount || len(id) == 12 && allOf(id, isDigit) {
		return nil
	}
	return vault.Errorf(vault.ErrInvalid, "account %.300q: an account is 12 digits, or %q for that of the credentials", id, ownAccount)
}

// checkDescription returns ErrInvalid unless the service keeps text unchanged: at most
// 1,024 printable ASCII characters, without spaces at its ends, which every HTTP header
// loses.
func checkDescription(text string) error {
	if len(text) > maxDescription {
		return vault.Errorf(vault.ErrInvalid, "description of %d characters: the service keeps up to %d", len(text), maxDescription)
	}
	if !allOf(text, vault.IsPrintable) {
		return vault.Errorf(vault.ErrInvalid, "description %q: the service keeps printable ASCII characters only", text)
	}
	if strings.TrimSpace(text) != text {
		return vault.Errorf(vault.ErrInvalid, "description %q: the service does not keep spaces at its ends", text)
	}
	return nil
}

// checkID returns ErrNotFound unless id has the form of the service's ids. It is called
// before id becomes part of a request's path. An id of another form belongs to nothing.
func checkID[T ~string](noun string, id T) error {
	if !inventory.IsID(string(id)) {
		return vault.Errorf(vault.ErrNotFound, "%s %.300q: not an id of the service", noun, string(id))
	}
	return nil
}

// idIn returns the id in an answer. noun names it in the error.
func idIn(answer *string, noun string) (string, error) {
	id := aws.ToString(answer)
	if !inventory.IsID(id) {
		return "", vault.Errorf(vault.ErrGarbled, "the answer has no %s: %.300q", noun, id)
	}
	return id, nil
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c) || c == '-' || c == '_' || c == '.'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allOf(s string, accept func(byte) bool) bool {
	for i := range len(s) {
		if !accept(s[i]) {
			return false
		}
	}
	return true
}
