package glaciervault

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"firn/vault"
	"firn/vault/inventory"
)

const (
	maxName        = 255  // characters of a vault name
	maxDescription = 1024 // characters of a description of an archive or a job
)

// checkName says whether a vault can be called name: 1 to 255 letters, digits,
// hyphens, underscores and dots ("Vault naming requirements" in the developer
// guide). "." and ".." would be taken for steps of the request path.
func checkName(name string) error {
	if name == "" || len(name) > maxName || !allOf(name, isNameByte) || name == "." || name == ".." {
		return fmt.Errorf("vault name %.300q: %w: a name has 1 to %d letters, digits, hyphens, underscores and dots", name, vault.ErrInvalid, maxName)
	}
	return nil
}

// checkAccount says whether id can name an account: 12 digits, or a hyphen.
func checkAccount(id string) error {
	if id == ownAccount || len(id) == 12 && allOf(id, isDigit) {
		return nil
	}
	return fmt.Errorf("account %.300q: %w: an account is 12 digits, or %q for that of the credentials", id, vault.ErrInvalid, ownAccount)
}

// checkDescription says whether the service keeps text as given: at most 1,024
// printable ASCII characters. Spaces at either end are lost with every HTTP
// header.
func checkDescription(text string) error {
	if len(text) > maxDescription {
		return fmt.Errorf("description of %d characters: %w: the service keeps up to %d", len(text), vault.ErrInvalid, maxDescription)
	}
	if !allOf(text, vault.IsPrintable) {
		return fmt.Errorf("description %q: %w: the service keeps printable ASCII characters only", text, vault.ErrInvalid)
	}
	if strings.TrimSpace(text) != text {
		return fmt.Errorf("description %q: %w: the service does not keep spaces at its ends", text, vault.ErrInvalid)
	}
	return nil
}

// checkID says whether the service can have given out id. It is asked before id
// goes into a request path. Nothing has an id that it cannot have.
func checkID[T ~string](noun string, id T) error {
	if !inventory.IsID(string(id)) {
		return fmt.Errorf("%s %.300q: %w: not an id of the service", noun, string(id), vault.ErrNotFound)
	}
	return nil
}

// idIn returns the id that an answer gives out for a noun.
func idIn(answer *string, noun string) (string, error) {
	id := aws.ToString(answer)
	if !inventory.IsID(id) {
		return "", fmt.Errorf("%w: the answer has no %s: %.300q", vault.ErrGarbled, noun, id)
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
