package disk

import "io/fs"

// CheckOwner refuses nothing: who may change a file its access control list says, which
// no mode tells.
func CheckOwner(fs.FileInfo) error { return nil }
