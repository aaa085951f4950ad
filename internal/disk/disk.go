// Package disk knows what systems do differently with local files: how names in a
// directory are made durable, and what a disk without room is called. That is the
// one failure of a local file that passes by itself or by somebody's deleting
// something, so whatever was saved before stays good and the same command goes on.
package disk

import "errors"

// ErrNotOurs is the class of what belongs to another user.
var ErrNotOurs = errors.New("it belongs to another user")
