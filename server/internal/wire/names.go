package wire

import "firn/vault"

// ConsistsOf reports whether s is not empty and every byte of it is allowed.
func ConsistsOf(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return s != ""
}

// IsDigit reports whether b is a decimal digit.
func IsDigit(b byte) bool { return '0' <= b && b <= '9' }

// isIDByte reports whether an id of an archive, an upload or a job may have b.
func isIDByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || IsDigit(b) || b == '-' || b == '_'
}

// IsNameByte reports whether the name of a vault, or an access key, may have b.
func IsNameByte(b byte) bool { return isIDByte(b) || b == '.' }

// IsVaultName reports whether a vault may have the name. The service takes "." and "..",
// too, which are directories to a store.
func IsVaultName(name string) bool {
	return len(name) <= maxVaultName && ConsistsOf(name, IsNameByte) && name != "." && name != ".."
}

// IsID reports whether id can be the id of an archive, an upload or a job.
func IsID(id string) bool { return len(id) <= maxID && ConsistsOf(id, isIDByte) }

// isDescription reports whether an archive or a job may have text as its description.
func isDescription(text string) bool {
	return len(text) <= maxDescription && (text == "" || ConsistsOf(text, vault.IsPrintable))
}
