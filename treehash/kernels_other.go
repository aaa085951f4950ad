//go:build (!amd64 && !arm64) || purego || nokernels

package treehash

// available returns no kernels: there are none for this processor, or a build tag disables
// them. With the tag nokernels, crypto/sha256 computes all hashes. With the tag purego, the
// standard library uses no assembly either, so hashing is slow.
func available() kernels { return kernels{} }
