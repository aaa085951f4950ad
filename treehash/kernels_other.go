//go:build (!amd64 && !arm64) || purego || nokernels

package treehash

// available returns none: there are no kernels for this processor, or a build tag
// wants none. With nokernels all hashes are those of crypto/sha256; with purego, which
// the standard library heeds, too, these have no assembly either, and are slow.
func available() kernels { return kernels{} }
