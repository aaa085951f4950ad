package durable

import "errors"

// ErrDamaged is in the error about a file of the vault that is not as firn wrote it. The
// disk is at fault, so no sentinel of package vault fits. Whoever asked for that file gets
// the error; a list of many files goes on without it and reports it. A damaged file is
// never removed: it may be all that is left of somebody's bytes.
var ErrDamaged = errors.New("the file is damaged")
