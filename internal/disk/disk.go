// Package disk hides the differences between systems in handling local files: durable
// directory entries, locks, links, times, free space, and the errors for a full disk. A
// full disk is the one failure of a local file that can pass, for instance when somebody
// deletes something. Everything saved before remains valid, and the same command can be
// repeated.
package disk

import "errors"

// ErrNotOurs is the class of errors about files that belong to another user.
var ErrNotOurs = errors.New("it belongs to another user")
