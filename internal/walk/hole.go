package walk

// A Hole is a range of a file that reads as zero bytes and takes no space.
type Hole struct{ Offset, Size int64 }
