package disk

import "io/fs"

// CheckOwner accepts everything: on Windows an access control list decides who may change a
// file.
func CheckOwner(fs.FileInfo) error { return nil }
