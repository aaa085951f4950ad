package dirvault

import "errors"

// errDamaged is in the error about a file of the vault that is not as this
// package wrote it. It is a fault of the disk, so no sentinel of package vault
// fits it. Whoever asked for that one file stops; a listing of many goes on and
// tells of it. Nothing that is damaged is ever removed: it may be all that is
// left of somebody's bytes.
var errDamaged = errors.New("the file is damaged")
