//go:build (!amd64 && !arm64) || purego

package treehash

// available returns none: there are no kernels for this processor, or the build
// tag purego wants none. The standard library heeds that tag, too.
func available() kernels { return kernels{} }
