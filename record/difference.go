package record

// Difference is a file of which two snapshots have different versions. A version without a Kind
// is none: the snapshot has no such file.
type Difference struct {
	Path    string // as in a pack: without the first slash
	Was, Is File
}
