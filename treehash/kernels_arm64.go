//go:build !purego && !nokernels

package treehash

import "golang.org/x/sys/cpu"

func available() kernels {
	if !cpu.ARM64.HasSHA2 {
		return kernels{}
	}
	return kernels{sha: "sha2", dual: blockDual, two: blockTwo}
}
