package server

import "firn/vault"

// consistsOf reports whether s is not empty and every byte of it is allowed.
func consistsOf(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return s != ""
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// isIDByte: archive and upload ids are made of these.
func isIDByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || isDigit(b) || b == '-' || b == '_'
}

// isNameByte: vault names and access keys are made of these.
func isNameByte(b byte) bool { return isIDByte(b) || b == '.' }

// isVaultName reports whether the service would take name for a vault. The two
// names that mean folders everywhere else are left out, for the store's sake.
func isVaultName(name string) bool {
	return len(name) <= maxVaultName && consistsOf(name, isNameByte) && name != "." && name != ".."
}

// isID reports whether id can be the id of an archive, an upload or a job.
func isID(id string) bool { return len(id) <= maxID && consistsOf(id, isIDByte) }

// isDescription reports whether the service would keep text with an archive or
// a job.
func isDescription(text string) bool {
	return len(text) <= maxDescription && (text == "" || consistsOf(text, vault.IsPrintable))
}
