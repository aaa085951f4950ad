//go:build !purego && !nokernels

package treehash

import "golang.org/x/sys/cpu"

// available returns the kernels whose instructions this processor has. Each CPUID stops a
// virtual machine, so call it only once.
func available() kernels {
	var k kernels
	if hasSHA() && cpu.X86.HasSSSE3 {
		k.sha, k.dual, k.two = "sha-ni", blockDual, blockTwo
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW {
		k.lanes, k.together = blockLanes, blockTogether
	}
	return k
}

func hasSHA() bool {
	const sha = 1 << 29
	if last, _, _, _ := cpuid(0, 0); last < 7 {
		return false
	}
	_, ebx, _, _ := cpuid(7, 0)
	return ebx&sha != 0
}
